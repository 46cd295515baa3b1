import { parseStatement, type Node } from '../sources/parse.js'
import { classify, type StatementRole } from '../sources/roles.js'
import { isRecord, nodeKind, readName, readRelation, walk, type QualifiedName } from '../sources/tree.js'
import { readBody, type RoutineBody } from './body.js'
import type { Name, NameSpace, Reference, Strength } from './names.js'
import { readTargets, revocationOf } from './targets.js'

/** What the parse tree of a statement tells, as hints: the server alone knows what it means. Offsets are UTF-16. */
export interface Analysis {
  role: StatementRole
  /** Kind of the tree's root, such as `CreateStmt`. */
  kind: string
  defines: readonly Name[]
  references: readonly Reference[]
  /** Does not fail when the object is there already. */
  tolerant?: 'if not exists' | 'or replace'
  /** Input types of a routine, as written: what tells overloads apart. */
  signature?: string
  body?: RoutineBody
  /** `ALTER TABLE … ADD CONSTRAINT name` and nothing else. */
  addsConstraintsOnly?: true
  /** Copies the columns of other relations, without a dependency that the server would remember. */
  copies?: true
}

/** Analyses the text of one statement. Pure; needs `loadParser()` before, and text that parses. */
export function analyse(sql: string): Analysis {
  const parsed = parseStatement(sql)
  if ('error' in parsed) return { role: { kind: 'define' }, kind: '', defines: [], references: [] }
  const { node } = parsed
  const role = classify(node)
  const kind = nodeKind(node)
  if (role.kind !== 'define') return { role, kind, defines: [], references: [] }
  const collector = new Collector()
  collector.collect(node)
  const body = readBody(sql, parsed)
  if (body) collector.collectBody(body)
  const analysis: Analysis = { role, kind, defines: collector.defines, references: collector.foreignReferences() }
  const tolerant = readTolerance(node)
  if (tolerant) analysis.tolerant = tolerant
  if ('CreateFunctionStmt' in node) analysis.signature = readSignature(node)
  if (body) analysis.body = body
  if (addsConstraintsOnly(node)) analysis.addsConstraintsOnly = true
  if (copiesColumns(node)) analysis.copies = true
  return analysis
}

function addsConstraintsOnly(node: Node): boolean {
  if (!('AlterTableStmt' in node)) return false
  return (node.AlterTableStmt.cmds ?? []).every((cmd) => {
    const def =
      'AlterTableCmd' in cmd && cmd.AlterTableCmd.subtype === 'AT_AddConstraint' ? cmd.AlterTableCmd.def : undefined
    return def && 'Constraint' in def && def.Constraint.conname !== undefined
  })
}

function copiesColumns(node: Node): boolean {
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.objtype === 'OBJECT_TABLE'
  return 'CreateStmt' in node && (node.CreateStmt.tableElts ?? []).some((element) => 'TableLikeClause' in element)
}

function readTolerance(node: Node): Analysis['tolerant'] {
  const inner: unknown = Object.values(node)[0]
  if (!isRecord(inner)) return undefined
  if (inner['if_not_exists'] === true) return 'if not exists'
  return inner['replace'] === true ? 'or replace' : undefined
}

function readSignature(node: Extract<Node, { CreateFunctionStmt: unknown }>): string {
  const inputs = (node.CreateFunctionStmt.parameters ?? []).flatMap((parameter) => {
    if (!('FunctionParameter' in parameter)) return []
    const { mode, argType } = parameter.FunctionParameter
    if (mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_TABLE') return []
    const name = readName(argType?.names)
    return [`${name?.name ?? ''}${argType?.arrayBounds ? '[]' : ''}`]
  })
  return inputs.join(',')
}

/** Gathers names out of a tree. Wrong hints cost a retry, missing ones too; neither costs correctness. */
class Collector {
  readonly defines: Name[] = []
  readonly references: Reference[] = []
  readonly #seen = new Set<string>()

  collect(node: Node): void {
    const targets = readTargets(node)
    for (const name of targets.defines) this.#define(name)
    for (const name of targets.references) this.#refer(name, 'hard')
    if ('GrantStmt' in node && node.GrantStmt.is_grant)
      for (const name of targets.references) this.#refer(revocationOf(name), 'soft')
    // A foreign key takes the oldest unique index that fits; that should be the one of a constraint.
    if ('IndexStmt' in node && node.IndexStmt.unique)
      this.#referTo('constraint key', readRelation(node.IndexStmt.relation), 'soft')
    this.#collectBelow(node, 'hard')
  }

  /** References without those to what the statement itself defines. */
  foreignReferences(): Reference[] {
    const own = new Set(this.defines.map((name) => `${name.space} ${name.schema ?? ''} ${name.name}`))
    return this.references.filter((name) => !own.has(`${name.space} ${name.schema ?? ''} ${name.name}`))
  }

  collectBody(body: RoutineBody): void {
    for (const node of body.nodes) this.#collectBelow(node, 'soft')
    for (const name of body.defines) this.#define(name)
  }

  #define(name: Name): void {
    this.defines.push(name)
    if (name.schema !== undefined) this.#refer({ space: 'schema', name: name.schema }, 'hard')
  }

  #refer(name: Name, strength: Strength): void {
    const key = `${name.space} ${name.schema ?? ''} ${name.name} ${strength}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.references.push({ ...name, strength })
    if (name.schema !== undefined && name.space !== 'schema')
      this.#refer({ space: 'schema', name: name.schema }, strength)
  }

  #referTo(space: NameSpace, name: QualifiedName | undefined, strength: Strength): void {
    if (name) this.#refer({ space, ...name }, strength)
  }

  #collectBelow(root: unknown, strength: Strength): void {
    walk(root, (kind, node) => {
      if (kind === 'Constraint' && node['contype'] === 'CONSTR_FOREIGN') {
        const table = readRelation(asRangeVar(node['pktable']))
        const needed = strength === 'soft' ? 'soft' : 'clause'
        this.#referTo('relation', table, needed)
        this.#referTo('key', table, needed)
        return false
      }
      if (kind === 'DefElem' && node['defname'] === 'owned_by') {
        const path = asNodes(isRecord(node['arg']) && isRecord(node['arg']['List']) ? node['arg']['List']['items'] : [])
        this.#referTo('relation', readName(path.slice(0, -1)), 'clause')
        return false
      }
      if (kind === 'SelectStmt' && node['groupClause']) this.#collectGroupKeys(node['fromClause'])
      if (typeof node['relname'] === 'string') this.#referTo('relation', readRelation(asRangeVar(node)), strength)
      else if (Array.isArray(node['names']) && 'typemod' in node) this.#collectType(node, strength)
      else if (kind === 'FuncCall') this.#collectCall(node, strength)
      else if (kind === 'TypeCast') this.#collectCast(node, strength)
      else if (kind === 'A_Expr') this.#referTo('operator', readName(asNodes(node['name'])), strength)
      else if (Array.isArray(node['collname']))
        this.#referTo('collation', readName(asNodes(node['collname'])), strength)
      else if (typeof node['rolename'] === 'string') this.#refer({ space: 'role', name: node['rolename'] }, strength)
      return true
    })
  }

  #collectType(node: Record<string, unknown>, strength: Strength): void {
    const names = asNodes(node['names'])
    if (node['pct_type'] === true) this.#referTo('relation', readName(names.slice(0, -1)), strength)
    else this.#referTo('type', readName(names), strength)
  }

  #collectCall(node: Record<string, unknown>, strength: Strength): void {
    const name = readName(asNodes(node['funcname']))
    this.#referTo('function', name, strength)
    if (name && /^(?:nextval|currval|setval)$/.test(name.name)) {
      const [first] = asNodes(node['args'])
      this.#referTo('relation', readTextName(first), strength)
    }
  }

  // 'app.users'::regclass names a relation inside of a string.
  #collectCast(node: Record<string, unknown>, strength: Strength): void {
    const type = isRecord(node['typeName']) ? readName(asNodes(node['typeName']['names'])) : undefined
    const [argument] = asNodes([node['arg']])
    if (type?.name === 'regclass') this.#referTo('relation', readTextName(argument), strength)
    if (type?.name === 'regproc') this.#referTo('function', readTextName(argument), strength)
  }

  // With a primary key in GROUP BY the other columns may be selected; that key may come from an ALTER TABLE.
  #collectGroupKeys(from: unknown): void {
    walk(from, (_, node) => {
      if (typeof node['relname'] === 'string') this.#referTo('key', readRelation(asRangeVar(node)), 'soft')
      return true
    })
  }
}

/** Reads `schema.name` out of a string constant. */
function readTextName(node: Node | undefined): QualifiedName | undefined {
  const text = node && 'A_Const' in node ? node.A_Const.sval?.sval : undefined
  const inner = node && 'TypeCast' in node ? readTextName(node.TypeCast.arg) : undefined
  if (text === undefined) return inner
  const parts = [...text.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '').toLowerCase() : quoted.replaceAll('""', '"'),
  )
  const name = parts.at(-1)
  const schema = parts.at(-2)
  if (name === undefined) return undefined
  return schema === undefined ? { name } : { schema, name }
}

function asRangeVar(value: unknown): { schemaname?: string; relname?: string } | undefined {
  if (!isRecord(value) || typeof value['relname'] !== 'string') return undefined
  const { schemaname, relname } = value
  return typeof schemaname === 'string' ? { schemaname, relname } : { relname }
}

function isNode(value: unknown): value is Node {
  return isRecord(value)
}

function asNodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

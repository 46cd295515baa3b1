import type { Diagnostic, SourceLocation } from '../diagnostics/index.js'
import { tokenize, type Token } from './lexer.js'
import { parseStatement, type Node, type ParsedStatement } from './parse.js'
import { locate } from './positions.js'
import { readName, readRelation, readString, type QualifiedName } from './tree.js'
import type { Statement } from './source.js'

/** What a rename annotation can stand at. `relation` is a table, view, materialized view, sequence or foreign table. */
export type RenamedThing =
  | 'schema'
  | 'relation'
  | 'column'
  | 'constraint'
  | 'index'
  | 'type'
  | 'enum value'
  | 'attribute'
  | 'function'
  | 'trigger'
  | 'policy'

/** `-- @renamed from=old` (sqldef's form) or `-- atlas:renamed_from old`, with the thing that it stands at. */
export interface RenameAnnotation {
  thing: RenamedThing
  /** The new name. For a member (column, constraint, trigger, policy, enum value, attribute) its own name. */
  name: QualifiedName
  /** The relation or type that the member belongs to, by its new name. */
  owner?: QualifiedName
  from: QualifiedName
  statement: Statement
  location: SourceLocation
}

const renamedRE =
  /(?:@renamed\s+from\s*=\s*|atlas:renamed_from\s+)("(?:[^"]|"")*"|[^\s".]+)(?:\.("(?:[^"]|"")*"|[^\s".*]+))?/i
const nolintRE = /(?:(?:savepoint|atlas):nolint\b|squawk-ignore(?![\w-]))([^\n\r*]*)/gi

interface Member {
  thing: RenamedThing
  name: QualifiedName
  owner?: QualifiedName
  /** UTF-16 offset in the statement. */
  start: number
}

/** Every rename annotation of these statements. Pure; needs `loadParser()` before. */
export function readRenames(statements: readonly Statement[]): RenameAnnotation[] {
  return statements.flatMap((statement) => {
    // Most files have none; the word decides before anything is parsed.
    const text = `${statement.leading}${statement.sql}${statement.trailing ?? ''}`
    return renamedRE.test(text) ? readRenamesOf(statement) : []
  })
}

/** Codes silenced for a statement by `-- savepoint:nolint CODE …` or `-- atlas:nolint …`; `'all'` without a code. */
export function readSilencedCodes(statement: Statement): 'all' | ReadonlySet<string> {
  const codes = new Set<string>()
  const comments = [...tokenize(statement.sql)]
    .filter(({ kind }) => kind === 'comment')
    .map(({ start, end }) => statement.sql.slice(start, end))
  for (const comment of [statement.leading, ...comments, statement.trailing ?? '']) {
    for (const [, list] of comment.matchAll(nolintRE)) {
      const named = (list ?? '').split(/[\s,]+/).filter((word) => word !== '')
      if (named.length === 0) return 'all'
      for (const code of named) codes.add(code)
    }
  }
  return codes
}

function readRenamesOf(statement: Statement): RenameAnnotation[] {
  const parsed = parseStatement(statement.sql)
  if ('error' in parsed) return []
  const { whole, members } = describe(statement.sql, parsed)
  const annotate = (target: Member | undefined, comment: string, location: SourceLocation): RenameAnnotation[] => {
    const from = readOldName(comment)
    if (!target || !from) return []
    const annotation: RenameAnnotation = {
      thing: target.thing,
      name: target.name,
      from,
      statement,
      location,
    }
    if (target.owner) annotation.owner = target.owner
    return [annotation]
  }
  const tokens = [...tokenize(statement.sql)]
  return [
    ...annotate(whole, statement.leading, locate(statement, 0)),
    ...annotate(whole ?? members[0], statement.trailing ?? '', locate(statement, 0)),
    ...tokens.flatMap((token, index) => {
      if (token.kind !== 'comment') return []
      const comment = statement.sql.slice(token.start, token.end)
      const member = memberAt(statement.sql, tokens, index, members)
      return annotate(member ?? whole, comment, locate(statement, token.start))
    }),
  ]
}

/** The member that a comment is about: the one that begins before it on its line, else the one that follows. */
function memberAt(
  sql: string,
  tokens: readonly Token[],
  index: number,
  members: readonly Member[],
): Member | undefined {
  const comment = tokens[index]
  if (!comment) return undefined
  const previous = tokens[index - 1]
  const standsBehind = previous && !/[\n\r]/.test(sql.slice(previous.end, comment.start))
  if (!standsBehind) return members.find(({ start }) => start > comment.start)
  return members.findLast(({ start }) => start < comment.start)
}

function readOldName(comment: string): QualifiedName | undefined {
  const found = renamedRE.exec(comment)
  const [first, second] = [found?.[1], found?.[2]].map((part) => part && unquote(part))
  if (!first) return undefined
  return second ? { schema: first, name: second } : { name: first }
}

// As everywhere in SQL, a name without quotes is in lower case.
function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

/** What the statement defines as a whole, and the members that it defines inside. */
function describe(
  sql: string,
  parsed: Extract<ParsedStatement, { node: Node }>,
): { whole?: Member; members: Member[] } {
  const { node, toOffset } = parsed
  if ('CreateStmt' in node) return describeTable(node.CreateStmt.relation, node.CreateStmt.tableElts, toOffset)
  if ('CreateForeignTableStmt' in node) {
    const { base } = node.CreateForeignTableStmt
    return describeTable(base?.relation, base?.tableElts, toOffset)
  }
  if ('AlterTableStmt' in node) {
    const { relation, cmds } = node.AlterTableStmt
    const added = (cmds ?? []).flatMap((cmd) =>
      'AlterTableCmd' in cmd && cmd.AlterTableCmd.def ? [cmd.AlterTableCmd.def] : [],
    )
    const { members } = describeTable(relation, added, toOffset)
    // An annotation before `ALTER TABLE … ADD COLUMN` can only mean what is added.
    return members.length === 1 && members[0] ? { whole: members[0], members } : { members }
  }
  if ('CompositeTypeStmt' in node) {
    const { members } = describeTable(node.CompositeTypeStmt.typevar, node.CompositeTypeStmt.coldeflist, toOffset)
    return {
      ...asWhole('type', readRelation(node.CompositeTypeStmt.typevar)),
      members: members.map((member) => ({ ...member, thing: 'attribute' })),
    }
  }
  if ('CreateEnumStmt' in node) return describeEnum(sql, node)
  return { ...asWhole(...describeSimple(node)), members: [] }
}

function describeTable(
  relation: Parameters<typeof readRelation>[0],
  elements: readonly Node[] | undefined,
  toOffset: (bytes: number) => number,
): { whole?: Member; members: Member[] } {
  const owner = readRelation(relation)
  if (!owner) return { members: [] }
  const members = (elements ?? []).flatMap((element): Member[] => {
    if ('ColumnDef' in element && element.ColumnDef.colname !== undefined) {
      const start = toOffset(element.ColumnDef.location ?? 0)
      return [{ thing: 'column', name: { name: element.ColumnDef.colname }, owner, start }]
    }
    if ('Constraint' in element && element.Constraint.conname !== undefined) {
      const start = toOffset(element.Constraint.location ?? 0)
      return [{ thing: 'constraint', name: { name: element.Constraint.conname }, owner, start }]
    }
    return []
  })
  return { whole: { thing: 'relation', name: owner, start: 0 }, members }
}

// The tree keeps no positions of enum labels, so they are counted off among the strings of the text.
function describeEnum(
  sql: string,
  node: Extract<Node, { CreateEnumStmt: unknown }>,
): { whole?: Member; members: Member[] } {
  const owner = readName(node.CreateEnumStmt.typeName)
  if (!owner) return { members: [] }
  const strings = [...tokenize(sql)].filter(({ kind }) => kind === 'string')
  const members = (node.CreateEnumStmt.vals ?? []).flatMap((value, index): Member[] => {
    const label = readString(value)
    const token = strings[index]
    return label === undefined || !token
      ? []
      : [{ thing: 'enum value', name: { name: label }, owner, start: token.start }]
  })
  return { whole: { thing: 'type', name: owner, start: 0 }, members }
}

function describeSimple(node: Node): [RenamedThing, QualifiedName | undefined, (QualifiedName | undefined)?] {
  if ('ViewStmt' in node) return ['relation', readRelation(node.ViewStmt.view)]
  if ('CreateTableAsStmt' in node) return ['relation', readRelation(node.CreateTableAsStmt.into?.rel)]
  if ('CreateSeqStmt' in node) return ['relation', readRelation(node.CreateSeqStmt.sequence)]
  if ('CreateSchemaStmt' in node) return ['schema', asName(node.CreateSchemaStmt.schemaname)]
  if ('CreateDomainStmt' in node) return ['type', readName(node.CreateDomainStmt.domainname)]
  if ('CreateRangeStmt' in node) return ['type', readName(node.CreateRangeStmt.typeName)]
  if ('CreateFunctionStmt' in node) return ['function', readName(node.CreateFunctionStmt.funcname)]
  if ('IndexStmt' in node) {
    const name = asName(node.IndexStmt.idxname)
    const schema = node.IndexStmt.relation?.schemaname
    return ['index', name && schema !== undefined ? { ...name, schema } : name]
  }
  if ('CreateTrigStmt' in node)
    return ['trigger', asName(node.CreateTrigStmt.trigname), readRelation(node.CreateTrigStmt.relation)]
  if ('CreatePolicyStmt' in node)
    return ['policy', asName(node.CreatePolicyStmt.policy_name), readRelation(node.CreatePolicyStmt.table)]
  return ['relation', undefined]
}

function asName(name: string | undefined): QualifiedName | undefined {
  return name === undefined ? undefined : { name }
}

function asWhole(
  thing: RenamedThing,
  name: QualifiedName | undefined,
  owner?: QualifiedName | undefined,
): { whole?: Member } {
  if (!name) return {}
  return { whole: owner ? { thing, name, owner, start: 0 } : { thing, name, start: 0 } }
}

/** For an annotation that fits nothing: neither the old nor the new name is there. */
export function unmatchedRename(annotation: RenameAnnotation, why: string): Diagnostic {
  return {
    code: 'SP3005',
    severity: 'warning',
    message: `The rename of ${annotation.thing} "${annotation.from.name}" to "${annotation.name.name}" names nothing`,
    location: annotation.location,
    why,
    fix: 'Once every database has the new name, remove the annotation; until then check the spelling of the old name.',
  }
}

import type { DropStmt, RenameStmt, VariableSetStmt } from 'libpg-query'
import type { Node } from '../sources/parse.js'
import { readName, readRelation, readString, type QualifiedName } from '../sources/tree.js'
import type { Change, DroppedThing, RenamedThing } from './change.js'
import { readAlterTable, readCreateTable } from './read-table.js'

/**
 * What a statement does, as far as any rule asks. Empty for statements that change nothing that a rule knows.
 *
 * @param toOffset from the tree's byte offsets to UTF-16 ones
 */
export function readChanges(node: Node, toOffset: (bytes: number) => number): Change[] {
  if ('CreateStmt' in node) return readCreateTable(node.CreateStmt, toOffset)
  if ('AlterTableStmt' in node)
    // ALTER INDEX, ALTER VIEW and ALTER SEQUENCE have the same node.
    return node.AlterTableStmt.objtype === 'OBJECT_TABLE' ? readAlterTable(node.AlterTableStmt, toOffset) : []
  if ('DropStmt' in node) return readDrop(node.DropStmt)
  if ('RenameStmt' in node) return readRename(node.RenameStmt)
  if ('IndexStmt' in node) {
    const { idxname, relation, unique, concurrent, indexParams, if_not_exists: guarded } = node.IndexStmt
    const table = readRelation(relation)
    if (!table) return []
    return [
      {
        kind: 'create index',
        table,
        ...(idxname !== undefined && { name: idxname }),
        unique: unique ?? false,
        concurrently: concurrent ?? false,
        only: relation?.inh !== true,
        guarded: guarded ?? false,
        columns: (indexParams ?? []).flatMap((param) =>
          'IndexElem' in param && param.IndexElem.name !== undefined ? [param.IndexElem.name] : [],
        ),
      },
    ]
  }
  return readCreate(node) ?? readData(node) ?? readOther(node)
}

function readCreate(node: Node): Change[] | undefined {
  if ('CreateSchemaStmt' in node) {
    const { schemaname, if_not_exists: guarded } = node.CreateSchemaStmt
    return schemaname === undefined ? [] : [{ kind: 'create schema', name: schemaname, guarded: guarded ?? false }]
  }
  if ('CreateTrigStmt' in node) {
    const { trigname, relation, replace } = node.CreateTrigStmt
    return of(readRelation(relation), (table) => ({
      kind: 'create trigger',
      table,
      name: trigname ?? '',
      replace: replace ?? false,
    }))
  }
  if ('CreatePolicyStmt' in node)
    return of(readRelation(node.CreatePolicyStmt.table), (table) => ({
      kind: 'create policy',
      table,
      name: node.CreatePolicyStmt.policy_name ?? '',
    }))
  if ('AlterPolicyStmt' in node)
    return of(readRelation(node.AlterPolicyStmt.table), (table) => ({
      kind: 'alter policy',
      table,
      name: node.AlterPolicyStmt.policy_name ?? '',
    }))
  if ('CreateFunctionStmt' in node) return readFunction(node)
  if ('ViewStmt' in node)
    return of(readRelation(node.ViewStmt.view), (name) => ({
      kind: 'create view',
      name,
      replace: node.ViewStmt.replace ?? false,
    }))
  if ('CreateEnumStmt' in node) return of(readName(node.CreateEnumStmt.typeName), asType)
  if ('CompositeTypeStmt' in node) return of(readRelation(node.CompositeTypeStmt.typevar), asType)
  if ('CreateSeqStmt' in node)
    return of(readRelation(node.CreateSeqStmt.sequence), (name) => ({
      kind: 'create sequence',
      name,
      guarded: node.CreateSeqStmt.if_not_exists ?? false,
    }))
  if ('CreateExtensionStmt' in node) {
    const { extname, if_not_exists: guarded } = node.CreateExtensionStmt
    return [{ kind: 'create extension', name: { name: extname ?? '' }, guarded: guarded ?? false }]
  }
  if ('CreateDomainStmt' in node) {
    const constrained = (node.CreateDomainStmt.constraints ?? []).some(
      (part) => 'Constraint' in part && part.Constraint.contype !== 'CONSTR_DEFAULT',
    )
    return constrained
      ? of(readName(node.CreateDomainStmt.domainname), (domain) => ({ kind: 'constrain domain', domain, isNew: true }))
      : []
  }
  return undefined
}

const asType = (name: QualifiedName): Change => ({ kind: 'create type', name, guarded: false })

function readFunction(node: Extract<Node, { CreateFunctionStmt: unknown }>): Change[] {
  const options = (node.CreateFunctionStmt.options ?? []).flatMap((option) =>
    'DefElem' in option ? [option.DefElem] : [],
  )
  const find = (name: string): Node | undefined => options.find(({ defname }) => defname === name)?.arg
  const body = find('as')
  const text = body && 'List' in body ? readString(body.List.items?.[0]) : undefined
  return of(readName(node.CreateFunctionStmt.funcname), (name) => ({
    kind: 'create function',
    name,
    language: (readString(find('language')) ?? 'sql').toLowerCase(),
    body: text ?? '',
  }))
}

/** Statements about rows and about storage. */
function readData(node: Node): Change[] | undefined {
  if ('TruncateStmt' in node)
    return [
      {
        kind: 'truncate',
        tables: readRelations(node.TruncateStmt.relations),
        cascade: node.TruncateStmt.behavior === 'DROP_CASCADE',
      },
    ]
  if ('DeleteStmt' in node)
    return node.DeleteStmt.whereClause || node.DeleteStmt.usingClause
      ? []
      : of(readRelation(node.DeleteStmt.relation), (table) => ({ kind: 'delete all', table }))
  if ('LockStmt' in node) return [{ kind: 'lock table', tables: readRelations(node.LockStmt.relations) }]
  if ('VacuumStmt' in node) {
    const { options, rels, is_vacuumcmd: isVacuum } = node.VacuumStmt
    if (!isVacuum) return []
    const isFull = (options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === 'full')
    const [first] = rels ?? []
    const table = first && 'VacuumRelation' in first ? readRelation(first.VacuumRelation.relation) : undefined
    return [
      { kind: 'outside transaction' },
      ...(isFull ? [{ kind: 'vacuum full', ...(table && { table }) } as const] : []),
    ]
  }
  if ('ClusterStmt' in node) {
    const table = readRelation(node.ClusterStmt.relation)
    return [{ kind: 'cluster', ...(table && { table }) }]
  }
  if ('ReindexStmt' in node) {
    const { kind, relation, name, params } = node.ReindexStmt
    const target = readRelation(relation) ?? (name === undefined ? undefined : { name })
    const concurrently = (params ?? []).some((param) => 'DefElem' in param && param.DefElem.defname === 'concurrently')
    const outside =
      kind === 'REINDEX_OBJECT_DATABASE' || kind === 'REINDEX_OBJECT_SYSTEM' || kind === 'REINDEX_OBJECT_SCHEMA'
    return [
      { kind: 'reindex', ...(target && { name: target }), concurrently },
      ...(outside ? [{ kind: 'outside transaction' } as const] : []),
    ]
  }
  if ('RefreshMatViewStmt' in node)
    return of(readRelation(node.RefreshMatViewStmt.relation), (name) => ({
      kind: 'refresh materialized view',
      name,
      concurrently: node.RefreshMatViewStmt.concurrent ?? false,
    }))
  return undefined
}

function readOther(node: Node): Change[] {
  if ('AlterEnumStmt' in node) {
    const { typeName, oldVal, newVal = '', newValNeighbor, skipIfNewValExists } = node.AlterEnumStmt
    return of(readName(typeName), (type) =>
      oldVal === undefined
        ? {
            kind: 'add enum value',
            type,
            value: newVal,
            placed: newValNeighbor !== undefined,
            guarded: skipIfNewValExists ?? false,
          }
        : { kind: 'rename enum value', type, from: oldVal, to: newVal },
    )
  }
  if ('AlterDomainStmt' in node)
    return node.AlterDomainStmt.subtype === 'C' || node.AlterDomainStmt.subtype === 'O'
      ? of(readName(node.AlterDomainStmt.typeName), (domain) => ({ kind: 'constrain domain', domain, isNew: false }))
      : []
  if ('AlterObjectSchemaStmt' in node) {
    const { relation, object, newschema = '', objectType = '' } = node.AlterObjectSchemaStmt
    const name = readRelation(relation) ?? readObjectName(object)
    const what = objectType.replace('OBJECT_', '').toLowerCase()
    return of(name, (found) => ({ kind: 'set schema', what, name: found, schema: newschema }))
  }
  if ('GrantStmt' in node) return node.GrantStmt.is_grant ? [] : [{ kind: 'revoke' }]
  if ('TransactionStmt' in node) {
    const kind = node.TransactionStmt.kind ?? ''
    if (/_(?:BEGIN|START)$/.test(kind)) return [{ kind: 'transaction', what: 'begin' }]
    if (kind === 'TRANS_STMT_COMMIT') return [{ kind: 'transaction', what: 'commit' }]
    return kind === 'TRANS_STMT_ROLLBACK' ? [{ kind: 'transaction', what: 'rollback' }] : []
  }
  if ('VariableSetStmt' in node) return readSetting(node.VariableSetStmt)
  if ('DropdbStmt' in node)
    return [{ kind: 'drop database', name: node.DropdbStmt.dbname ?? '' }, { kind: 'outside transaction' }]
  if ('AlterExtensionStmt' in node) return [{ kind: 'update extension', name: node.AlterExtensionStmt.extname ?? '' }]
  const isOutside =
    'CreatedbStmt' in node ||
    'AlterSystemStmt' in node ||
    'CreateTableSpaceStmt' in node ||
    'DropTableSpaceStmt' in node ||
    'AlterDatabaseStmt' in node
  return isOutside ? [{ kind: 'outside transaction' }] : []
}

const droppedThings: Partial<Record<string, DroppedThing>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_SCHEMA: 'schema',
  OBJECT_INDEX: 'index',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_AGGREGATE: 'function',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_EXTENSION: 'extension',
}

function readDrop({ objects, removeType, behavior, missing_ok: guarded, concurrent }: DropStmt): Change[] {
  return [
    {
      kind: 'drop',
      what: droppedThings[removeType ?? ''] ?? 'other',
      names: (objects ?? []).flatMap((object) => readObjectName(object) ?? []),
      cascade: behavior === 'DROP_CASCADE',
      concurrently: concurrent ?? false,
      guarded: guarded ?? false,
    },
  ]
}

function readObjectName(object: Node | undefined): QualifiedName | undefined {
  if (!object) return undefined
  if ('List' in object) return readName(object.List.items)
  if ('ObjectWithArgs' in object) return readName(object.ObjectWithArgs.objname)
  if ('TypeName' in object) return readName(object.TypeName.names)
  const name = readString(object)
  return name === undefined ? undefined : { name }
}

const renamedThings: Partial<Record<string, RenamedThing>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'view',
  OBJECT_COLUMN: 'column',
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_INDEX: 'index',
  OBJECT_SCHEMA: 'schema',
}

function readRename({ renameType, relation, object, subname, newname = '' }: RenameStmt): Change[] {
  const what = renamedThings[renameType ?? ''] ?? 'other'
  const owner = readRelation(relation)
  if (what === 'column' || what === 'constraint')
    return owner && subname !== undefined
      ? [{ kind: 'rename', what, table: owner, from: { name: subname }, to: newname }]
      : []
  const from = owner ?? readObjectName(object) ?? (subname === undefined ? undefined : { name: subname })
  return of(from, (name) => ({ kind: 'rename', what, from: name, to: newname }))
}

function readSetting({ name = '', args, kind }: VariableSetStmt): Change[] {
  if (kind !== 'VAR_SET_VALUE') return []
  const values = (args ?? []).flatMap((arg) => {
    if (!('A_Const' in arg)) return []
    const { sval, ival } = arg.A_Const
    return sval ? [sval.sval ?? ''] : [String(ival?.ival ?? 0)]
  })
  return [{ kind: 'set variable', name: name.toLowerCase(), values }]
}

function readRelations(nodes: readonly Node[] | undefined): QualifiedName[] {
  return (nodes ?? []).flatMap((node) => ('RangeVar' in node ? (readRelation(node.RangeVar) ?? []) : []))
}

function of(name: QualifiedName | undefined, make: (name: QualifiedName) => Change): Change[] {
  return name ? [make(name)] : []
}

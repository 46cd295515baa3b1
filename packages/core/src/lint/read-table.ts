import type { AlterTableCmd, AlterTableStmt, CreateStmt } from 'libpg-query'
import { readRelation, readString, type QualifiedName } from '../sources/tree.js'
import type { Node } from '../sources/parse.js'
import type { Change } from './change.js'
import { readColumn, readConstraint, readTypeName } from './read-definitions.js'

type ToOffset = (bytes: number) => number

export function readCreateTable(statement: CreateStmt, toOffset: ToOffset): Change[] {
  const table = readRelation(statement.relation)
  if (!table) return []
  const elements = statement.tableElts ?? []
  const parent = statement.inhRelations?.[0]
  const partitionOf = statement.partbound && parent && 'RangeVar' in parent ? readRelation(parent.RangeVar) : undefined
  return [
    {
      kind: 'create table',
      table,
      temporary: statement.relation?.relpersistence === 't',
      ...(partitionOf && { partitionOf }),
      guarded: statement.if_not_exists ?? false,
      columns: elements.flatMap((node) => ('ColumnDef' in node ? [readColumn(node.ColumnDef, toOffset)] : [])),
      constraints: elements.flatMap((node) =>
        'Constraint' in node ? (readConstraint(node.Constraint, toOffset) ?? []) : [],
      ),
    },
  ]
}

export function readAlterTable(statement: AlterTableStmt, toOffset: ToOffset): Change[] {
  const table = readRelation(statement.relation)
  if (!table) return []
  return (statement.cmds ?? []).flatMap((node) =>
    'AlterTableCmd' in node ? readCommand(table, node.AlterTableCmd, toOffset) : [],
  )
}

const replicaModes = { d: 'default', f: 'full', n: 'nothing', i: 'index' } as const

function readCommand(table: QualifiedName, command: AlterTableCmd, toOffset: ToOffset): Change[] {
  const { subtype, def, name = '' } = command
  const guarded = command.missing_ok ?? false
  const cascade = command.behavior === 'DROP_CASCADE'
  switch (subtype) {
    case 'AT_AddColumn':
      return def && 'ColumnDef' in def
        ? [{ kind: 'add column', table, column: readColumn(def.ColumnDef, toOffset), guarded }]
        : []
    case 'AT_DropColumn':
      return [{ kind: 'drop column', table, name, cascade, guarded }]
    case 'AT_AlterColumnType':
      if (!def || !('ColumnDef' in def)) return []
      return [
        {
          kind: 'alter column type',
          table,
          name,
          type: readTypeName(def.ColumnDef.typeName),
          collation: def.ColumnDef.collClause !== undefined,
        },
      ]
    case 'AT_SetNotNull':
      return [{ kind: 'set not null', table, name }]
    case 'AT_DropNotNull':
      return [{ kind: 'drop not null', table, name }]
    case 'AT_ColumnDefault':
      return [{ kind: def ? 'set default' : 'drop default', table, name }]
    case 'AT_AddIdentity':
      return [{ kind: 'add identity', table, name }]
    case 'AT_SetExpression':
      return [{ kind: 'set generated expression', table, name }]
    case 'AT_AddConstraint': {
      const constraint = def && 'Constraint' in def ? readConstraint(def.Constraint, toOffset) : undefined
      return constraint ? [{ kind: 'add constraint', table, constraint }] : []
    }
    case 'AT_DropConstraint':
      return [{ kind: 'drop constraint', table, name, cascade, guarded }]
    case 'AT_ValidateConstraint':
      return [{ kind: 'validate constraint', table, name }]
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
      return [{ kind: 'set logged', table, logged: subtype === 'AT_SetLogged' }]
    case 'AT_SetAccessMethod':
      return [{ kind: 'set access method', table }]
    case 'AT_SetTableSpace':
      return [{ kind: 'set tablespace', table }]
    case 'AT_ReplicaIdentity': {
      const mode = def && 'ReplicaIdentityStmt' in def ? def.ReplicaIdentityStmt.identity_type : undefined
      return mode === 'd' || mode === 'f' || mode === 'n' || mode === 'i'
        ? [{ kind: 'replica identity', table, mode: replicaModes[mode] }]
        : []
    }
    case 'AT_SetRelOptions':
      return [{ kind: 'set options', table, options: readOptions(def) }]
    case 'AT_EnableRowSecurity':
      return [{ kind: 'row security', table, what: 'enable' }]
    case 'AT_DisableRowSecurity':
      return [{ kind: 'row security', table, what: 'disable' }]
    case 'AT_ForceRowSecurity':
      return [{ kind: 'row security', table, what: 'force' }]
    case 'AT_NoForceRowSecurity':
      return [{ kind: 'row security', table, what: 'no force' }]
    case 'AT_AttachPartition':
    case 'AT_DetachPartition': {
      const partition = def && 'PartitionCmd' in def ? readRelation(def.PartitionCmd.name) : undefined
      if (!partition || !def || !('PartitionCmd' in def)) return []
      return subtype === 'AT_AttachPartition'
        ? [{ kind: 'attach partition', table, partition }]
        : [{ kind: 'detach partition', table, partition, concurrently: def.PartitionCmd.concurrent ?? false }]
    }
    default:
      return []
  }
}

function readOptions(def: Node | undefined): Record<string, string> {
  const options: Record<string, string> = {}
  for (const item of def && 'List' in def ? (def.List.items ?? []) : []) {
    if (!('DefElem' in item) || item.DefElem.defname === undefined) continue
    const { arg, defname, defnamespace } = item.DefElem
    const value = arg && 'TypeName' in arg ? readTypeName(arg.TypeName).name : readString(arg)
    const number = arg && 'Integer' in arg ? String(arg.Integer.ival ?? 0) : undefined
    options[defnamespace === undefined ? defname : `${defnamespace}.${defname}`] = value ?? number ?? ''
  }
  return options
}

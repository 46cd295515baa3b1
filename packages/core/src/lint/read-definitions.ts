import type { ColumnDef, Constraint, TypeName as TypeNameNode } from 'libpg-query'
import type { Node } from '../sources/parse.js'
import { readName, readRelation, readString, walk, type QualifiedName } from '../sources/tree.js'
import type { ColumnDefinition, ConstraintDefinition, TypeName } from './change.js'

type ToOffset = (bytes: number) => number

export function readTypeName(type: TypeNameNode | undefined): TypeName {
  const name = readName(type?.names)
  return {
    name:
      name?.schema === undefined || name.schema === 'pg_catalog' ? (name?.name ?? '') : `${name.schema}.${name.name}`,
    modifiers: type?.typmods?.length ?? 0,
    array: (type?.arrayBounds?.length ?? 0) > 0,
  }
}

export function readColumn(column: ColumnDef, toOffset: ToOffset): ColumnDefinition {
  const parts = (column.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []))
  const has = (type: string): boolean => parts.some(({ contype }) => contype === type)
  const generated = parts.find(({ contype }) => contype === 'CONSTR_GENERATED')
  const value = parts.find(({ contype }) => contype === 'CONSTR_DEFAULT')
  const name = column.colname ?? ''
  return {
    name,
    type: readTypeName(column.typeName),
    notNull: has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY'),
    primaryKey: has('CONSTR_PRIMARY'),
    unique: has('CONSTR_UNIQUE'),
    identity: has('CONSTR_IDENTITY'),
    ...(generated && { generated: generated.generated_kind === 'v' ? 'virtual' : 'stored' }),
    ...(value && { defaultCalls: readCalls(value.raw_expr) }),
    constraints: parts.flatMap((part) => readConstraint(part, toOffset, [name]) ?? []),
    offset: toOffset(column.location ?? 0),
  }
}

const constraintTypes: Partial<Record<string, ConstraintDefinition['type']>> = {
  CONSTR_PRIMARY: 'primary key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_CHECK: 'check',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_EXCLUSION: 'exclude',
  CONSTR_NOTNULL: 'not null',
}

/** @param columns that the constraint is about where it names none: it stands at a column */
export function readConstraint(
  constraint: Constraint,
  toOffset: ToOffset,
  columns: readonly string[] = [],
): ConstraintDefinition | undefined {
  const type = constraintTypes[constraint.contype ?? '']
  if (!type) return undefined
  const named = (constraint.contype === 'CONSTR_FOREIGN' ? constraint.fk_attrs : constraint.keys)?.flatMap(
    (node) => readString(node) ?? [],
  )
  const references = readRelation(constraint.pktable)
  return {
    type,
    ...(constraint.conname !== undefined && { name: constraint.conname }),
    columns: named && named.length > 0 ? named : columns,
    ...(references && { references }),
    usingIndex: constraint.indexname !== undefined,
    notValid: constraint.skip_validation ?? false,
    provesNotNull: type === 'check' ? readNotNulls(constraint.raw_expr) : [],
    offset: toOffset(constraint.location ?? 0),
  }
}

/** Functions that an expression calls. */
export function readCalls(expression: Node | undefined): QualifiedName[] {
  const calls: QualifiedName[] = []
  walk([expression], (kind, node) => {
    if (kind !== 'FuncCall') return
    const parts: string[] = []
    walk(node['funcname'], (inner, { sval }) => {
      if (inner === 'String' && typeof sval === 'string') parts.push(sval)
    })
    const name = parts.at(-1)
    const schema = parts.at(-2)
    if (name !== undefined) calls.push(schema === undefined ? { name } : { schema, name })
  })
  return calls
}

/** Columns of a `c IS NOT NULL`, also of several with AND between them. */
function readNotNulls(expression: Node | undefined): string[] {
  if (!expression) return []
  if ('BoolExpr' in expression && expression.BoolExpr.boolop === 'AND_EXPR')
    return (expression.BoolExpr.args ?? []).flatMap(readNotNulls)
  if (!('NullTest' in expression) || expression.NullTest.nulltesttype !== 'IS_NOT_NULL') return []
  const { arg } = expression.NullTest
  if (!arg || !('ColumnRef' in arg)) return []
  const name = readString(arg.ColumnRef.fields?.at(-1))
  return name === undefined ? [] : [name]
}

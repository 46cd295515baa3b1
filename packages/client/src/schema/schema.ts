import type { ValueType } from '../values/value-type.js'

/** What the type generator needs of a database: relations and the types that its users made. Plain data. */
export interface Schema {
  relations: readonly Relation[]
  types: readonly UserType[]
}

export interface Relation {
  schema: string
  name: string
  kind: 'table' | 'view' | 'materialized view' | 'foreign table'
  comment?: string
  /** In the order of the table. */
  columns: readonly Column[]
  /** Columns of the primary key. */
  primaryKey: readonly string[]
  foreignKeys: readonly ForeignKey[]
}

export interface ForeignKey {
  columns: readonly string[]
  schema: string
  table: string
  referenced: readonly string[]
}

export interface Column {
  name: string
  type: ValueType
  /** As `format_type` prints it. */
  typeText: string
  /** No row holds NULL. */
  notNull: boolean
  /** New rows must not hold NULL, though old ones may: NOT NULL … NOT VALID. */
  refusesNull?: boolean
  hasDefault: boolean
  identity?: 'always' | 'by default'
  generated: boolean
  comment?: string
}

/** A type of the user's that gets a name in the generated files. */
export interface UserType {
  schema: string
  name: string
  comment?: string
  type: Extract<ValueType, { kind: 'enum' | 'domain' | 'composite' }>
}

import type { TreeNode } from './node-tree.js'

/** What the rules need to know of the database beside the tree itself. All OIDs are text. */
export interface Facts {
  relations: ReadonlyMap<string, RelationFacts>
  functions: ReadonlyMap<string, FunctionFacts>
  /** Function behind an operator, for trees that leave `opfuncid` 0. */
  operatorFunctions: ReadonlyMap<string, string>
  isArrayType(oid: string): boolean
}

export interface RelationFacts {
  oid: string
  schema: string
  name: string
  /** `pg_class.relkind`. */
  kind: string
  /** By attribute number. */
  columns: ReadonlyMap<number, ColumnFacts>
  /** Columns of each unique index that is valid, immediate, whole and without expressions. */
  uniqueKeys: readonly (readonly number[])[]
  /** Descendants by inheritance or partitioning, all levels. */
  descendants: readonly string[]
  hasBeforeUpdateRowTrigger: boolean
  /** INSTEAD OF triggers, or rules other than a view's own. */
  isRewritten: boolean
  /** The analysed query of a view or materialized view. */
  query?: TreeNode
}

export interface ColumnFacts {
  name: string
  /** NOT NULL, validated, and enforced by this server for the rows of this very table. */
  notNull: boolean
  generated: boolean
  type: string
  comment?: string
}

export interface FunctionFacts {
  schema: string
  name: string
  /** `name(argument types)`, as `regtype` prints them without a search path. */
  signature: string
  strict: boolean
  returnsSet: boolean
  volatility: 'i' | 's' | 'v'
  /** `@notnull` stands in the function's comment. */
  promisedNotNull: boolean
}

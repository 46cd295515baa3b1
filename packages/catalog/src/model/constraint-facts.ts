import type { ObjectId } from './object.js'

export interface ConstraintFacts {
  type: 'primary key' | 'unique' | 'check' | 'foreign key' | 'exclude' | 'trigger'
  /** As `pg_get_constraintdef` prints it, with NOT VALID and the like. */
  definition: string
  /** Column names, in order; empty for a check without columns. */
  columns: string[]
  /** Foreign keys: the table and the columns pointed to. */
  references?: { table: ObjectId; columns: string[] }
  deferrable: boolean
  deferred: boolean
  validated: boolean
  enforced: boolean
  noInherit: boolean
  inherited: boolean
  local: boolean
  /** The parent table's constraint that it is a part of. */
  partOf?: ObjectId
  /** Of the index behind it. */
  index?: {
    name: string
    options: string[]
    tablespace?: string
    statistics: Record<string, number>
    comment?: string
    nullsNotDistinct: boolean
    /** Of a partitioned table: not every partition has its part of it. */
    incomplete?: true
  }
  of: 'table' | 'foreign table' | 'domain'
}

export interface IndexFacts {
  /** As `pg_get_indexdef` prints it. */
  definition: string
  unique: boolean
  method: string
  /** Names of plain columns in the key and INCLUDE, in order; null for an expression. */
  columns: (string | null)[]
  predicate?: string
  valid: boolean
  /** Columns of the index with SET STATISTICS, by number. */
  statistics: Record<string, number>
  /** Storage parameters, sorted; also part of the definition. */
  options: string[]
  tablespace?: string
  /** A partition of this index of the parent table. */
  partitionOf?: ObjectId
}

import type { ObjectId, Privilege } from './object.js'
import type { SequenceOptions } from './sequence-facts.js'

export type Storage = 'plain' | 'main' | 'external' | 'extended'

export interface ColumnFacts {
  /** As `format_type` writes it with an empty search_path: `integer`, `character varying(20)`, `public.mood[]`. */
  type: string
  /** The user's own type behind `type` (of the elements, for an array). */
  typeId?: ObjectId
  notNull: boolean
  /** Postgres 18 names every NOT NULL; here where it says more than the generated name does, or where it has a comment. */
  notNullConstraint?: { name?: string; noInherit: boolean; notValid: boolean; comment?: string }
  /** The name of the NOT NULL constraint, whoever made it. Not compared. */
  notNullName?: string
  /** Declared by the table itself, and not only by a parent: Postgres 18 and later. */
  notNullLocal?: boolean
  /** Text of the default. For reading only: the object `default …` is what is compared. Absent for generated columns. */
  default?: string
  generated?: { mode: 'stored' | 'virtual'; expression: string }
  identity?: {
    mode: 'always' | 'by default'
    sequence: SequenceOptions & {
      schema: string
      name: string
      persistence: 'permanent' | 'unlogged'
      comment?: string
      /** Absent where they are the default. */
      privileges?: Privilege[]
    }
  }
  /** Quoted and qualified; absent when it is the type's own. */
  collation?: string
  /** Absent when it is the type's own. */
  storage?: Storage
  /** The type's own. Not compared. */
  typeStorage: Storage
  compression?: 'pglz' | 'lz4'
  /** SET STATISTICS */
  statistics?: number
  /** `n_distinct=…`, sorted */
  options: string[]
  /** FDW options of a foreign table's column, `name=value`. */
  foreignOptions?: string[]
  /** 1-based among the columns that exist. Not compared. */
  position: number
  /** Comes from a parent table (INHERITS, partition). */
  inherited: boolean
  /** Also declared by the table itself. */
  local: boolean
  /** Kind of the relation it belongs to. */
  of: 'table' | 'foreign table' | 'view' | 'materialized view'
}

export interface DefaultFacts {
  expression: string
}

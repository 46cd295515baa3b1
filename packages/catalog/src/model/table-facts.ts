import type { ObjectId } from './object.js'

export interface TableFacts {
  persistence: 'permanent' | 'unlogged'
  /** Storage parameters as `name=value`, sorted; those of the TOAST table as `toast.name=value`. */
  options: string[]
  /** Absent: the server's default. */
  accessMethod?: string
  tablespace?: string
  /** `default`, `full`, `nothing`, or the index that USING INDEX names. */
  replicaIdentity: { mode: 'default' | 'full' | 'nothing' } | { mode: 'index'; index: string }
  /** INHERITS, in order. Empty for a partition. For reading only: the objects `inheritance …` are what is compared. */
  inherits: ObjectId[]
  /** The same where there are several: links to parents are objects of their own, all but their order. */
  parentOrder?: ObjectId[]
  /** Typed table: CREATE TABLE … OF. */
  ofType?: string
  /** PARTITION BY as Postgres prints it: `RANGE (created_at)`. */
  partitionKey?: string
  /** This table is a partition. `bound` as Postgres prints it: `FOR VALUES FROM (1) TO (2)` or `DEFAULT`. For reading only, too. */
  partitionOf?: { parent: ObjectId; bound: string }
  rowSecurity: boolean
  forceRowSecurity: boolean
  /** ALTER TABLE … CLUSTER ON. */
  clusterOn?: string
}

export interface ForeignTableFacts {
  server: string
  options: string[]
  inherits: ObjectId[]
  partitionOf?: { parent: ObjectId; bound: string }
}

/** That a table is a partition, or INHERITS. */
export interface InheritanceFacts {
  parent: ObjectId
  /** Of a partition. */
  bound?: string
  /** What holds for every row of a partition, as an expression; not compared. */
  constraint?: string
  /** DETACH PARTITION … CONCURRENTLY was begun and not ended: nobody sees the partition in its table any more. */
  detachPending?: true
  /** Among several parents, from 1. */
  sequence: number
}

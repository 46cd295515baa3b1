import type { ObjectId } from './object.js'

export type HazardKind =
  /** Rows, values or a sequence's position are gone. */
  | 'data-loss'
  /** Others wait: see `lock`. */
  | 'lock'
  /** The whole table is written anew. */
  | 'rewrite'
  /** The whole table is read. */
  | 'scan'
  /** Cannot run inside a transaction. */
  | 'non-transactional'
  /** An application that knows the old schema may fail on the new one. */
  | 'incompatible'
  /** May fail on rows that are there already. */
  | 'may-fail'
  /** Who may read or write what changes. */
  | 'authorization'
  /** Postgres does not know what this depends on. */
  | 'untracked'
  | 'performance'

export type LockMode =
  | 'ACCESS SHARE'
  | 'ROW SHARE'
  | 'ROW EXCLUSIVE'
  | 'SHARE UPDATE EXCLUSIVE'
  | 'SHARE'
  | 'SHARE ROW EXCLUSIVE'
  | 'EXCLUSIVE'
  | 'ACCESS EXCLUSIVE'

export interface Hazard {
  /** Permanent: Atlas's codes where it has one (`DS102`, `PG301`), ours otherwise (`SH…`). */
  code: string
  kind: HazardKind
  /** The strongest lock that the step takes, where that is the hazard. */
  lock?: LockMode
  message: string
  /** What to write instead. */
  fix?: string
}

/** What a step throws away if it is there. Whoever applies the plan counts rows to know whether it is. */
export interface Destruction {
  id: ObjectId
  kind:
    | 'table'
    | 'column'
    | 'schema'
    | 'sequence'
    | 'materialized-view'
    | 'enum-value'
    | 'type-change'
    | 'composite-attribute'
  schema?: string
  table?: string
  column?: string
  /** Removed labels of an enum. */
  values?: string[]
}

export type StepAction = 'create' | 'alter' | 'drop' | 'rename' | 'comment' | 'grant' | 'set'

export interface Step {
  /** One statement without the final semicolon. */
  sql: string
  /**
   * What is run instead of `sql`, where that leaves out a secret (the password of a user mapping). Not enumerable, so that no log,
   * no JSON and no file has it; read it by `executableSql`.
   */
  run?: string
  object: ObjectId
  action: StepAction
  hazards: Hazard[]
  /** The strongest lock that it takes on a table or view that was there before the plan; see `blockedBy`. */
  lock?: LockMode
  /** False: must run outside a transaction. */
  transactional: boolean
  /** Rows that may be lost by it. */
  destroys?: Destruction
}

export interface Plan {
  /** In the order in which they must run. */
  steps: Step[]
}

/** `from` is the id in the old catalog, `to` the id in the new one; both of the same kind, except for the label of an enum. */
export interface Rename {
  from: ObjectId
  to: ObjectId
  /** Rename of one label: `from` and `to` are then the enum. */
  label?: { from: string; to: string }
}

export interface RenameCandidate extends Rename {
  kind: string
  /** Why it could be one: `same columns`, `same type and position` … */
  reason: string
}

export interface Difference {
  id: ObjectId
  /** Seen from the first catalog: the second has it and the first lacks it; the reverse; both have it, unequal. */
  change: 'missing' | 'extra' | 'different'
  /** Names of the facts that differ (`type`, `comment`, `owner`, `privileges` …). */
  facts?: string[]
}

export interface PrintedStatement {
  sql: string
  /** See `Step.run`. */
  run?: string
  id: ObjectId
}

export interface PlanOptions {
  renames?: readonly Rename[]
  /**
   * `dev`: shortest, in one transaction. `atomic`: the same, keeping everything transactional even where that costs a rewrite.
   * `online`: keeps the table usable (CONCURRENTLY, NOT VALID and VALIDATE), leaving the transaction where it must.
   * @default 'dev'
   */
  strategy?: 'dev' | 'online' | 'atomic'
}

export interface ExtractOptions {
  /** Only these schemas. */
  include?: readonly string[]
  /** All schemas but these; of a schema all relations but those that a pattern `schema.name` with `*` and `?` names. */
  exclude?: readonly string[]
  /**
   * Only these objects. A relation stands for itself with its columns, constraints, indexes, triggers, policies and rules.
   */
  scope?: readonly { classid: number; objid: number }[]
  /**
   * Roles whose attributes, settings and memberships are read as well; `true` stands for all but the predefined ones. They belong
   * to the server and not to the database, so by default they are not read.
   */
  roles?: true | readonly string[]
  /**
   * The connection is inside a transaction of the caller, who uses it alone and has given it `extractionSettings`: nothing is
   * asked or put back then but the search_path, which is left empty, and scoped queries stay prepared.
   */
  warm?: boolean
}

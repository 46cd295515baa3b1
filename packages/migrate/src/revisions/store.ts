import { quoteLiteral, type Connection } from '../connection.js'
import type { FormatName, MigrationFile } from '../formats/format.js'
import type { Lease } from '../lock/lease.js'
import type { Notes } from './notes.js'

/** One version that a tool's table knows. */
export interface Revision {
  version: string
  description: string
  /** `partial`: begun outside a transaction and not finished. `failed`: Flyway's row of a failed file. */
  state: 'applied' | 'partial' | 'baseline' | 'set' | 'failed'
  /** Statements, where the tool counts them. */
  applied?: number
  total?: number
  /** Atlas: cumulative line hash. Flyway: CRC-32 as text. */
  hash?: string
  partialHashes?: readonly string[]
  error?: string
  errorStatement?: string
  appliedAt?: Date
}

export interface History {
  /** Whether the table is there. */
  exists: boolean
  /** In the order of application where the tool keeps it, else of versions. */
  revisions: readonly Revision[]
  /** golang-migrate's one row. */
  current?: string
  dirty?: boolean
  notes: Notes
  /** Comment on the table that is not ours. */
  foreignComment: string
}

/** What one query of the table yields. */
export interface StoredHistory {
  revisions: readonly Revision[]
  current?: string
  dirty?: boolean
  /** Comment on the table. */
  comment: string | null
}

/** The comment on a table, for a `FROM` that yields a row even where the table has none. */
export const commentOf = (table: string): string =>
  `(SELECT obj_description(${quoteLiteral(table)}::regclass, 'pg_class') AS comment) d`

/** What is known of a file when a row is written for it. */
export interface FileRecord {
  file: MigrationFile
  /** Line hash of atlas.sum where the file has one, base64 without `h1:`. */
  sumHash: string
  /** CRC-32 of its lines, as Flyway counts. */
  checksum: number
  total: number
  /** undefined: since the transaction began, by the server's clock, for what is sent together with the statements. */
  milliseconds: number | undefined
  /** Written where the table names the tool that ran it. */
  operator: string
}

/** Milliseconds of the record at `parameter`, as a number of SQL. */
export const elapsed = (parameter: string): string =>
  `coalesce(${parameter}, extract(epoch FROM clock_timestamp() - now()) * 1000)`

/** How far a file outside a transaction is. */
export interface PartialRecord {
  applied: number
  /** Cumulative, one per applied statement, each with `h1:`. */
  partialHashes: readonly string[]
  error: string
  errorStatement: string
}

export interface TableOptions {
  /** Schema of the table. @default what the tool takes without a setting */
  revisionsSchema?: string | undefined
  /** Schema that the connection is bound to by its URL (`search_path`); Atlas then keeps its table there. */
  boundSchema?: string | undefined
  /** Name of the table, `schema.table` allowed. @default the tool's own */
  table?: string | undefined
}

/** A table's name with its parts as they are. */
export interface TableName {
  schema: string
  name: string
}

/**
 * The table in which a tool keeps its history. Reads and writes rows as the tool itself would; never alters the table.
 */
export interface RevisionStore {
  readonly format: FormatName
  /** Where the table is, or would be made; needs the session's search path. */
  locate(session: Session, options: TableOptions): TableName
  /** Advisory locks that the tool takes. */
  lockKeys(session: Session, table: TableName): readonly (number | bigint)[]
  /** A row that the tool takes besides, where this database has its table. */
  lease?(connection: Connection): Promise<Lease | undefined>
  /** Statements that make the table where it is missing, with what the tool puts into it. */
  create(table: string, name: TableName): readonly string[]
  /** One round trip. Fails with the server's 42P01 where the table is missing. */
  read(connection: Connection, table: string): Promise<StoredHistory>
  /** Whether progress of a file outside a transaction has its place in the table's own columns. */
  readonly countsStatements: boolean
  /** Before a file outside a transaction begins. */
  begin(connection: Connection, table: string, record: FileRecord): Promise<void>
  /** After a statement outside a transaction. */
  progress(connection: Connection, table: string, record: FileRecord, partial: PartialRecord): Promise<void>
  /** When a file is applied. `isNewest`: no applied version is higher. */
  finish(connection: Connection, table: string, record: FileRecord, isNewest: boolean): Promise<void>
  /** When a file is undone. `previous` is the version that is the newest then. */
  remove(connection: Connection, table: string, record: FileRecord, previous: string | undefined): Promise<void>
  /** The database stands at `records`' last version, of which nothing ran here. */
  baseline(connection: Connection, table: string, records: readonly FileRecord[]): Promise<void>
  /** Rows by hand: adds and removes; `current` is the version that is the newest then. */
  set(connection: Connection, table: string, change: SetChange): Promise<void>
}

/** For tables that say of a file only that it is applied; what else there is to remember stands in the notes. */
export const wholeFiles = {
  countsStatements: false,
  async begin() {},
  async progress() {},
} as const satisfies Partial<RevisionStore>

export interface SetChange {
  add: readonly FileRecord[]
  remove: readonly string[]
  /** Versions that stay and were begun only. */
  resolve: readonly string[]
  current: string | undefined
}

/** What the session says of itself. */
export interface Session {
  database: string
  /** `current_schema()`, `public` where the search path names no schema that exists. */
  schema: string
}

export const readSession = `SELECT current_database() AS database, coalesce(current_schema(), 'public') AS schema`

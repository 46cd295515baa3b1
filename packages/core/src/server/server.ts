/**
 * A running Postgres server (or one database of it) that we can connect to with `pg`.
 * PGlite, docker, native binaries and a plain URL each are one implementation in a folder of that name.
 */
export interface DatabaseServer {
  readonly kind: 'pglite' | 'postgres' | 'docker' | 'native'
  /** Connection string for the user's app and for us. May hold a password: never print it, see `redactUrl`. */
  readonly url: string
  /** `server_version_num`, such as 180003. */
  readonly version: number
  /**
   * Makes an empty database of the same server version, for elaboration and proof. Each call gives a new one.
   * On PGlite that is another in-memory instance; on a real server `CREATE DATABASE` (dropped by `close`).
   */
  createScratch(): Promise<ScratchDatabase>
  /** Stops what we started and releases locks; a server that was there before stays. Safe to call twice. */
  close(): Promise<void>
}

export interface ScratchDatabase {
  readonly url: string
  readonly version: number
  close(): Promise<void>
}

/** The parsed `database` (or `scratch`) setting. */
export type DatabaseSetting =
  | { kind: 'pglite'; /** Absolute path of the data directory, or undefined for memory. */ directory?: string }
  | { kind: 'postgres'; url: string }
  | { kind: 'docker'; image: string; tag: string; database: string }
  | { kind: 'native'; /** Absolute path of the data directory. */ directory: string; version?: string }

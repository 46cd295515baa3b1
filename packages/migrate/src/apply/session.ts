import { MigrateError } from '../error.js'
import type { Connection } from '../connection.js'
import { type MigrationDirectory } from '../directory/directory.js'
import { computeDirectorySum, validateDirectory } from '../directory/checksum.js'
import { acquireLocks } from '../lock/advisory.js'
import { readHistory, storeOf } from '../revisions/index.js'
import {
  readSession,
  type History,
  type RevisionStore,
  type Session,
  type TableName,
  type TableOptions,
} from '../revisions/store.js'
import { quoteTable } from '../revisions/table.js'
import type { Sum } from '../sum/sum.js'

export interface TargetOptions extends TableOptions {
  /** How long to wait for the lock, in milliseconds. @default 10000 */
  lockTimeout?: number | undefined
}

/** A database with the table that its history is in. */
export interface Target {
  connection: Connection
  store: RevisionStore
  session: Session
  name: TableName
  /** Quoted. */
  table: string
  /** Schema that decides where the table is, unless the caller named one. */
  boundSchema?: string
}

export async function resolveTarget(
  connection: Connection,
  directory: MigrationDirectory,
  options: TableOptions,
): Promise<Target> {
  const { rows } = await connection.query<Session>(readSession)
  const session = rows[0] ?? { database: '', schema: 'public' }
  const store = storeOf(directory.format.name)
  const name = store.locate(session, options)
  const bound = options.revisionsSchema === undefined ? options.boundSchema : undefined
  return {
    connection,
    store,
    session,
    name,
    table: quoteTable(name),
    ...(bound === undefined ? {} : { boundSchema: bound }),
  }
}

/** Throws SP4018 where Atlas's own schema has a history and the schema that the URL is bound to has none. */
export async function readTargetHistory({ connection, store, table, boundSchema }: Target): Promise<History> {
  const history = await readHistory(connection, store, table)
  if (history.exists || boundSchema === undefined || store.format !== 'atlas') return history
  const unbound = quoteTable(store.locate({ database: '', schema: '' }, {}))
  const { rows } = await connection.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [unbound])
  if (!rows[0]?.found) return history
  throw new MigrateError('SP4018', 'ambiguous revision table', {
    why: `The URL is bound to the schema "${boundSchema}", which has no history, but ${unbound} has one: taking the wrong one would run every migration again.`,
    fix: 'Name the schema with `--revisions-schema`.',
  })
}

/** Runs `work` while the tool's own locks are held; they are released whatever happens. */
export async function withLock<T>(target: Target, options: TargetOptions, work: () => Promise<T>): Promise<T> {
  const keys = target.store.lockKeys(target.session, target.name)
  const lease = await target.store.lease?.(target.connection)
  const lock = await acquireLocks(target.connection, keys, options.lockTimeout ?? 10_000, lease)
  try {
    return await work()
  } finally {
    try {
      await lock.release()
    } catch {
      // A lost connection has released them already; its own error is on the way.
    }
  }
}

/** What was checked before a run. */
export interface CheckedDirectory {
  sum: Sum
  /** Hash of each member's own bytes. */
  contents: Map<string, string>
}

/** Refuses a directory that the tool would refuse, or whose atlas.sum does not fit. Reads every member once. */
export function checkDirectory(directory: MigrationDirectory): CheckedDirectory {
  if (directory.fault) throw directory.fault
  const contents = new Map<string, string>()
  const sum = computeDirectorySum(directory, contents)
  validateDirectory(directory, sum)
  return { sum, contents }
}

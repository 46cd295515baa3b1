import type { Connection } from '../connection.js'
import { readDirectory, type DirectoryLocation, type MigrationDirectory } from '../directory/directory.js'
import type { FormatName } from '../formats/format.js'
import type { ApplyOptions, ApplyResult } from '../apply/apply.js'
import { refuseDirty } from '../apply/dirty.js'
import { reconcile } from '../apply/pending.js'
import { hashScripts, type Script } from '../apply/script-hash.js'
import { readHistory, storeOf } from '../revisions/index.js'
import { parseConnectionString } from './connection-string.js'
import type { TableName } from '../revisions/store.js'

/** What is needed of a `pg` pool. */
export interface Pool {
  connect(): Promise<Connection & { release(destroy?: boolean | Error): void }>
}

export interface InitializeOptions extends Pick<
  ApplyOptions,
  | 'baseline'
  | 'allowDirty'
  | 'txMode'
  | 'execOrder'
  | 'onProgress'
  | 'boundSchema'
  | 'revisionsSchema'
  | 'table'
  | 'statementTimeout'
  | 'statementLockTimeout'
> {
  /** A `postgres://` URL; `pg` is loaded for it. Either this or `pool`. */
  connectionString?: string
  /** A `pg` pool: one of its connections is used and given back. */
  pool?: Pool
  /** The directory's path, a `file:` URL, or embedded files such as `unplugin-savepoint/migrations` gives. */
  migrations: DirectoryLocation
  /** @default what `migrations` says, else `atlas` */
  format?: FormatName
  /**
   * Scripts that run before and after the migrations, whenever some are pending or a script changed; idempotent.
   * @default those that the plugin embeds, where the config says that phases are repeatable
   */
  pre?: readonly (string | Script)[]
  post?: readonly (string | Script)[]
  /** How long to wait while another instance applies, in milliseconds. @default 60000 */
  lockTimeout?: number
}

/**
 * Brings the database to the newest migration at application start: pre scripts, pending migrations, post scripts, under
 * the migration tool's lock. Twenty instances may start at once: one applies, the others wait and find nothing to do.
 * With nothing pending it costs one query and no lock.
 *
 * Throws `MigrateError`; the application should not start then.
 */
export async function initDatabase(options: InitializeOptions): Promise<ApplyResult> {
  const directory = readDirectory(options.migrations, { format: options.format })
  const { connection, settings } = await open(options)
  let healthy = false
  try {
    const toScripts = (phase: string, scripts: readonly (string | Script)[] = []): Script[] =>
      scripts.map((one, index) => (typeof one === 'string' ? { name: `${phase} script ${index + 1}`, sql: one } : one))
    const embedded =
      typeof options.migrations === 'object' && 'files' in options.migrations ? options.migrations : undefined
    const pre = toScripts('pre', options.pre ?? embedded?.pre)
    const post = toScripts('post', options.post ?? embedded?.post)
    const merged = { ...settings, ...options, pre, post, lockTimeout: options.lockTimeout ?? 60_000 }
    const result = (await readCurrent(connection, directory, merged)) ?? (await apply(connection, directory, merged))
    healthy = true
    return result
  } finally {
    await connection.close(healthy)
  }
}

// Most starts have nothing to apply and never load this half.
async function apply(
  connection: Connection,
  directory: MigrationDirectory,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { applyMigrations } = await import('../apply/apply.js')
  return applyMigrations(connection, directory, options)
}

interface Opened {
  connection: Connection & { close(healthy: boolean): Promise<void> }
  settings: { boundSchema?: string; table?: string; statementTimeout?: number }
}

async function open({ connectionString, pool }: InitializeOptions): Promise<Opened> {
  if (pool) {
    const client = await pool.connect()
    return {
      settings: {},
      connection: {
        query: (text, values) => client.query(text, values),
        // After a failure the session may hold settings or a broken transaction: the pool must not hand it out again.
        close: async (healthy) => client.release(!healthy),
      },
    }
  }
  if (connectionString === undefined) throw new TypeError('initDatabase needs a connectionString or a pool')
  const { connect } = await import('./connect.js')
  const { connectionString: url, searchPath, ...settings } = parseConnectionString(connectionString)
  const owned = await connect(url)
  return {
    settings: { ...settings, ...(searchPath === undefined ? {} : { boundSchema: searchPath }) },
    connection: { query: (text, values) => owned.query(text, values), close: () => owned.close() },
  }
}

/** The result when nothing is to be done, found in one query without the lock; undefined when there may be something. */
async function readCurrent(
  connection: Connection,
  directory: MigrationDirectory,
  options: ApplyOptions & { pre: readonly Script[]; post: readonly Script[] },
): Promise<ApplyResult | undefined> {
  if (directory.fault || directory.files.some(({ kind }) => kind === 'repeatable')) return undefined
  const store = storeOf(directory.format.name)
  // Without a schema the search path finds the table, as it would for the tool.
  const unresolved = store.locate({ database: '', schema: '' }, options)
  const history = await readHistory(connection, store, quoteFound(unresolved))
  const hasScripts = options.pre.length + options.post.length > 0
  if (!history.exists || (hasScripts && history.notes.scripts !== hashScripts(options.pre, options.post)))
    return undefined
  refuseDirty(directory, history)
  const { pending, outOfOrder, partial, current } = reconcile(directory, history)
  if (pending.length + outOfOrder.length > 0 || partial || current === undefined) return undefined
  return { applied: [], statements: 0, warnings: [], before: current, current }
}

const quoteFound = ({ schema, name }: TableName): string =>
  [schema, name]
    .filter(Boolean)
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')

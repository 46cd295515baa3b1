import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResolvedConfig } from '../config/config.js'
import { connect, type DatabaseSession } from '../database/connect.js'
import { isLocalUrl } from '../database/locality.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { openScratchDatabase } from '../engine/servers.js'
import { resolveExtensions } from '../server/pglite/resolve-extensions.js'
import type { DatabaseSetting } from '../server/server.js'
import { quoteName } from '../sources/quote.js'

/** Major version of the Postgres that PGlite 0.5 is. */
export const embeddedMajor = 18

/** A database that the scratch must be able to speak for. */
export interface ComparedDatabase {
  url: string
  /** Major version. */
  major: number
}

export interface ScratchDatabaseSession extends DatabaseSession {
  /** Major version. */
  readonly major: number
  /** The whole server is ours and goes with the session. */
  readonly isEmbedded: boolean
}

export interface ScratchChoice {
  config: ResolvedConfig
  /** Extensions that are going to be created. */
  extensions: readonly string[]
  databases: readonly ComparedDatabase[]
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
}

/**
 * Opens an empty database for elaboration and proof: the `scratch` setting; else the embedded Postgres; else, where that
 * is another version or lacks an extension, a new database beside a compared one on this machine.
 */
export async function openScratch(choice: ScratchChoice): Promise<ScratchDatabaseSession> {
  const scratch = choice.config.scratch ?? chooseScratch(choice)
  const config: ResolvedConfig = { ...choice.config, scratch, stateDirectory: findStateDirectory(choice.config) }
  const database = await openScratchDatabase(config, choice.log, undefined)
  try {
    const session = await connect(database.url)
    return {
      major: Math.floor(database.version / 10_000),
      isEmbedded: scratch.kind === 'pglite',
      query: session.query,
      async close() {
        await session.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * Makes tablespaces that a schema names. They are the server administrator's and cannot be made in a transaction; on the
 * embedded server, which is thrown away as a whole, one in its own folder is as good. Elsewhere nothing is done.
 */
export async function assumeTablespaces(session: ScratchDatabaseSession, names: readonly string[]): Promise<void> {
  if (names.length === 0 || !session.isEmbedded) return
  await session.query('SET allow_in_place_tablespaces = on')
  for (const name of names) await session.query(`CREATE TABLESPACE ${quoteName(name)} LOCATION ''`)
}

function chooseScratch({ config, extensions, databases }: ScratchChoice): DatabaseSetting {
  const embedded: DatabaseSetting = { kind: 'pglite' }
  if (databases.every(({ major }) => major === embeddedMajor) && isLoadable(extensions, config.root)) return embedded
  const beside = databases.find(({ url }) => isLocalUrl(url))
  return beside ? { kind: 'postgres', url: beside.url } : embedded
}

function isLoadable(extensions: readonly string[], root: string): boolean {
  try {
    resolveExtensions(extensions, root)
    return true
  } catch (error) {
    if (error instanceof DiagnosticError) return false
    throw error
  }
}

// A comparison of two files is no project and must leave no folder behind, yet the image of the embedded Postgres has
// to be kept somewhere.
function findStateDirectory({ stateDirectory, configFile }: ResolvedConfig): string {
  if (configFile !== undefined || existsSync(stateDirectory)) return stateDirectory
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  try {
    mkdirSync(join(base, 'savepoint'), { recursive: true })
    accessSync(join(base, 'savepoint'), constants.W_OK)
    return join(base, 'savepoint')
  } catch {
    return join(tmpdir(), 'savepoint')
  }
}

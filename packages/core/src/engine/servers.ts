import type { ResolvedConfig } from '../config/config.js'
import { describeTarget } from '../database/failure.js'
import { isLocalUrl } from '../database/locality.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { openDatabase } from '../server/open.js'
import { pgliteVersion, resolveExtensions } from '../server/pglite/resolve-extensions.js'
import type { DatabaseServer, DatabaseSetting, ScratchDatabase } from '../server/server.js'

export interface ServerOptions {
  extensions: ReadonlySet<string>
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
}

/**
 * Starts or finds the development database.
 *
 * @throws DiagnosticError SP2001, SP2002, SP2005, SP2006
 */
export function openDevelopmentDatabase(config: ResolvedConfig, options: ServerOptions): Promise<DatabaseServer> {
  requireLocal(config)
  return open(config.database, config, options)
}

/** Opens an empty database for elaboration: the `scratch` setting, else another of the development server's version. */
export async function openScratchDatabase(
  config: ResolvedConfig,
  options: ServerOptions,
  development: () => Promise<DatabaseServer>,
): Promise<ScratchDatabase> {
  const setting = config.scratch ?? config.database
  // In memory, beside the development database and without waiting for it.
  if (setting.kind === 'pglite') return open({ kind: 'pglite' }, config, options)
  if (!config.scratch) return (await development()).createScratch()
  const server = await open(setting, config, options)
  const scratch = await server.createScratch()
  return {
    url: scratch.url,
    version: scratch.version,
    async close() {
      await scratch.close()
      await server.close()
    },
  }
}

/** Which Postgres `openScratchDatabase` would open: its version and extensions as far as they are known without opening it. */
export async function describeScratch(
  config: ResolvedConfig,
  extensions: ReadonlySet<string>,
  development: () => Promise<DatabaseServer>,
): Promise<string> {
  const setting = config.scratch ?? config.database
  if (setting.kind === 'pglite') return `pglite ${pgliteVersion()} ${[...extensions].sort().join(' ')}`
  if (!config.scratch) return `${setting.kind} ${(await development()).version}`
  return JSON.stringify(setting)
}

function open(setting: DatabaseSetting, config: ResolvedConfig, options: ServerOptions): Promise<DatabaseServer> {
  return openDatabase(setting, {
    root: config.root,
    stateDirectory: config.stateDirectory,
    extensions: setting.kind === 'pglite' ? loadable(options.extensions, config.root) : options.extensions,
    onProgress: (message) => options.log('info', message),
    log: options.log,
  })
}

/** Whether steps that destroy data are refused altogether: the database is somewhere else. */
export function isRemote({ database }: ResolvedConfig): boolean {
  return database.kind === 'postgres' && !isLocalUrl(database.url)
}

// One that PGlite lacks must not keep the database from starting: its CREATE EXTENSION is refused at its own line.
function loadable(extensions: ReadonlySet<string>, root: string): string[] {
  return [...extensions].filter((name) => {
    try {
      resolveExtensions([name], root)
      return true
    } catch (error) {
      if (error instanceof DiagnosticError) return false
      throw error
    }
  })
}

function requireLocal(config: ResolvedConfig): void {
  const { database } = config
  if (config.allowRemote || database.kind !== 'postgres' || isLocalUrl(database.url)) return
  throw new DiagnosticError([
    {
      code: 'SP2001',
      severity: 'error',
      message: `${describeTarget(database.url)} is not on this machine`,
      why: 'on save Savepoint changes the development database, so that must be one where a mistake costs nothing',
      fix: 'Point `database` at a local server. If the remote one really is yours alone, set `allowRemote: true`; steps that destroy data are refused there even so.',
    },
  ])
}

import type { ResolvedConfig } from '../config/config.js'
import { describeTarget } from '../database/failure.js'
import { isLocalUrl } from '../database/locality.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { openDatabase, openScratch, type OpenOptions } from '../server/open.js'
import { pgliteVersion } from '../server/pglite/resolve-extensions.js'
import type { DatabaseServer, DatabaseSetting, ScratchDatabase } from '../server/server.js'

export type Log = (level: 'info' | 'warn' | 'error' | 'debug', message: string) => void

/**
 * Starts or finds the development database.
 *
 * @throws DiagnosticError SP2001, SP2002, SP2005, SP2006
 */
export async function openDevelopmentDatabase(config: ResolvedConfig, log: Log): Promise<DatabaseServer> {
  requireLocal(config)
  return open(config.database, config, log)
}

/** Opens an empty database for elaboration: the `scratch` setting, else another one like the development database. */
export async function openScratchDatabase(
  config: ResolvedConfig,
  log: Log,
  development: (() => Promise<DatabaseServer>) | undefined,
): Promise<ScratchDatabase> {
  const { database, scratch: setting } = config
  const wanted = setting ?? database
  // Two embedded databases start at the same time, each on its own core.
  if (wanted.kind === 'pglite') return openScratch(openOptions(config, log))
  if (development && (!setting || isSame(setting, database))) return (await development()).createScratch()
  const server = await open(wanted, config, log)
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

/** Which Postgres `openScratchDatabase` would open, as far as that is known without opening it. */
export async function describeScratch(
  config: ResolvedConfig,
  development: () => Promise<DatabaseServer>,
): Promise<string> {
  const setting = config.scratch ?? config.database
  if (setting.kind === 'pglite') return `pglite ${pgliteVersion()}`
  return config.scratch ? JSON.stringify(setting) : `${setting.kind} ${(await development()).version}`
}

/** Whether steps that destroy data are refused altogether: the database is somewhere else. */
export function isRemote({ database }: ResolvedConfig): boolean {
  return database.kind === 'postgres' && !isLocalUrl(database.url)
}

function open(setting: DatabaseSetting, config: ResolvedConfig, log: Log): Promise<DatabaseServer> {
  return openDatabase(setting, openOptions(config, log))
}

function openOptions({ root, stateDirectory }: ResolvedConfig, log: Log): OpenOptions {
  return { root, stateDirectory, onProgress: (message) => log('info', message), log }
}

function isSame(a: DatabaseSetting, b: DatabaseSetting): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
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

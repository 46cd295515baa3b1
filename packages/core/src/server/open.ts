import { openDocker } from './docker/open.js'
import { openNative } from './native/open.js'
import { PgliteServer } from './pglite/open.js'
import { openPostgres } from './postgres/open.js'
import type { DatabaseServer, DatabaseSetting, ScratchDatabase } from './server.js'

export interface OpenOptions {
  /** The project, from where optional packages are resolved. */
  root: string
  /** Absolute path of `.savepoint/`. */
  stateDirectory: string
  /** Names of extensions that the schema creates: told early whether the embedded Postgres has them. */
  extensions?: Iterable<string>
  /** Told about long work: the first start, pulling an image. */
  onProgress?: (message: string) => void
  log?: (level: 'info' | 'warn' | 'error' | 'debug', message: string) => void
}

/**
 * Gets the Postgres server that a setting describes: starts it, or connects to see that it is there.
 * Whether a URL is local is the caller's to check.
 *
 * @throws DiagnosticError SP1011 an extension that PGlite lacks · SP2002 not reachable, did not start · SP2005 data directory in use ·
 *   SP2006 optional package not installed · SP2008 server too old
 */
export async function openDatabase(setting: DatabaseSetting, options: OpenOptions): Promise<DatabaseServer> {
  const { root, stateDirectory, onProgress, log } = options
  switch (setting.kind) {
    case 'pglite':
      return PgliteServer.open({
        directory: setting.directory,
        root,
        stateDirectory,
        extensions: options.extensions,
        onProgress,
        log,
      })
    case 'postgres':
      return openPostgres(setting.url)
    case 'docker':
      return openDocker(setting, { root, onProgress })
    case 'native':
      return openNative(setting.directory, { root, onProgress })
    default:
      return setting satisfies never
  }
}

/**
 * An empty embedded database in memory, without a server of which it would be the scratch: for elaboration beside a development
 * database that is not open yet. Starts faster than one that an app is to use.
 *
 * @throws DiagnosticError SP1011, SP2002
 */
export async function openScratch(options: OpenOptions): Promise<ScratchDatabase> {
  const { root, stateDirectory, extensions, onProgress, log } = options
  return PgliteServer.open({ root, stateDirectory, extensions, onProgress, log, disposable: true })
}

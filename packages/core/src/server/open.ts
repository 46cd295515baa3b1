import { join } from 'node:path'
import { PgliteServer } from './pglite/open.js'
import type { DatabaseServer, DatabaseSetting } from './server.js'

export interface OpenOptions {
  /** The project, from where optional packages are resolved. */
  root: string
  /** Absolute path of `.savepoint/`. */
  stateDirectory: string
  /** Names of extensions that the schema creates; PGlite has to load them when it starts. */
  extensions?: Iterable<string>
  /** Told about long work: the first start, pulling an image. */
  onProgress?: (message: string) => void
  log?: (level: 'info' | 'warn' | 'error' | 'debug', message: string) => void
}

/**
 * Gets the Postgres server that a setting describes: starts it, or connects to see that it is there.
 *
 * @throws SP1011, SP2002, SP2005, SP2006 as the kind of server has them
 */
export async function openDatabase(setting: DatabaseSetting, options: OpenOptions): Promise<DatabaseServer> {
  switch (setting.kind) {
    case 'pglite':
      return PgliteServer.open({
        directory: setting.directory,
        root: options.root,
        imageDirectory: join(options.stateDirectory, 'cache'),
        extensions: options.extensions,
        onProgress: options.onProgress,
        log: options.log,
      })
    case 'postgres':
    case 'docker':
    case 'native':
      throw new Error('not yet')
  }
}

import type { Connection } from '@savepoint/catalog'
import type { ResolvedConfig } from '../config/config.js'
import { connect, type DatabaseSession } from '../database/connect.js'
import { createPluginContainer, type PluginContainer } from '../plugin/container.js'
import type { DatabaseServer } from '../server/server.js'
import { createProjectQueries, type ProjectQueries } from '../queries/queries.js'
import { createSourceReader, type SourceReader } from '../sources/reader.js'
import { createDecisions, type Decisions } from './decisions.js'
import { createCurrentCatalog, type CurrentCatalog } from './development/current.js'
import { createRememberedState } from './development/remembered.js'
import { createMigrations, type Migrations } from './run/draft.js'
import type { Elaboration, Elaborator } from './run/elaborator.js'
import { openElaborator } from './run/open-elaborator.js'
import { createPluginTexts, type PluginTexts } from './run/plugin-text.js'
import { createTransformer, type Transformer } from './run/transform.js'
import { describeScratch, openDevelopmentDatabase, openScratchDatabase } from './servers.js'

/** Everything of one loaded config that lives from run to run. */
export interface Project {
  readonly config: ResolvedConfig
  readonly reader: SourceReader
  readonly plugins: PluginContainer
  /** Files that plugins asked to watch. */
  readonly pluginFiles: ReadonlySet<string>
  readonly texts: PluginTexts
  readonly transformer: Transformer
  readonly elaborator: Elaborator
  readonly current: CurrentCatalog
  readonly decisions: Decisions
  readonly migrations: Migrations | undefined
  readonly queries: ProjectQueries
  /** Of the last run that elaborated; plugins ask it where things are. */
  elaboration: Elaboration | undefined
  /** The development database; started by the first call, and again after it went away. */
  database(): Promise<DatabaseServer>
  /** A session on it that is kept; a new one after the last was lost. */
  session(): Promise<Connection>
  /** Another session on it, which the caller closes. */
  openSession(): Promise<DatabaseSession>
  /** The session is gone: the next `session()` makes a new one, and starts the server anew where that fails. */
  loseSession(): Promise<void>
  close(): Promise<void>
}

export interface ProjectOptions {
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** The database answers at this address. */
  onDatabase(url: string): void
}

/** Opens a project. Nothing is started or read before it is asked for. */
export function openProject(config: ResolvedConfig, { log, onDatabase }: ProjectOptions): Project {
  const pluginFiles = new Set<string>()
  const plugins = createPluginContainer({
    plugins: config.plugins,
    root: config.root,
    stateDirectory: config.stateDirectory,
    log,
    catalog: () => project.elaboration?.catalog,
    locate: (id) => project.elaboration?.locate(id),
    annotations: (id) => project.elaboration?.annotations(id) ?? '',
    watch: (file) => void pluginFiles.add(file),
  })
  let opening: Promise<DatabaseServer> | undefined
  let connecting: Promise<DatabaseSession> | undefined
  const catalogOptions = {
    ...(config.include ? { include: config.include } : {}),
    exclude: config.exclude,
  }
  const project: Project = {
    config,
    reader: createSourceReader({ root: config.root, schema: config.schema }),
    plugins,
    pluginFiles,
    texts: createPluginTexts(plugins),
    transformer: createTransformer(plugins),
    elaborator: openElaborator(config, {
      log,
      openScratch: () => openScratchDatabase(config, log, project.database),
      scratchIdentity: () => describeScratch(config, project.database),
    }),
    current: createCurrentCatalog(catalogOptions, createRememberedState(config.stateDirectory, config.database)),
    decisions: createDecisions(config.stateDirectory),
    migrations: config.migrations && createMigrations(config.migrations),
    queries: createProjectQueries(config),
    elaboration: undefined,
    database() {
      opening ??= open().catch((error: unknown) => {
        // The next call tries again: the user may have started the server meanwhile.
        opening = undefined
        throw error
      })
      return opening
    },
    session() {
      connecting ??= project.openSession().catch((error: unknown) => {
        connecting = undefined
        throw error
      })
      return connecting
    },
    async openSession() {
      return connect((await project.database()).url)
    },
    async loseSession() {
      const lost = connecting
      connecting = undefined
      project.current.forget()
      await lost?.then((session) => session.close()).catch(() => undefined)
      const server = await opening?.catch(() => undefined)
      if (!server || (await isAnswering(server.url))) return
      // What we started has ended: a crashed worker, a killed container. Opening starts it again.
      opening = undefined
      await server.close().catch((error: unknown) => log('debug', `closing the lost server failed: ${String(error)}`))
    },
    async close() {
      plugins.close()
      const session = await connecting?.catch(() => undefined)
      await session?.close().catch(() => undefined)
      await project.elaborator.close()
      const server = await opening?.catch(() => undefined)
      await server?.close()
    },
  }
  return project

  async function open(): Promise<DatabaseServer> {
    const server = await openDevelopmentDatabase(config, log)
    onDatabase(server.url)
    return server
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const session = await connect(url, { timeout: 2000 })
    await session.close()
    return true
  } catch {
    return false
  }
}

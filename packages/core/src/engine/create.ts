import { basename, dirname, join, resolve } from 'node:path'
import type { ResolvedConfig } from '../config/config.js'
import { configFileNames, findConfigFile } from '../config/find.js'
import { loadConfig } from '../config/load.js'
import { attach } from './attach/attached.js'
import { acquireLock } from './attach/lock.js'
import { listen, type AttachServer } from './attach/serve.js'
import type { Backend, BackendListener } from './backend.js'
import type { Engine, EngineEvents, EngineOptions, EngineState } from './engine.js'
import { provideDatabaseUrl } from './environment-variable.js'
import { toDiagnostics } from './diagnose.js'
import { createHosts } from './hosts.js'
import { createLoop } from './loop.js'

type Listeners = { [Name in keyof EngineEvents]: Set<EngineEvents[Name]> }

/**
 * An engine of a project: the owner of the loop, or attached to the owner in another process, whichever it has to be.
 * When the owner goes away (also by kill -9), one of those that are attached takes its place.
 *
 * Most callers want `acquireEngine`, which shares one engine within the process.
 */
export function createEngine(options: EngineOptions): Engine {
  const hosts = createHosts()
  const listeners: Listeners = { state: new Set(), saved: new Set() }
  const where = locateProject(options)
  let state: EngineState = { status: 'starting', diagnostics: [], pending: [] }
  let watched: readonly string[] = []
  let config: ResolvedConfig | undefined
  let owner: Engine['owner'] = 'this'
  let election: Promise<Backend> | undefined
  let closing: Promise<void> | undefined
  let endOwnership = (): Promise<void> => Promise.resolve()

  const listener: BackendListener = {
    state(next) {
      if (closing && next.status !== 'closed') return
      state = next
      const variable = config?.databaseUrlVariable
      if (variable !== undefined && next.databaseUrl !== undefined) provideDatabaseUrl(variable, next.databaseUrl)
      hosts.state(next)
      for (const listen of listeners.state) listen(next)
    },
    saved(report) {
      hosts.saved(report)
      for (const listen of listeners.saved) listen(report)
    },
    watchedFiles(paths) {
      watched = paths
    },
    config(loaded) {
      config = loaded
    },
    log: hosts.log,
  }

  /** Becomes the owner or attaches to it. Whoever finds neither tries again: the owner went away in between. */
  async function elect(): Promise<Backend> {
    for (;;) {
      const server = await listen(where.stateDirectory)
      const outcome = await acquireLock(
        where.stateDirectory,
        { pid: process.pid, address: server.address },
        where.lockName,
      )
      if ('held' in outcome) return own(server, outcome.held.release)
      await server.close()
      // Before attaching: the variable's name must be known when the owner tells the database's address.
      config ??= await loadConfig(where.load).catch(() => undefined)
      const attached = await attach(outcome.owner, listener)
      if (!attached) continue
      owner = attached.pid
      void attached.ended.then(() => {
        if (closing || !election) return
        hosts.log('info', `process ${attached.pid} has gone, taking the development database over`)
        election = elect()
        election.then((backend) => backend.start()).catch(fail)
      })
      return attached
    }
  }

  function own(server: AttachServer, releaseLock: () => void): Backend {
    owner = 'this'
    const loop = createLoop({
      load: where.load,
      configFiles: where.configFiles,
      listener: {
        ...listener,
        state(next) {
          server.state(next)
          listener.state(next)
        },
        saved(report) {
          server.saved(report)
          listener.saved(report)
        },
        watchedFiles(paths) {
          server.watchedFiles(paths)
          listener.watchedFiles(paths)
        },
        log(level, message) {
          server.log(level, message)
          listener.log(level, message)
        },
      },
    })
    server.serve(loop)
    // Nothing asynchronous can be done any more at 'exit', and the next owner looks at the socket, not at this file.
    process.once('exit', releaseLock)
    endOwnership = async () => {
      process.off('exit', releaseLock)
      releaseLock()
      await server.close()
    }
    return loop
  }

  function fail(error: unknown): void {
    listener.state({ ...state, status: 'error', diagnostics: toDiagnostics(error) })
  }

  const backend = (): Promise<Backend> => (election ??= elect())
  let starting: Promise<void> | undefined
  const engine: Engine = {
    start() {
      starting ??= backend()
        .then((one) => one.start())
        .catch(fail)
      return starting
    },
    get ready() {
      return engine.start()
    },
    get state() {
      return state
    },
    get databaseUrl() {
      return state.databaseUrl
    },
    get config() {
      return config
    },
    get owner() {
      return owner
    },
    watchedFiles: () => watched,
    run: () => ask((one) => one.run()),
    settled: () => ask((one) => one.settled()),
    accept: async (ids) => {
      await engine.start()
      return (await backend()).accept(ids)
    },
    on(event, listen) {
      listeners[event].add(listen)
      return () => listeners[event].delete(listen)
    },
    addHost: hosts.add,
    close: () => (closing ??= close()),
  }
  return engine

  async function ask(question: (one: Backend) => Promise<EngineState>): Promise<EngineState> {
    await engine.start()
    const asked = backend()
    try {
      return await question(await asked)
    } catch (error) {
      if (closing) return state
      // The owner died with our question: whoever is the owner now answers it.
      if (asked !== election) return ask(question)
      fail(error)
      return state
    }
  }

  async function close(): Promise<void> {
    const elected = await election?.catch(() => undefined)
    await elected?.close()
    await endOwnership()
    listener.state({ ...state, status: 'closed' })
  }
}

interface ProjectLocation {
  stateDirectory: string
  lockName: string
  load: Parameters<typeof loadConfig>[0]
  /** Where the config file is, or where one would be found: absolute paths. */
  configFiles: readonly string[]
}

/** Where a project's state lies is known without loading its config, which may be broken now and mended later. */
export function locateProject({ root, configFile, environment }: EngineOptions): ProjectLocation {
  const cwd = resolve(root)
  const named = configFile === undefined ? undefined : resolve(cwd, configFile)
  const found = named === undefined ? findConfigFile(cwd) : { file: named, root: dirname(named) }
  // Two configs, or two environments, in one folder are two projects with one owner each.
  const name = found.file === undefined ? undefined : basename(found.file)
  const special = name === undefined || configFileNames.includes(name) ? '' : `-${name.replaceAll(/\W+/g, '-')}`
  return {
    stateDirectory: join(found.root, '.savepoint'),
    lockName: `engine${special}${environment === undefined ? '' : `-${environment.replaceAll(/\W+/g, '-')}`}`,
    load: { cwd, configFile, environment },
    configFiles: found.file === undefined ? configFileNames.map((file) => join(found.root, file)) : [found.file],
  }
}

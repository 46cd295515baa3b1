import type { Diagnostic, Engine, EngineHandle, Host } from '@savepoint/core'
import type { Options } from './options.js'

/** What a bundler holds of one project: the build-time check, and the loop while it runs. */
export interface Project {
  /** Absolute path. */
  readonly root: string
  /** The engine, once `startLoop` has resolved and until `release`. */
  readonly engine: Engine | undefined
  /** Diagnostics of severity error; empty when the build may go on. */
  check(): Promise<readonly Diagnostic[]>
  /** Starts the loop or joins the one that runs, in this process or another; resolves when its first run has ended. */
  startLoop(host: Host): Promise<Engine>
  /** Ends what this bundler asked for. Safe to call twice; `startLoop` may follow. */
  release(): Promise<void>
}

export interface Projects {
  /** The plugin's one project; `root` counts only where the options and an earlier call named none. */
  at(root: string): Project
  /** The project, when a hook has asked for it already. */
  readonly current: Project | undefined
}

export function createProjects(options: Options): Projects {
  let current: Project | undefined
  return {
    at: (root) => (current ??= createProject(options, options.root ?? root)),
    get current() {
      return current
    },
  }
}

function createProject(options: Options, root: string): Project {
  const where = {
    root,
    ...(options.configFile === undefined ? {} : { configFile: options.configFile }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  }
  let acquiring: Promise<EngineHandle> | undefined
  let engine: Engine | undefined
  return {
    root,
    get engine() {
      return engine
    },
    async check() {
      // Loaded when it is needed: with nothing changed the check is a few small modules, and the engine is none of them.
      const { checkProject } = await import('@savepoint/core/check')
      const { diagnostics } = await checkProject(where)
      return diagnostics.filter(({ severity }) => severity === 'error')
    },
    async startLoop(host) {
      acquiring ??= import('@savepoint/core').then(({ acquireEngine }) => acquireEngine({ ...where, host }))
      const handle = await acquiring
      await handle.engine.start()
      engine = handle.engine
      return handle.engine
    },
    async release() {
      const releasing = acquiring
      acquiring = undefined
      engine = undefined
      if (releasing) await (await releasing).release()
    },
  }
}

import type { Plugin, ResolvedConfig, ViteDevServer } from 'vite'
import type { Options } from '../../options.js'
import type { Projects } from '../../project.js'
import { verify } from '../../verify.js'
import { createRollupHooks } from '../rollup.js'
import { serveLoop } from './serve.js'

/**
 * Vite: the loop under `vite dev`, the check (or, with `--watch`, the loop) under `vite build`.
 * Under Vitest and `vite preview` nothing starts: both call these hooks too, and neither edits a schema.
 */
export function createViteHooks(options: Options, projects: Projects): Partial<Plugin> {
  const rollup = createRollupHooks(options, projects)
  let config: ResolvedConfig | undefined
  let release: (() => Promise<void>) | undefined
  return {
    // One check for a build, not one for each of its environments.
    sharedDuringBuild: true,
    config() {
      return {
        server: { watch: { ignored: ['**/.savepoint/**'] } },
        // `unplugin-savepoint/migrations` is made by the plugin: neither pre-bundled nor left to Node.
        optimizeDeps: { exclude: ['unplugin-savepoint'] },
        ssr: { noExternal: ['unplugin-savepoint'] },
      }
    },
    configResolved(resolved) {
      config = resolved
      projects.at(resolved.root)
    },
    configureServer(server: ViteDevServer) {
      if (!runsLoop(options)) return undefined
      const loop = serveLoop(server, projects.at(server.config.root))
      release = loop.release
      return loop.afterMiddlewares
    },
    async buildStart() {
      // Vitest serves and never builds, so a build is always meant.
      if (config?.command !== 'build') return
      if (
        this.environment.name !== 'client' &&
        Object.keys(config.environments).includes('client') &&
        buildsClient(config)
      )
        return
      if (this.meta.watchMode) await rollup.buildStart.call(this)
      else await verify(projects.at(config.root), options.loop ?? false)
    },
    closeWatcher: rollup.closeWatcher,
    // In dev this runs when the server closes or restarts. The new server has acquired the engine by then.
    async closeBundle() {
      await release?.()
    },
  }
}

// `vite build --ssr` has no client environment to carry the check.
function buildsClient(config: ResolvedConfig): boolean {
  return !config.build.ssr
}

function runsLoop(options: Options): boolean {
  // Vitest hands its projects' plugins a server of its own: a test run must not change the development database.
  if (process.env.VITEST && options.loop !== true) return false
  return options.loop ?? true
}

import type { UnpluginContextMeta, UnpluginOptions } from 'unplugin'
import { isForBrowser } from './browser.js'
import { embedMigrations, migrationsIdRE, resolvedMigrationsId, resolvedMigrationsIdRE } from './embed.js'
import { setupEsbuild } from './hosts/esbuild.js'
import { createRollupHooks } from './hosts/rollup.js'
import { createViteHooks } from './hosts/vite/hooks.js'
import { setupWebpack } from './hosts/webpack.js'
import { createBuildError } from './message.js'
import type { Options } from './options.js'
import { createProjects } from './project.js'
import { loadQueries, queryFileRE } from './queries.js'
import { verify } from './verify.js'

/**
 * The factory behind every bundler's entry. In a build it checks that the schema elaborates and that migrations and
 * generated files agree with it; in watch mode and in Vite's dev server it runs the loop.
 * What differs between bundlers stands in `hosts/`, one file each.
 */
export function createPlugin(options: Options = {}, meta: UnpluginContextMeta): UnpluginOptions {
  const projects = createProjects(options)
  const rollup = createRollupHooks(options, projects)
  let rolldownPlatform: string | undefined
  const plugin: UnpluginOptions = {
    name: 'savepoint',
    enforce: 'pre',
    resolveId: { filter: { id: migrationsIdRE }, handler: () => resolvedMigrationsId },
    load: {
      filter: { id: [resolvedMigrationsIdRE, queryFileRE] },
      async handler(id) {
        if (queryFileRE.test(id)) {
          const { code, errors } = await loadQueries(id, options, projects, {
            // While the loop runs somebody is developing; everything else is a build.
            production: projects.current?.engine === undefined,
            forBrowser: isForBrowser(this, options, rolldownPlatform),
          })
          if (errors.length > 0) throw createBuildError(errors, projects.current?.root ?? process.cwd())
          return code === undefined ? null : { code, moduleType: 'js' }
        }
        const { code, files } = await embedMigrations(options, projects.current?.root ?? options.root ?? process.cwd())
        for (const file of files) this.addWatchFile(file)
        return code
      },
    },
    rollup,
    rolldown: {
      ...rollup,
      async buildStart({ platform }) {
        rolldownPlatform = platform
        await rollup.buildStart.call(this)
      },
    },
    vite: createViteHooks(options, projects),
    esbuild: { setup: (build) => setupEsbuild(build, options, projects) },
    webpack: (compiler) => setupWebpack(compiler, options, projects),
    rspack: (compiler) => setupWebpack(compiler, options, projects),
  }
  // Bun and Farm have no watching of their own to wire: they only check.
  if (meta.framework === 'bun' || meta.framework === 'farm') {
    plugin.buildStart = () => verify(projects.at(process.cwd()), options.loop ?? false)
  }
  return plugin
}

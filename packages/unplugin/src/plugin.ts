import type { UnpluginContextMeta, UnpluginOptions } from 'unplugin'
import { embedMigrations, migrationsIdRE, resolvedMigrationsId, resolvedMigrationsIdRE } from './embed.js'
import { setupEsbuild } from './hosts/esbuild.js'
import { createRollupHooks } from './hosts/rollup.js'
import { createViteHooks } from './hosts/vite/hooks.js'
import { setupWebpack } from './hosts/webpack.js'
import type { Options } from './options.js'
import { createProjects } from './project.js'
import { verify } from './verify.js'

/**
 * The factory behind every bundler's entry. In a build it checks that the schema elaborates and that migrations and
 * generated files agree with it; in watch mode and in Vite's dev server it runs the loop.
 * What differs between bundlers stands in `hosts/`, one file each.
 */
export function createPlugin(options: Options = {}, meta: UnpluginContextMeta): UnpluginOptions {
  const projects = createProjects(options)
  const plugin: UnpluginOptions = {
    name: 'savepoint',
    enforce: 'pre',
    resolveId: { filter: { id: migrationsIdRE }, handler: () => resolvedMigrationsId },
    load: {
      filter: { id: resolvedMigrationsIdRE },
      async handler() {
        const { code, files } = await embedMigrations(options, projects.current?.root ?? options.root ?? process.cwd())
        for (const file of files) this.addWatchFile(file)
        return code
      },
    },
    rollup: createRollupHooks(options, projects),
    rolldown: createRollupHooks(options, projects),
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

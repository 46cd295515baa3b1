import type { Diagnostic, ResolvedConfig } from '@savepoint/core'
import type { Options } from './options.js'
import type { Projects } from './project.js'

/** Query files of the project, and nothing with a query of its own behind it (`users.sql?raw`). */
export const queryFileRE = /\.sql$/

export interface QueryModuleResult {
  /** Absent when the file is none of ours, or after an error. */
  code?: string
  errors: readonly Diagnostic[]
}

/**
 * The JavaScript of an imported query file. While the loop runs, a file that it has not seen yet makes it run.
 *
 * @param forBrowser the module would reach browsers, which is refused
 */
export async function loadQueries(
  path: string,
  options: Options,
  projects: Projects,
  { production, forBrowser }: { production: boolean; forBrowser: boolean },
): Promise<QueryModuleResult> {
  // With nothing to load a build does not pay for the engine's modules.
  const { loadConfig, loadQueryModule } = await import('@savepoint/core')
  const project = projects.current
  const engine = project?.engine
  const config: ResolvedConfig =
    engine?.config ??
    (await loadConfig({
      cwd: project?.root ?? options.root ?? process.cwd(),
      configFile: options.configFile,
      environment: options.environment,
    }))
  let loaded = await loadQueryModule(config, path, production)
  if (!loaded) return { errors: [] }
  if (forBrowser)
    return {
      errors: [
        {
          code: 'SP6015',
          severity: 'error',
          message: `${path} is imported by code for the browser`,
          location: { file: path, line: 1, column: 1 },
          why: 'The module holds SQL and calls of a database driver.',
          fix: 'Import it in server code, and send the rows to the page.',
        },
      ],
    }
  if (!loaded.code && engine) {
    await engine.run()
    loaded = (await loadQueryModule(config, path, production)) ?? loaded
    // What the loop says of the query is the cause; that there is no answer for it only follows.
    const causes = engine.state.diagnostics.filter(
      ({ severity, location }) => severity === 'error' && location?.file === path,
    )
    if (!loaded.code && causes.length > 0) return { errors: causes }
  }
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error')
  return { ...(loaded.code !== undefined && { code: loaded.code }), errors }
}

import type { PluginBuild } from 'esbuild'
import { createBuildError } from '../message.js'
import type { Options } from '../options.js'
import type { Projects } from '../project.js'
import { verify } from '../verify.js'
import { watchedPaths } from '../watched-paths.js'

/**
 * esbuild says nowhere whether a build is one of a watch, so the loop runs there only when the options ask for it.
 * What it watches can be added to only by the result of a resolve: the entry points carry the schema files.
 */
export function setupEsbuild(build: PluginBuild, options: Options, projects: Projects): void {
  const project = projects.at(build.initialOptions.absWorkingDir ?? process.cwd())
  build.onStart(async () => {
    try {
      await verify(project, options.loop ?? false)
      return undefined
    } catch (error) {
      return { errors: [toMessage(error)] }
    }
  })
  build.onResolve({ filter: /.*/ }, ({ kind }) => {
    if (kind !== 'entry-point' || !project.engine) return undefined
    const { files, directories } = watchedPaths(project.engine)
    return { watchFiles: [...files], watchDirs: [...directories] }
  })
  build.onDispose(() => {
    // esbuild does not wait for it; a rejection here would end the process.
    project.release().catch((error: unknown) => console.error('[savepoint] closing failed', error))
  })
}

function toMessage(error: unknown) {
  if (!(error instanceof Error)) return { text: String(error) }
  const { loc } = error as ReturnType<typeof createBuildError>
  // Without `lineText` esbuild prints no frame of its own; ours stands in the text.
  return { text: error.message, location: loc ? { file: loc.file, line: loc.line, column: loc.column } : null }
}

import type { Options } from '../options.js'
import type { Projects } from '../project.js'
import { verify } from '../verify.js'
import { watchedPaths } from '../watched-paths.js'

/** The part of a Rollup or Rolldown plugin context that is used; the two agree on it. */
interface RollupContext {
  meta: { watchMode: boolean }
  addWatchFile(path: string): void
}

export interface RollupHooks {
  buildStart(this: RollupContext): Promise<void>
  closeWatcher(): Promise<void>
}

/**
 * Rollup and Rolldown: the loop in watch mode, the check in a build.
 * They report changes of a folder that is watched as a file, which is how a new schema file is seen.
 */
export function createRollupHooks(options: Options, projects: Projects): RollupHooks {
  return {
    async buildStart() {
      const project = projects.at(process.cwd())
      const loop = options.loop ?? this.meta.watchMode
      try {
        await verify(project, loop)
      } finally {
        // Also after a failure: it is the mended schema file that must start the next build.
        const { files, directories } = watchedPaths(project.engine)
        for (const path of [...files, ...directories]) this.addWatchFile(path)
      }
    },
    // `buildEnd` and `closeBundle` run at every build of a watch; only this ends it.
    async closeWatcher() {
      await projects.current?.release()
    },
  }
}

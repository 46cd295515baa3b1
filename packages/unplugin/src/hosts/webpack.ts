import type { Options } from '../options.js'
import type { Projects } from '../project.js'
import { verify } from '../verify.js'
import { watchedPaths } from '../watched-paths.js'

/** What webpack's and Rspack's compilers have in common and is used here. */
interface Compiler {
  context: string
  watchMode: boolean
  hooks: {
    make: { tapPromise(name: string, handler: (compilation: Compilation) => Promise<void>): void }
    watchClose: { tap(name: string, handler: () => void): void }
    shutdown: { tapPromise(name: string, handler: () => Promise<void>): void }
  }
}

interface Compilation {
  errors: { push(error: Error): unknown }
  fileDependencies: { add(path: string): unknown }
  contextDependencies: { add(path: string): unknown }
}

/** webpack and Rspack: the loop in watch mode, the check in a build. */
export function setupWebpack(compiler: Compiler, options: Options, projects: Projects): void {
  const project = projects.at(compiler.context)
  compiler.hooks.make.tapPromise('savepoint', async (compilation) => {
    try {
      await verify(project, options.loop ?? compiler.watchMode)
    } catch (error) {
      // A rejected `make` would end a watch for good; a recorded error fails this build and the next save is seen.
      compilation.errors.push(error instanceof Error ? error : new Error(String(error)))
    }
    const { files, directories } = watchedPaths(project.engine)
    for (const file of files) compilation.fileDependencies.add(file)
    for (const directory of directories) compilation.contextDependencies.add(directory)
  })
  compiler.hooks.watchClose.tap('savepoint', () => {
    project.release().catch((error: unknown) => console.error('[savepoint] closing failed', error))
  })
  compiler.hooks.shutdown.tapPromise('savepoint', () => project.release())
}

import { describeError, type BuildResult, type Driver } from '../driver.js'

interface Stats {
  hasErrors(): boolean
  toJson(options: { all: false; errors: true }): { errors?: { message: string }[] }
}

interface Compiler {
  run(callback: (error: Error | null, stats?: Stats) => void): void
  watch(
    options: object,
    callback: (error: Error | null, stats?: Stats) => void,
  ): { close(callback: () => void): void } | undefined
  close(callback: () => void): void
}

function toResult(error: Error | null, stats: Stats | undefined): BuildResult {
  if (error || !stats) return { ok: false, message: describeError(error) }
  const messages = stats.toJson({ all: false, errors: true }).errors ?? []
  return { ok: !stats.hasErrors(), message: messages.map(({ message }) => message).join('\n') }
}

/** webpack and Rspack are driven alike. */
export function createWebpackDriver(
  name: string,
  createCompiler: (root: string, target: 'node' | 'web') => Compiler,
): Driver {
  return {
    name,
    build(root, platform) {
      const compiler = createCompiler(root, platform === 'browser' ? 'web' : 'node')
      return new Promise((resolve) => {
        compiler.run((error, stats) => compiler.close(() => resolve(toResult(error, stats))))
      })
    },
    async watch(root, onBuild) {
      const compiler = createCompiler(root, 'node')
      const watching = compiler.watch({ aggregateTimeout: 20 }, (error, stats) => onBuild(toResult(error, stats)))
      return {
        close: () =>
          new Promise((resolve) => {
            if (watching) watching.close(() => compiler.close(() => resolve()))
            else compiler.close(() => resolve())
          }),
      }
    },
  }
}

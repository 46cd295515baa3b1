import { describeError, type Driver, type Platform } from '../driver.js'

interface Bundle {
  write(output: { dir: string }): Promise<unknown>
  close(): Promise<void>
}

/** What Rollup's and Rolldown's watch events have in common. */
type WatchEvent = { code: string; error?: unknown; result?: { close(): unknown } | null }

interface Watcher {
  close(): Promise<void>
}

/** Rollup and Rolldown are driven alike. */
export function createRollupDriver(
  name: string,
  bundle: (root: string, platform?: Platform) => Promise<Bundle>,
  watch: (root: string, onEvent: (event: WatchEvent) => void) => Watcher,
): Driver {
  return {
    name,
    async build(root, platform) {
      try {
        const built = await bundle(root, platform)
        await built.write({ dir: `${root}/dist` })
        await built.close()
        return { ok: true, message: '' }
      } catch (error) {
        return { ok: false, message: describeError(error) }
      }
    },
    async watch(root, onBuild) {
      const watcher = watch(root, (event) => {
        if (event.code === 'BUNDLE_END') onBuild({ ok: true, message: '' })
        if (event.code === 'ERROR') onBuild({ ok: false, message: describeError(event.error) })
        void event.result?.close()
      })
      return { close: () => watcher.close() }
    },
  }
}

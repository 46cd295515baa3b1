import { rollup, watch } from 'rollup'
import savepoint from 'unplugin-savepoint/rollup'
import { describeError, type Driver } from '../driver.js'

export const rollupDriver: Driver = {
  name: 'rollup',
  async build(root) {
    try {
      const bundle = await rollup({ input: `${root}/src/index.js`, plugins: [savepoint({ root })] })
      await bundle.write({ dir: `${root}/dist` })
      await bundle.close()
      return { ok: true, message: '' }
    } catch (error) {
      return { ok: false, message: describeError(error) }
    }
  },
  async watch(root, onBuild) {
    const watcher = watch({
      input: `${root}/src/index.js`,
      plugins: [savepoint({ root })],
      output: { dir: `${root}/dist` },
    })
    watcher.on('event', (event) => {
      if (event.code === 'BUNDLE_END') onBuild({ ok: true, message: '' })
      if (event.code === 'ERROR') onBuild({ ok: false, message: describeError(event.error) })
      if ('result' in event) void event.result?.close()
    })
    return { close: () => watcher.close() }
  },
}

import savepoint from 'unplugin-savepoint/vite'
import { build, type InlineConfig } from 'vite'
import { describeError, type Driver, type Platform } from '../driver.js'

const config = (root: string, platform: Platform = 'node'): InlineConfig => ({
  root,
  configFile: false,
  logLevel: 'silent',
  plugins: [savepoint({ root })],
  build: {
    emptyOutDir: true,
    minify: false,
    ...(platform === 'node'
      ? { lib: { entry: 'src/index.js', formats: ['es'] } }
      : { rollupOptions: { input: `${root}/src/index.js` } }),
  },
})

export const viteDriver: Driver = {
  name: 'vite',
  async build(root, platform) {
    try {
      await build(config(root, platform))
      return { ok: true, message: '' }
    } catch (error) {
      return { ok: false, message: describeError(error) }
    }
  },
  async watch(root, onBuild) {
    const base = config(root)
    const watcher = await build({ ...base, build: { ...base.build, watch: {} } })
    if (!('on' in watcher)) throw new Error('vite did not watch')
    watcher.on('event', (event) => {
      if (event.code === 'BUNDLE_END') onBuild({ ok: true, message: '' })
      if (event.code === 'ERROR') onBuild({ ok: false, message: describeError(event.error) })
    })
    return { close: () => watcher.close() }
  },
}

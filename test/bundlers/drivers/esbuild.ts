import { build, context, type BuildOptions, type Plugin } from 'esbuild'
import savepoint from 'unplugin-savepoint/esbuild'
import { describeError, type Driver, type Platform } from '../driver.js'

const options = (root: string, platform: Platform = 'node'): BuildOptions => ({
  platform,
  absWorkingDir: root,
  entryPoints: ['src/index.js'],
  bundle: true,
  format: 'esm',
  outdir: 'dist',
  logLevel: 'silent',
})

export const esbuildDriver: Driver = {
  name: 'esbuild',
  async build(root, platform) {
    try {
      await build({ ...options(root, platform), plugins: [savepoint({ root })] })
      return { ok: true, message: '' }
    } catch (error) {
      return { ok: false, message: describeError(error) }
    }
  },
  async watch(root, onBuild) {
    const report: Plugin = {
      name: 'report',
      setup(build) {
        build.onEnd(({ errors }) =>
          onBuild({ ok: errors.length === 0, message: errors.map(({ text }) => text).join('\n') }),
        )
      },
    }
    const watching = await context({ ...options(root), plugins: [savepoint({ root, loop: true }), report] })
    await watching.watch()
    return { close: () => watching.dispose() }
  },
}

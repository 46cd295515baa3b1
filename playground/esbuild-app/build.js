import { context } from 'esbuild'
import savepoint from 'unplugin-savepoint/esbuild'

const watch = process.argv.includes('--watch')
const build = await context({
  entryPoints: ['src/index.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outdir: 'dist',
  logLevel: 'info',
  // esbuild does not tell a plugin whether it watches.
  plugins: [savepoint({ loop: watch })],
})
if (watch) await build.watch()
else {
  await build.rebuild().finally(() => build.dispose())
}

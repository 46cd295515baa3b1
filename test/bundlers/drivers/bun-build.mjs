// Runs in Bun, on the built package: `bun bun-build.mjs ROOT TARGET`.
import savepoint from '../../../packages/unplugin/dist/bun.js'

const [, , root, target] = process.argv
const { success, logs } = await Bun.build({
  entrypoints: [`${root}/src/index.js`],
  target,
  outdir: `${root}/dist`,
  plugins: [savepoint({ root })],
  throw: false,
})
for (const log of logs) console.error(log.message)
process.exit(success ? 0 : 1)

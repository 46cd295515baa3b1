// Runs in Bun, on the built package: `bun bun-build.mjs ROOT`.
import savepoint from '../../../packages/unplugin/dist/bun.js'

const root = process.argv[2]
const { success, logs } = await Bun.build({
  entrypoints: [`${root}/src/index.js`],
  outdir: `${root}/dist`,
  plugins: [savepoint({ root })],
  throw: false,
})
for (const log of logs) console.error(log.message)
process.exit(success ? 0 : 1)

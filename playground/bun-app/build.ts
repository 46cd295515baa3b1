import savepoint from 'unplugin-savepoint/bun'

// Bun's plugin API cannot watch: while developing, run `savepoint dev` beside `bun --hot src/index.ts`.
const { success, logs } = await Bun.build({
  entrypoints: ['src/index.ts'],
  target: 'bun',
  packages: 'external',
  outdir: 'dist',
  plugins: [savepoint()],
  throw: false,
})
for (const log of logs) console.error(log.message)
if (!success) process.exit(1)

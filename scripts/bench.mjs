// Measures what the README claims, and prints the machine and the numbers of each file in `bench`: medians of several runs, except
// in `large`, which runs once, and for the processes in `client`, of which the best run counts. `npm run bench -- loop catalog`
// picks some.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { installDependencies } from './install.mjs'

installDependencies()
const { buildJavaScript, root } = await import('./build.mjs')
await buildJavaScript()

const processors = cpus()
console.log(
  `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
)
const wanted = process.argv.slice(2)
const folder = join(root, 'scripts/bench')
let failed = false
for (const file of readdirSync(folder).sort()) {
  const name = basename(file, '.mjs')
  if (!file.endsWith('.mjs') || (wanted.length > 0 && !wanted.includes(name))) continue
  console.log(`\n## ${name}`)
  const { status } = spawnSync(process.execPath, ['--expose-gc', join(folder, file)], { cwd: root, stdio: 'inherit' })
  if (status !== 0) failed = true
}
process.exit(failed ? 1 : 0)

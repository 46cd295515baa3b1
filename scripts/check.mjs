// Lint, format and types in one command; stops at nothing, reports everything, exits 1 when one of them found something.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { buildDeclarations, buildJavaScript, root } from './build.mjs'

// The playground's apps see the packages as a user's project does: by what was built.
await buildJavaScript()
buildDeclarations()

const bin = (name) => join(root, 'node_modules/.bin', name)
const steps = [
  ['oxlint', [bin('oxlint'), '--deny-warnings', 'packages', 'playground', 'scripts', 'test']],
  ['oxfmt', [bin('oxfmt'), '--check', 'packages', 'playground', 'scripts', 'test', 'vitest.config.ts']],
  ['tsc', [bin('tsc'), '-p', root]],
  ...['vite-app', 'esbuild-app', 'bun-app', 'plugins-app'].map((app) => [
    `tsc ${app}`,
    [bin('tsc'), '-p', join(root, 'playground', app)],
  ]),
]
let failed = false
for (const [name, [command, ...args]] of steps) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) failed = true
  console.log(`${name}: ${status === 0 ? 'ok' : 'failed'}`)
}
process.exit(failed ? 1 : 0)

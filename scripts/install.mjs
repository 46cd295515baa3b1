// Installs the workspace's dependencies when they are missing or the lockfile changed, with nothing but Node and npm.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

export function installDependencies() {
  const stamp = join(root, 'node_modules/.savepoint-installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.error(`installing dependencies with ${packageManager} …`)
  // CI=true: without a terminal pnpm would stop and ask before it replaces a modules folder.
  const { status, error } = spawnSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, CI: 'true' },
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) {
    console.error(error ?? 'the installation failed; what pnpm said stands above')
    process.exit(status ?? 1)
  }
  writeFileSync(stamp, wanted)
}

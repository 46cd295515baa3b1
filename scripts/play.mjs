// Installs what is missing, builds the packages, and starts the playground on the embedded database.
// `npm run play -- --port 3000` hands its arguments to Vite.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { installDependencies } from './install.mjs'

installDependencies()
const { buildJavaScript, root } = await import('./build.mjs')
await buildJavaScript()

const playground = join(root, 'playground/vite-app')
const vite = join(dirname(createRequire(join(playground, 'package.json')).resolve('vite/package.json')), 'bin/vite.js')
const child = spawn(process.execPath, [vite, ...process.argv.slice(2)], { cwd: playground, stdio: 'inherit' })
// A terminal's Ctrl-C reaches the child by itself; this process only waits for it to close the database.
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT')
})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))

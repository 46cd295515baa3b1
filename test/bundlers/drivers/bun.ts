import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Driver } from '../driver.js'

const binary = join(dirname(createRequire(import.meta.url).resolve('bun/package.json')), 'bin/bun.exe')
const script = join(dirname(fileURLToPath(import.meta.url)), 'bun-build.mjs')

/** Bun's plugin API has no watching; the build runs in Bun itself. */
export const bunDriver: Driver = {
  name: 'bun',
  build(root, platform = 'node') {
    return new Promise((resolve, reject) => {
      const child = spawn(binary, [script, root, platform], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      child.stdout.on('data', (chunk) => (output += chunk))
      child.stderr.on('data', (chunk) => (output += chunk))
      child.on('error', reject)
      child.on('exit', (code) => resolve({ ok: code === 0, message: code === 0 ? '' : output }))
    })
  },
}

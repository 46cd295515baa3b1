import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where Better Auth's own command looks, in its order. */
const folders = ['', 'lib/server', 'server/auth', 'server', 'auth', 'lib', 'utils']
const prefixes = ['', 'src', 'app']
const names = [
  'auth.ts',
  'auth.tsx',
  'auth.js',
  'auth.jsx',
  'auth.server.ts',
  'auth.server.js',
  'auth/index.ts',
  'auth/index.js',
]

/** Absolute path of the auth config, or undefined when none of the usual places has one. */
export function findAuthConfig(root: string): string | undefined {
  for (const prefix of prefixes) {
    for (const folder of folders) {
      for (const name of names) {
        const file = join(root, prefix, folder, name)
        if (existsSync(file)) return file
      }
    }
  }
  return undefined
}

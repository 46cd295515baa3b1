import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const modules = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules')

/** A project's `node_modules` with what the configs import, and Better Auth in the version wanted. */
export function installPackages(root: string, betterAuth: string): void {
  const target = join(root, 'node_modules')
  mkdirSync(join(target, '@better-auth'), { recursive: true })
  mkdirSync(join(target, '@electric-sql'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n')
  symlinkSync(join(modules, betterAuth), join(target, 'better-auth'))
  for (const name of [
    'kysely',
    'pg',
    'kysely-pglite-dialect',
    '@electric-sql/pglite',
    '@better-auth/api-key',
    '@better-auth/mcp',
    '@better-auth/oauth-provider',
    '@better-auth/passkey',
  ]) {
    symlinkSync(join(modules, name), join(target, name))
  }
}

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

export type RequirementName = 'chromium' | 'docker' | 'go' | 'headers' | 'java' | 'native' | 'shared'

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Folder with fixtures, corpus and reference data that are kept beside the project. */
export const sharedFolder = process.env.SAVEPOINT_SHARED ?? join(repository, '../shared')

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
}

/** Folder with the headers of the server that the distribution has; empty without `pg_config`. */
export function findHeaders(): string {
  const { stdout } = spawnSync('pg_config', ['--includedir-server'], { encoding: 'utf8' })
  return stdout?.trim() ?? ''
}

const checks: Record<RequirementName, () => boolean> = {
  chromium: () => chromiumPath !== undefined,
  docker: () => succeeds('docker', 'info'),
  go: () => succeeds('go', 'version'),
  headers() {
    const folder = findHeaders()
    const isThere = folder.includes('/15/') && existsSync(join(folder, 'postgres.h'))
    return isThere && '15' in inject('servers') && succeeds('cc', '--version')
  },
  java: () => succeeds('java', '-version'),
  native: () => '18' in inject('servers'),
  shared: () => existsSync(sharedFolder),
}

/**
 * For `describe.skipIf(isMissing('go'))`; put `[needs go]` into the suite's name, that is the reason that `npm test` prints.
 * Where SAVEPOINT_REQUIRE names the requirement, its absence throws instead.
 */
export function isMissing(name: RequirementName): boolean {
  if (checks[name]()) return false
  if ((process.env.SAVEPOINT_REQUIRE ?? '').split(',').includes(name))
    throw new Error(`${name} is required here and missing`)
  return true
}

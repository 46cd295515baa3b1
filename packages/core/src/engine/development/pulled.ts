import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Connection } from '@savepoint/catalog'
import { applyMigrations, MigrateError, readDirectory, readStatus, type MigrationFile } from '@savepoint/migrate'
import type { ResolvedConfig } from '../../config/config.js'
import type { Diagnostic } from '../../diagnostics/index.js'
import { describeMigrateError } from '../../state/migrations.js'

/** Migrations of others, as a pull brings them into the directory. */
export interface PulledMigrations {
  /**
   * Applies what came in to a development database with a history, before the schema files are looked at: their data
   * statements would be lost otherwise. What the local draft has made there stays. Looks only when the directory has other
   * files than the last time.
   */
  apply(connection: Connection): Promise<{ applied: readonly string[]; warnings: readonly Diagnostic[] }>
}

const nothing = { applied: [], warnings: [] }

export function createPulledMigrations({ migrations }: Pick<ResolvedConfig, 'migrations'>): PulledMigrations {
  if (!migrations) return { apply: () => Promise.resolve(nothing) }
  const { directory: path, format } = migrations
  const gitIsIdle = createGitWatch(path)
  let seen: string | undefined
  return {
    async apply(connection) {
      if (!existsSync(path)) return nothing
      await gitIsIdle()
      const names = readdirSync(path).join('\0')
      if (seen === names) return nothing
      const directory = readDirectory(path, { format })
      try {
        const { exists, applied, pending, outOfOrder } = await readStatus(connection, directory)
        seen = names
        const waiting = [...outOfOrder, ...pending]
        if (!exists || applied.length === 0 || waiting.length === 0) return nothing
        const amount = await countKnown(path, waiting)
        if (amount === 0) return nothing
        const result = await applyMigrations(connection, directory, { amount, execOrder: 'non-linear' })
        return { applied: result.applied.map(({ name }) => name), warnings: [] }
      } catch (error) {
        if (!(error instanceof MigrateError)) throw error
        seen = names
        return { applied: [], warnings: [describeConflict(error, path)] }
      }
    },
  }
}

const run = promisify(execFile)

async function git(folder: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await run('git', parameters, { cwd: folder, maxBuffer: 1 << 26 })
  return stdout
}

/**
 * How many of the files, from the first on, git knows as they stand there. Others are the user's own, and nobody knows whether
 * they are finished. Without git, none.
 */
async function countKnown(path: string, files: readonly MigrationFile[]): Promise<number> {
  const list = async (...parameters: string[]): Promise<Set<string>> =>
    new Set((await git(path, ...parameters, '-z', '--', '.')).split('\0'))
  try {
    const known = await list('ls-files')
    const changed = await list('diff', '--name-only', '--relative')
    const first = files.findIndex(({ name }) => !known.has(name) || changed.has(name))
    return first < 0 ? files.length : first
  } catch {
    return 0
  }
}

// A checkout of many files takes this long at most; a lock that stays longer was left behind by a git that crashed.
const longestCheckout = 3000

/**
 * Returns a function that waits while git writes files: it holds the lock of its index from before the first file until it knows
 * them all.
 */
function createGitWatch(path: string): () => Promise<void> {
  let lock: Promise<string | undefined> | undefined
  let leftBehind: number | undefined
  const modified = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return async () => {
    lock ??= git(path, 'rev-parse', '--git-path', 'index.lock').then(
      (name) => resolve(path, name.trim()),
      () => undefined,
    )
    const file = await lock
    if (file === undefined) return
    const end = performance.now() + longestCheckout
    let since = modified(file)
    for (; since !== undefined && since !== leftBehind && performance.now() < end; since = modified(file))
      await delay(10)
    leftBehind = since
  }
}

function describeConflict(error: MigrateError, path: string): Diagnostic {
  const diagnostic = describeMigrateError(error)
  const { location } = diagnostic
  return {
    ...diagnostic,
    severity: 'warning',
    message: `a migration that came in cannot be applied to the development database: ${error.message}`,
    ...(location ? { location: { ...location, file: join(path, location.file) } } : {}),
    fix: 'What is there already clashes with it, most likely something of the local draft. Where the database has all that it makes, `savepoint migrate set VERSION` says so; otherwise change the schema files, or `savepoint migrate reset`.',
  }
}

import { MigrateError } from '../error.js'
import type { Connection } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import type { Revision } from '../revisions/store.js'
import { createTable } from './baseline.js'
import { rollBack } from './execute.js'
import { Ledger } from './ledger.js'
import { reconcile } from './pending.js'
import { findVersion } from './select.js'
import {
  checkDirectory,
  readTargetHistory,
  resolveTarget,
  withLock,
  type Target,
  type TargetOptions,
} from './session.js'

export interface SetResult {
  /** The version that the history says now; absent when it is empty. */
  current?: string
  /** Files that are written as applied. */
  set: readonly MigrationFile[]
  /** Rows that are gone. */
  removed: readonly Revision[]
}

/**
 * Writes the history by hand: everything up to `version` counts as applied, nothing after it. Runs no migration and clears
 * golang-migrate's dirty mark (`force`) and what is noted of an interrupted file.
 *
 * @param version a file's version; `0` or `-1` empties the history; undefined: the last file, where there is a history
 * Throws SP4016 for a version without a file. golang-migrate's `force` takes one all the same, see `options.force`.
 */
export async function setVersion(
  connection: Connection,
  directory: MigrationDirectory,
  version: string | undefined,
  options: TargetOptions & { force?: boolean | undefined; operator?: string | undefined } = {},
): Promise<SetResult> {
  const { sum } = checkDirectory(directory)
  const target = await resolveTarget(connection, directory, options)
  // Atlas does not wait here: whoever sets by hand must know that nobody applies.
  return withLock(target, { ...options, lockTimeout: options.lockTimeout ?? 0 }, () =>
    setLocked(target, directory, version, sum, options),
  )
}

const isNone = (version: string): boolean => version === '0' || version === '-1'

async function setLocked(
  target: Target,
  directory: MigrationDirectory,
  version: string | undefined,
  sum: ReturnType<typeof checkDirectory>['sum'],
  options: { force?: boolean | undefined; operator?: string | undefined },
): Promise<SetResult> {
  const { connection, store, table } = target
  const { compare, name: format } = directory.format
  const history = await readTargetHistory(target)
  const state = reconcile(directory, history)
  const versioned = directory.files.filter(({ kind }) => kind === 'versioned')
  if (version === undefined && history.revisions.length === 0 && history.current === undefined)
    throw new MigrateError('SP4018', 'there is no history yet: name the version to set', {
      fix: 'Run `savepoint migrate set VERSION`.',
    })
  const wanted = version ?? versioned.at(-1)?.version ?? '0'
  if (options.force && !/^-?\d+$/.test(wanted))
    throw new MigrateError('SP4018', `"${wanted}" is not a version`, {
      fix: 'golang-migrate takes a number of at least -1.',
    })
  const current = resolveWanted(directory, wanted, options.force === true)
  const stays = (one: string): boolean => current !== undefined && compare(one, current) <= 0
  const removed = history.revisions.filter((revision) => revision.version !== '' && !stays(revision.version))
  const known = new Set([...state.versions].filter(stays))
  const partial = state.partial?.file.version
  const lastKnown = [...known].sort(compare).at(-1)
  // Like Atlas: files between older rows are not filled in, they stay out of order and visible.
  const set = versioned.filter(
    (file) =>
      stays(file.version) &&
      !known.has(file.version) &&
      (lastKnown === undefined || compare(file.version, lastKnown) > 0),
  )
  const operator = options.operator ?? 'Savepoint'
  const applied = new Set(current === undefined ? [] : [...known, ...set.map((file) => file.version)])
  const ledger = new Ledger({ connection, directory, store, table, history, sum, operator, applied })
  if (!history.exists) await createTable(target)
  await connection.query('BEGIN')
  try {
    await store.set(connection, table, {
      add: set.map((file) => ledger.createRecord(file, 0, 0)),
      remove: removed.map((revision) => revision.version),
      resolve: partial !== undefined && known.has(partial) ? [partial] : [],
      current,
    })
    const hadNotes = Object.keys(history.notes).length > 0
    delete history.notes.progress
    if (format === 'golang-migrate') {
      delete history.notes.hashes
      delete history.notes.upTo
    }
    for (const one of Object.keys(history.notes.hashes ?? {})) if (!stays(one)) delete history.notes.hashes?.[one]
    if (hadNotes) await ledger.writeNotes()
    await connection.query('COMMIT')
  } catch (error) {
    await rollBack(connection)
    throw error
  }
  return { ...(current === undefined ? {} : { current }), set, removed }
}

function resolveWanted(directory: MigrationDirectory, wanted: string, force: boolean): string | undefined {
  if (isNone(wanted) && !directory.files.some(({ version }) => version === wanted)) return undefined
  return force ? directory.format.normaliseVersion(wanted) : findVersion(directory, wanted).version
}

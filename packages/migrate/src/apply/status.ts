import type { MigrateWarning } from '../error.js'
import type { Connection } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import type { Revision, TableOptions } from '../revisions/store.js'
import { describeHistory } from './edited.js'
import { reconcile, type PartialFile } from './pending.js'
import { checkDirectory, readTargetHistory, resolveTarget } from './session.js'

export interface MigrationStatus {
  /** `PENDING` also for files that are out of order, a partial file and a dirty database. */
  status: 'OK' | 'PENDING'
  /** Table of the history, quoted. */
  table: string
  /** Whether the table is there. */
  exists: boolean
  current?: string
  next?: string
  /** Versioned files of the directory. */
  available: readonly MigrationFile[]
  applied: readonly MigrationFile[]
  pending: readonly MigrationFile[]
  outOfOrder: readonly MigrationFile[]
  /** Rows of the history as the table has them. */
  revisions: readonly Revision[]
  partial?: PartialFile
  /** golang-migrate's mark. */
  dirty: boolean
  /** Edited and missing files. */
  warnings: readonly MigrateWarning[]
}

/** Compares the directory with the database's history; changes nothing, takes no lock. Throws SP4004, SP4015. */
export async function readStatus(
  connection: Connection,
  directory: MigrationDirectory,
  options: TableOptions = {},
): Promise<MigrationStatus> {
  const { sum, contents } = checkDirectory(directory)
  const target = await resolveTarget(connection, directory, options)
  const history = await readTargetHistory(target)
  const state = reconcile(directory, history)
  const dirty = history.dirty === true
  const { applied, pending, outOfOrder, partial } = state
  const current = dirty ? history.current : state.current
  const next = (outOfOrder[0] ?? pending[0])?.version
  return {
    status: pending.length + outOfOrder.length > 0 || partial || dirty ? 'PENDING' : 'OK',
    table: target.table,
    exists: history.exists,
    ...(current === undefined ? {} : { current }),
    ...(next === undefined ? {} : { next }),
    available: directory.files.filter(({ kind }) => kind !== 'repeatable'),
    applied,
    pending,
    outOfOrder,
    revisions: history.revisions,
    ...(partial ? { partial } : {}),
    dirty,
    warnings: describeHistory(directory, history, state, sum, contents),
  }
}

import { MigrateError } from '../error.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { History } from '../revisions/store.js'

/** golang-migrate's mark of a run that ended in the middle, and Flyway's row of a failed file. */
export function refuseDirty(directory: MigrationDirectory, history: History): void {
  const failed = history.revisions.find(({ state }) => state === 'failed')
  if (failed)
    throw new MigrateError('SP4011', `the history says that version ${failed.version || failed.description} failed`, {
      why: 'Flyway writes such a row when a file fails outside a transaction.',
      fix: `Mend the database by hand, then \`savepoint migrate set ${failed.version}\` if all of the file is there.`,
    })
  if (!history.dirty || history.notes.progress) return
  const version = history.current ?? ''
  const file = directory.files.find((one) => one.version === version)
  const before =
    directory.files.filter((one) => directory.format.compare(one.version, version) < 0).at(-1)?.version ?? '-1'
  throw new MigrateError('SP4011', `Dirty database version ${version}. Fix and force version.`, {
    file: file?.name,
    why: `A run ended in the middle of ${file?.name ?? `version ${version}`}, and the table does not say how far it came.`,
    fix: `Look what of it is there. If nothing: \`savepoint migrate force ${before}\` and apply again. If all: \`savepoint migrate force ${version}\`.`,
  })
}

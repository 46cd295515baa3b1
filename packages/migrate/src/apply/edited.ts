import type { MigrateWarning } from '../error.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import type { Reconciliation } from './pending.js'
import type { History } from '../revisions/store.js'
import { computeSum, type Sum } from '../sum/sum.js'
import { flywayChecksum } from './capture.js'

/**
 * Applied files whose content is another one than what ran, as far as the history tells: Atlas keeps cumulative hashes,
 * Flyway a checksum, for the others our notes do.
 *
 * @param contents hash of each file's bytes, base64
 */
export function findEdited(
  directory: MigrationDirectory,
  history: History,
  applied: readonly MigrationFile[],
  sum: Sum,
  contents: ReadonlyMap<string, string>,
): MigrationFile[] {
  switch (directory.format.name) {
    case 'atlas':
      return findEditedByLine(directory, history, applied, sum)
    case 'flyway': {
      const stored = new Map(history.revisions.map(({ version, hash }) => [version, hash]))
      return applied.filter((file) => {
        const hash = stored.get(file.version)
        return hash !== undefined && hash !== String(flywayChecksum(directory.source, file.name))
      })
    }
    default:
      return applied.filter(({ name, version }) => {
        const noted = history.notes.hashes?.[version]
        return noted !== undefined && noted !== '' && contents.get(name)?.startsWith(noted) === false
      })
  }
}

function findEditedByLine(
  directory: MigrationDirectory,
  history: History,
  applied: readonly MigrationFile[],
  sum: Sum,
): MigrationFile[] {
  const rows = new Map(history.revisions.map((revision) => [revision.version, revision.hash ?? '']))
  const names = new Set(applied.map(({ name }) => name))
  const now = new Map(sum.lines.map(({ name, hash }) => [name, hash]))
  let withoutNew: ReadonlyMap<string, string> | undefined
  for (const { name, version } of applied) {
    const stored = rows.get(version)
    if (!stored || stored === now.get(name)) continue
    // Lines are cumulative: a file that was added in between changes all that follow. Without the files that were not
    // there when this one ran, the line must be the old one.
    withoutNew ??= new Map(
      computeSum(
        directory.source,
        directory.members.filter((member) => names.has(member)),
      ).lines.map((line) => [line.name, line.hash]),
    )
    // After the first edited file no later line can be told from an edited one.
    if (stored !== withoutNew.get(name)) return applied.filter((file) => file.name === name)
  }
  return []
}

export const describeEdited = (file: MigrationFile): MigrateWarning => ({
  code: 'SP4021',
  message: `${file.name} was edited after it was applied`,
  file: file.name,
  why: 'The database went through the old text; other databases will get the new one.',
  fix: 'Put the file back as it was and write the change as a new migration. On a development database, `savepoint migrate reset`.',
})

/** What the history and the directory disagree in, without stopping the work. */
export function describeHistory(
  directory: MigrationDirectory,
  history: History,
  state: Reconciliation,
  sum: Sum,
  contents: ReadonlyMap<string, string>,
): MigrateWarning[] {
  return [
    ...findEdited(directory, history, state.applied, sum, contents).map(describeEdited),
    ...state.missing.map(({ version, description }): MigrateWarning => ({
      code: 'SP4022',
      message: `the history has version ${version}${description ? ` (${description})` : ''}, but no file of the directory has it`,
      fix: 'Bring the file back, from the branch that has it.',
    })),
  ]
}

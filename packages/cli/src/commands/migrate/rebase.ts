import type { MigrationDirectory } from '@savepoint/migrate'
import { defineCommand } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { findMergeBase, hasCommit, listNamesAt } from '../../git.js'
import { directoryOptions, findDirectory } from '../../migrations.js'

export const command = defineCommand({
  arguments: '[...versions]',
  options: directoryOptions,
  details: `Gives migrations fresh versions after all others and writes the sum again: for your own files that are not applied
anywhere, after a merge. Without versions, in the middle of a merge: those that your side has added. Otherwise
only the sum is written, which also repairs one with conflict markers.`,
  examples: ['migrate rebase', 'migrate rebase 20240204000001'],
  async run({ args, options, io, talk }) {
    const { directory, path } = await findDirectory(options, io)
    const { rebaseMigrations } = await import('@savepoint/migrate')
    const versions = args.length > 0 ? args : await findOwnVersions(directory, path)
    for (const { from, to } of await rebaseMigrations(directory, versions)) talk.success(`${from} is ${to} now`)
    talk.say('the sum is written')
    return exitCodes.done
  },
})

/** Versions that our side of an unfinished merge has added; none when there is no merge. */
async function findOwnVersions({ files }: MigrationDirectory, path: string): Promise<string[]> {
  if (!(await hasCommit(path, 'MERGE_HEAD'))) return []
  const base = await findMergeBase(path, 'HEAD', 'MERGE_HEAD')
  const before = new Set(await listNamesAt(base, path))
  const theirs = new Set(await listNamesAt('MERGE_HEAD', path))
  return files.filter(({ name }) => !before.has(name) && !theirs.has(name)).map(({ version }) => version)
}

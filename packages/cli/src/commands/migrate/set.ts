import { defineCommand } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { openMigrationTarget, readLockTimeout, runOptions } from '../../migration-target.js'

export const command = defineCommand({
  arguments: '[version]',
  options: runOptions,
  details: `Writes the history by hand: everything up to the version counts as applied, nothing after it. Runs no migration.
Without a version: the last file of the directory. 0 empties the history.`,
  examples: ['migrate set 20240204000001', 'migrate set --url "postgres://localhost/app"'],
  async run({ args, options, io, talk }) {
    const { setVersion } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      const { current, set, removed } = await setVersion(target.connection, target.directory, args[0], {
        ...target.settings,
        ...readLockTimeout(options['lock-timeout']),
      })
      // In the words of `atlas migrate set`.
      const changes = [
        ...set.map(({ version, description }) => `  + ${version}${description ? ` (${description})` : ''}`),
        ...removed.map(({ version, description }) => `  - ${version}${description ? ` (${description})` : ''}`),
      ]
      io.stdout(
        current === undefined
          ? 'All revisions deleted\n'
          : changes.length === 0
            ? `Current version is ${current} already\n`
            : `Current version is ${current} (${describeChanges(set.length, removed.length)}):\n\n${changes.join('\n')}\n`,
      )
      return exitCodes.done
    } finally {
      await target.close()
    }
  },
})

function describeChanges(set: number, removed: number): string {
  return [set > 0 ? `${set} set` : '', removed > 0 ? `${removed} removed` : ''].filter(Boolean).join(', ')
}

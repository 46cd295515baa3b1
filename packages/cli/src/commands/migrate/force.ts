import { defineCommand } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { openMigrationTarget, readLockTimeout, runOptions } from '../../migration-target.js'

export const command = defineCommand({
  arguments: '<version>',
  options: runOptions,
  details: `Sets the version without running anything and clears the mark of a failed migration, as golang-migrate's own
\`force\` does. Look at the database first: what the failed file has done stays. -1 empties the history.`,
  examples: ['migrate force 12', 'migrate force -1'],
  async run({ args, options, io, talk }) {
    const { setVersion } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      const { current } = await setVersion(target.connection, target.directory, args[0], {
        ...target.settings,
        ...readLockTimeout(options['lock-timeout']),
        force: target.directory.format.name === 'golang-migrate',
      })
      talk.success(current === undefined ? 'the history is empty now' : `the version is ${current} now`)
      return exitCodes.done
    } finally {
      await target.close()
    }
  },
})

import { defineCommand, flag } from '../../command.js'
import { confirmOrRefuse } from '../../confirm.js'
import { exitCodes } from '../../exit-codes.js'
import { createRunReport } from '../../migration-report.js'
import { openMigrationTarget, readLockTimeout, runOptions } from '../../migration-target.js'
import { seed } from '../../seeding.js'

export const command = defineCommand({
  options: {
    ...runOptions,
    seed: flag('Run the seeds afterwards'),
    'auto-approve': flag('Do not ask'),
    force: flag('Allow a database that is not on this machine'),
  },
  details: 'Drops everything in the development database, after asking, and applies every migration to it.',
  examples: ['migrate reset', 'migrate reset --seed --auto-approve'],
  async run({ options, io, talk }) {
    const { DiagnosticError, emptyDatabase, isLocalUrl, readRepeatableScripts } = await import('@savepoint/core')
    const { applyMigrations, validateDirectory } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      if (!isLocalUrl(target.url) && !options.force)
        throw new DiagnosticError([
          {
            code: 'SP2001',
            severity: 'error',
            message: `${target.name} is not on this machine`,
            fix: 'Give --force as well if that database is really meant.',
          },
        ])
      // A directory that cannot be applied must be noticed before everything is gone.
      validateDirectory(target.directory)
      const question = `Drop everything in ${target.name} and apply ${target.directory.files.length} migrations?`
      if (!(await confirmOrRefuse(question, { approved: options['auto-approve'], io, talk }))) return exitCodes.failed
      await emptyDatabase(target.connection)
      const report = createRunReport({ io, talk, silent: false })
      try {
        await applyMigrations(target.connection, target.directory, {
          ...target.settings,
          ...(await readRepeatableScripts(target.config)),
          ...readLockTimeout(options['lock-timeout']),
          onProgress: report.onProgress,
        })
      } catch (error) {
        report.fail()
        throw error
      }
      report.finish()
      if (options.seed) await seed(target.url, target.config, [], { io, talk })
      return exitCodes.done
    } finally {
      await target.close()
    }
  },
})

import { parseAmount } from '../../arguments.js'
import { defineCommand, flag, text } from '../../command.js'
import { confirmOrRefuse } from '../../confirm.js'
import { exitCodes } from '../../exit-codes.js'
import { createRunReport } from '../../migration-report.js'
import { openMigrationTarget, readLockTimeout, runOptions, wantsJson } from '../../migration-target.js'

export const command = defineCommand({
  arguments: '[amount]',
  options: {
    ...runOptions,
    'to-version': text('version', 'Undo everything after this version; 0 undoes all'),
    'dry-run': flag('Print what would run, change nothing'),
    'auto-approve': flag('Do not ask'),
    'resume-after': text('number', 'Of an interrupted way down: how many statements are known to have run'),
    format: text('format', 'json, or Atlas\'s "{{ json . }}"'),
    json: flag('Print the report as JSON'),
  },
  details: 'Undoes the last migrations (one, without a number), each by the way down that its file gives.',
  examples: ['migrate down', 'migrate down 2', 'migrate down --to-version 20240204000001 --dry-run'],
  async run({ args, options, io, talk }) {
    const amount = parseAmount(args[0])
    const toVersion = options['to-version']
    const json = wantsJson(options.format, options.json)
    const { undoMigrations } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      const question = `Undo ${toVersion === undefined ? `the last ${amount ?? 1} migrations` : `everything after ${toVersion}`} on ${target.name}?`
      const approved = options['auto-approve'] || options['dry-run'] || target.isDevelopment || !io.interactive
      if (!(await confirmOrRefuse(question, { approved, io, talk }))) return exitCodes.failed
      const report = createRunReport({ io, talk, silent: json })
      try {
        const result = await undoMigrations(target.connection, target.directory, {
          ...target.settings,
          ...readLockTimeout(options['lock-timeout']),
          amount,
          toVersion,
          resumeAfter: parseAmount(options['resume-after'], 0),
          dryRun: options['dry-run'],
          onProgress: report.onProgress,
        })
        report.finish()
        if (json) io.stdout(`${JSON.stringify(report.toJson(result, undefined), null, 2)}\n`)
        return exitCodes.done
      } catch (error) {
        report.fail()
        if (!json) throw error
        io.stdout(`${JSON.stringify(report.toJson(undefined, error), null, 2)}\n`)
        return exitCodes.failed
      }
    } finally {
      await target.close()
    }
  },
})

import { defineCommand, flag, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { oneOf, parseAmount } from '../../arguments.js'
import { parseDuration } from '../../duration.js'
import { readLockRetries } from '../../target.js'
import { createRunReport } from '../../migration-report.js'
import { openMigrationTarget, readLockTimeout, runOptions, wantsJson } from '../../migration-target.js'
import { previewApply } from '../../migration-preview.js'

export const command = defineCommand({
  arguments: '[amount]',
  options: {
    ...runOptions,
    'dry-run': flag('Print what would run, change nothing'),
    'auto-approve': flag('Do not ask'),
    baseline: text('version', 'The database stands at this version already: only later migrations run'),
    'to-version': text('version', 'Stop after this version'),
    'tx-mode': text('mode', 'file (one transaction for each file), all or none (default: file)'),
    'exec-order': text(
      'order',
      'Of files older than an applied one: linear refuses, linear-skip leaves out, non-linear runs',
    ),
    'allow-dirty': flag('Run on a database that has tables but no history'),
    'statement-lock-timeout': text(
      'time',
      "How long a statement waits for a lock (default: the server's lock_timeout)",
    ),
    'lock-retries': text(
      'number',
      'How often to run a file again that got no lock (default: `lockRetries` of the config)',
    ),
    'resume-after': text('number', 'Of an interrupted file: how many statements are known to be applied'),
    format: text('format', 'json, or Atlas\'s "{{ json . }}"'),
    json: flag('Print the report as JSON'),
  },
  details: `Applies pending migrations in the table and under the lock of the directory's own tool. On a database that was
named (--url, --env) a person is shown what lint finds, the status and the statements, and asked; without a terminal
it goes on. Where the config says that phases are repeatable, their scripts run before and after.`,
  examples: [
    'migrate apply',
    'migrate apply --env prod --dry-run',
    'migrate apply --dir "file://migrations" --url "postgres://localhost/app" --baseline 20240204000001',
  ],
  async run({ args, options, io, talk }) {
    const amount = parseAmount(args[0])
    const txMode = oneOf('tx-mode', options['tx-mode'], ['file', 'all', 'none'])
    const execOrder = oneOf('exec-order', options['exec-order'], ['linear', 'linear-skip', 'non-linear'])
    const resumeAfter = parseAmount(options['resume-after'], 0)
    const statementLockTimeout = options['statement-lock-timeout']
    const json = wantsJson(options.format, options.json)
    const { readRepeatableScripts } = await import('@savepoint/core')
    const { applyMigrations } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      const apply = {
        ...target.settings,
        ...(await readRepeatableScripts(target.config)),
        ...readLockTimeout(options['lock-timeout']),
        lockRetries: target.config.lockRetries,
        ...readLockRetries(options['lock-retries']),
        ...(statementLockTimeout === undefined
          ? {}
          : { statementLockTimeout: parseDuration(statementLockTimeout, 'statement-lock-timeout') }),
        amount,
        txMode,
        execOrder,
        resumeAfter,
        baseline: options.baseline,
        toVersion: options['to-version'],
        allowDirty: options['allow-dirty'],
      }
      const asks = io.interactive && !target.isDevelopment && !options['auto-approve'] && !options['dry-run'] && !json
      if (asks && !(await previewApply(target, apply, { io, talk }))) return exitCodes.failed
      const report = createRunReport({ io, talk, silent: json })
      try {
        const result = await applyMigrations(target.connection, target.directory, {
          ...apply,
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

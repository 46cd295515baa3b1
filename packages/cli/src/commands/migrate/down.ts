import { parseAmount } from '../../arguments.js'
import { defineCommand, flag, text } from '../../command.js'
import { createComputedDown } from '../../computed-down.js'
import { confirmOrRefuse } from '../../confirm.js'
import { exitCodes } from '../../exit-codes.js'
import { createRunReport } from '../../migration-report.js'
import { openMigrationTarget, readLockTimeout, runOptions, wantsJson } from '../../migration-target.js'
import { count } from '../../terminal/report.js'

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
  details: `Undoes the last migrations (one, without a number), each by the way down that its file gives. Where it gives none,
as in the atlas format, the way down is computed from replays on scratch, proved there, shown, and needs a yes.`,
  examples: ['migrate down', 'migrate down 2', 'migrate down --to-version 20240204000001 --dry-run'],
  async run({ args, options, io, talk }) {
    const amount = parseAmount(args[0])
    const toVersion = options['to-version']
    const json = wantsJson(options.format, options.json)
    const { undoMigrations } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      const log = (level: string, message: string): void =>
        level === 'debug' ? talk.debug(message) : talk.say(message)
      // One transaction for each migration, as a way down that a file gives has it.
      const computed = createComputedDown(target, { config: target.config, log, strategy: 'atomic' })
      const settings = {
        ...target.settings,
        ...readLockTimeout(options['lock-timeout']),
        amount,
        toVersion,
        createDown: computed.createDown,
      }
      const statements: string[] = []
      const { undone } = await talk.during('planning', () =>
        undoMigrations(target.connection, target.directory, {
          ...settings,
          dryRun: true,
          onProgress(event) {
            if (event.type === 'file') statements.push(talk.style.bold(event.file.name))
            if (event.type === 'statement') statements.push(`  ${event.statement.text.trim().replaceAll('\n', '\n  ')}`)
          },
        }),
      )
      const asks = !options['auto-approve'] && !options['dry-run'] && !target.isDevelopment && undone.length > 0
      // A way down that nobody has written needs a yes even where there is nobody to ask.
      if (asks && (io.interactive || computed.used)) {
        for (const line of statements) talk.say(line)
        for (const line of computed.destroyed) talk.warn(line)
        const question = `Undo ${count(undone.length, 'migration')} on ${target.name}?`
        if (!(await confirmOrRefuse(question, { approved: false, io, talk }))) return exitCodes.failed
      } else for (const line of computed.destroyed) talk.warn(line)
      const report = createRunReport({ io, talk, silent: json })
      try {
        const result = await undoMigrations(target.connection, target.directory, {
          ...settings,
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

import { defineCommand, flag, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { renderStatus, statusToJson } from '../../migration-status.js'
import { historyOptions, openMigrationTarget, wantsJson } from '../../migration-target.js'

export const command = defineCommand({
  options: {
    ...historyOptions,
    format: text('format', 'json, or Atlas\'s "{{ json . }}"'),
    json: flag('Print as JSON'),
  },
  details: 'Compares the migrations directory with what the database says was applied. Changes nothing.',
  examples: [
    'migrate status',
    'migrate status --env prod',
    'migrate status --url "postgres://localhost/app" --dir "file://migrations"',
  ],
  async run({ options, io, talk }) {
    const { readStatus } = await import('@savepoint/migrate')
    const target = await openMigrationTarget(options, { io, talk })
    try {
      const status = await readStatus(target.connection, target.directory, target.settings)
      if (wantsJson(options.format, options.json))
        io.stdout(`${JSON.stringify(statusToJson(status, target), null, 2)}\n`)
      else io.stdout(renderStatus(status))
      for (const { code, message, fix } of status.warnings) talk.warn(`${code}: ${message}${fix ? ` ${fix}` : ''}`)
      return exitCodes.done
    } finally {
      await target.close()
    }
  },
})

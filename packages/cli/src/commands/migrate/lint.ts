import type { MigrationDirectory, MigrationFile } from '@savepoint/migrate'
import { parseAmount } from '../../arguments.js'
import { defineCommand, flag, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { listNamesAt } from '../../git.js'
import { countErrors, lintFiles, renderFindings } from '../../migration-lint.js'
import { wantsJson } from '../../migration-target.js'
import { directoryOptions, locateDirectory, showPath } from '../../migrations.js'
import { openStates, schemaOptions } from '../../states.js'
import { count } from '../../terminal/report.js'
import { UsageError } from '../../usage.js'

export const command = defineCommand({
  options: {
    ...schemaOptions,
    ...directoryOptions,
    latest: text('number', 'Only the newest migrations'),
    'git-base': text('ref', 'Only migrations that this branch or commit does not have'),
    format: text('format', 'json, or Atlas\'s "{{ json . }}"'),
    json: flag('Print as JSON'),
  },
  details: `Looks for what loses data, holds long locks or rewrites tables, and for what another tool would read differently.
Fails when data would be lost; everything else is a warning. "-- atlas:nolint DS102" in a file silences a code there.`,
  examples: ['migrate lint --latest 1', 'migrate lint --git-base main'],
  async run({ options, io, talk }) {
    if (options.latest !== undefined && options['git-base'] !== undefined)
      throw new UsageError('give --latest or --git-base, not both')
    const latest = parseAmount(options.latest)
    const states = await openStates(options, { io, talk })
    try {
      const { readDirectory } = await import('@savepoint/migrate')
      const { path, format } = await locateDirectory(options, states.config, io)
      const directory = readDirectory(path, { format })
      const { files, there } = await selectFiles(directory, path, { latest, base: options['git-base'] })
      const result = await talk.during('replaying', () => lintFiles(directory, path, files, states, there))
      if (wantsJson(options.format, options.json)) io.stdout(`${JSON.stringify({ files: result }, null, 2)}\n`)
      else
        for (const line of renderFindings(result, { style: talk.style, directory: showPath(path, io) }))
          io.stdout(`${line}\n`)
      const errors = countErrors(result)
      talk.say(`${count(files.length, 'migration')} looked at, ${count(errors, 'error')}`)
      return errors > 0 ? exitCodes.failed : exitCodes.done
    } finally {
      await states.close()
    }
  },
})

async function selectFiles(
  { files }: MigrationDirectory,
  path: string,
  { latest, base }: { latest: number | undefined; base: string | undefined },
): Promise<{ files: readonly MigrationFile[]; there: readonly string[] }> {
  if (latest !== undefined) return { files: files.slice(-latest), there: [] }
  if (base === undefined) return { files, there: [] }
  const known = new Set(await listNamesAt(base, path))
  return {
    files: files.filter(({ name }) => !known.has(name)),
    there: files.flatMap(({ name }) => (known.has(name) ? [name] : [])),
  }
}

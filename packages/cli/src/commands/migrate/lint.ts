import type { MigrateWarning, MigrationDirectory, MigrationFile } from '@savepoint/migrate'
import type { LintedMigration } from '@savepoint/core'
import { parseAmount } from '../../arguments.js'
import { defineCommand, flag, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { listNamesAt } from '../../git.js'
import type { Io } from '../../io.js'
import { wantsJson } from '../../migration-target.js'
import { directoryOptions, locateDirectory } from '../../migrations.js'
import { openStates, schemaOptions } from '../../states.js'
import { count } from '../../terminal/report.js'
import type { TextStyle } from '../../terminal/talk.js'
import { UsageError } from '../../usage.js'

interface LintedFile {
  name: string
  findings: { code: string; severity: 'error' | 'warning'; message: string; fix?: string }[]
}

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
      const { lintMigrations, readMigrationFormat } = await import('@savepoint/core')
      const { lintDirectory, readDirectory } = await import('@savepoint/migrate')
      const { path, format } = await locateDirectory(options, states.config, io)
      const directory = readDirectory(path, { format })
      const files = await selectFiles(directory, path, { latest, base: options['git-base'] })
      const spec = { kind: 'migrations', directory: path, format: readMigrationFormat(format) } as const
      const names = new Set(files.map(({ name }) => name))
      const linted = await talk.during('replaying', () => lintMigrations(spec, names, states))
      const result = merge(files, linted, await lintDirectory(directory, files))
      if (wantsJson(options.format, options.json)) io.stdout(`${JSON.stringify({ files: result }, null, 2)}\n`)
      else print(result, io, talk.style)
      const errors = result.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'))
      talk.say(`${count(files.length, 'migration')} looked at, ${count(errors.length, 'error')}`)
      return errors.length > 0 ? exitCodes.failed : exitCodes.done
    } finally {
      await states.close()
    }
  },
})

async function selectFiles(
  { files }: MigrationDirectory,
  path: string,
  { latest, base }: { latest: number | undefined; base: string | undefined },
): Promise<readonly MigrationFile[]> {
  if (latest !== undefined) return files.slice(-latest)
  if (base === undefined) return files
  const known = new Set(await listNamesAt(base, path))
  return files.filter(({ name }) => !known.has(name))
}

function merge(
  files: readonly MigrationFile[],
  linted: readonly LintedMigration[],
  warnings: readonly MigrateWarning[],
): LintedFile[] {
  const found = files.map(({ name }): LintedFile => ({
    name,
    findings: [
      ...(linted.find((file) => file.name === name)?.findings ?? []).map(({ object, hazard }) => ({
        code: hazard.code,
        severity: hazard.kind === 'data-loss' ? ('error' as const) : ('warning' as const),
        message: `${object}: ${hazard.message}`,
        ...(hazard.fix === undefined ? {} : { fix: hazard.fix }),
      })),
      ...warnings.filter(({ file }) => file === name).map(describe),
    ],
  }))
  const others = warnings.filter(({ file }) => !files.some(({ name }) => name === file))
  return others.length === 0 ? found : [...found, { name: '.', findings: others.map(describe) }]
}

function describe({ code, message, fix }: MigrateWarning): LintedFile['findings'][number] {
  return { code, severity: code === 'SP4025' ? 'warning' : 'error', message, ...(fix === undefined ? {} : { fix }) }
}

function print(files: readonly LintedFile[], io: Io, style: TextStyle): void {
  for (const { name, findings } of files) {
    if (findings.length === 0) continue
    io.stdout(`${name}\n`)
    for (const { code, severity, message, fix } of findings) {
      const mark = severity === 'error' ? style.error : style.warning
      io.stdout(`  ${mark(`${severity} ${code}`)}: ${message}\n`)
      if (fix !== undefined) io.stdout(`    ${style.dim(fix)}\n`)
    }
  }
}

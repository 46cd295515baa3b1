import type { StateOptions } from '@savepoint/core'
import type { MigrateWarning, MigrationDirectory, MigrationFile } from '@savepoint/migrate'
import type { TextStyle } from './terminal/talk.js'

/** What is found in one migration, or in the directory as a whole under the name `.`. */
export interface LintedFile {
  name: string
  findings: { code: string; severity: 'error' | 'warning'; message: string; fix?: string }[]
}

/**
 * Looks at migrations: at what each changes, by a replay on scratch, and at what another tool would read differently.
 *
 * @param path absolute path of the directory
 */
export async function lintFiles(
  directory: MigrationDirectory,
  path: string,
  files: readonly MigrationFile[],
  options: StateOptions,
): Promise<LintedFile[]> {
  const { lintMigrations } = await import('@savepoint/core')
  const { lintDirectory } = await import('@savepoint/migrate')
  const spec = { kind: 'migrations', directory: path, format: directory.format.name } as const
  const linted = await lintMigrations(spec, new Set(files.map(({ name }) => name)), options)
  const warnings = await lintDirectory(directory, files)
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

/** How many of the findings fail a lint. */
export function countErrors(files: readonly LintedFile[]): number {
  return files.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error')).length
}

/** The findings as a person reads them, a line each, below the name of their file; files without any are left out. */
export function renderFindings(files: readonly LintedFile[], style: TextStyle): string[] {
  return files.flatMap(({ name, findings }) => {
    if (findings.length === 0) return []
    const lines = findings.flatMap(({ code, severity, message, fix }) => {
      const mark = severity === 'error' ? style.error : style.warning
      return [`  ${mark(`${severity} ${code}`)}: ${message}`, ...(fix === undefined ? [] : [`    ${style.dim(fix)}`])]
    })
    return [name, ...lines]
  })
}

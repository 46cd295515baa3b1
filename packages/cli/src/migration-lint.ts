import type { StateOptions } from '@savepoint/core'
import type { MigrateWarning, MigrationDirectory, MigrationFile } from '@savepoint/migrate'
import type { TextStyle } from './terminal/talk.js'

/** One finding, as `--json` has it too. */
export interface LintedFinding {
  code: string
  severity: 'error' | 'warning' | 'info'
  message: string
  fix?: string
  /** As catalogs name it. */
  object?: string
  /** From 1. */
  line?: number
  column?: number
}

/** What is found in one migration, or in the directory as a whole under the name `.`. */
export interface LintedFile {
  name: string
  findings: LintedFinding[]
}

/**
 * Looks at migrations: at what each changes, by a replay on scratch, and at what another tool would read differently.
 *
 * @param path absolute path of the directory
 * @param there of files that others have already, the names in the order of the directory
 */
export async function lintFiles(
  directory: MigrationDirectory,
  path: string,
  files: readonly MigrationFile[],
  options: StateOptions,
  there: readonly string[] = [],
): Promise<LintedFile[]> {
  const { lintMigrations } = await import('@savepoint/core')
  const { lintDirectory } = await import('@savepoint/migrate')
  const spec = { kind: 'migrations', directory: path, format: directory.format.name } as const
  const linted = await lintMigrations(spec, new Set(files.map(({ name }) => name)), options, there)
  const warnings = await lintDirectory(directory, files)
  const found = files.map(({ name }): LintedFile => {
    const findings = (linted.find((file) => file.name === name)?.findings ?? []).map(
      ({ location, ...finding }): LintedFinding => ({
        ...finding,
        ...(location && { line: location.line, column: location.column }),
      }),
    )
    const isSaid = ({ line }: MigrateWarning): boolean =>
      findings.some((finding) => finding.line === line && transactionRE.test(finding.code))
    return {
      name,
      findings: [...findings, ...warnings.filter((warning) => warning.file === name && !isSaid(warning)).map(describe)],
    }
  })
  const others = warnings.filter(({ file }) => !files.some(({ name }) => name === file))
  return others.length === 0 ? found : [...found, { name: '.', findings: others.map(describe) }]
}

/** What the replay says of transactions, the look at the files says as well, with less to go by. */
const transactionRE = /^(?:PG103|TX)/

function describe({ code, message, fix, line }: MigrateWarning): LintedFinding {
  return {
    code,
    severity: code === 'SP4025' ? 'warning' : 'error',
    message,
    ...(fix === undefined ? {} : { fix }),
    ...(line === undefined ? {} : { line, column: 1 }),
  }
}

/** How many of the findings fail a lint. */
export function countErrors(files: readonly LintedFile[]): number {
  return files.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error')).length
}

/** The findings as a person reads them, each with its place in a form that terminals and editors make a link of. */
export function renderFindings(files: readonly LintedFile[], { style, directory }: RenderOptions): string[] {
  return files.flatMap(({ name, findings }) =>
    findings.flatMap(({ code, severity, message, fix, line, column = 1 }) => {
      const file = name === '.' ? directory : `${directory}/${name}`
      const place = line === undefined ? file : `${file}:${line}:${column}`
      const mark = { error: style.error, warning: style.warning, info: style.dim }[severity]
      return [
        `${place}: ${mark(`${severity} ${code}`)}: ${message}`,
        ...(fix === undefined ? [] : [`    ${style.dim(fix)}`]),
      ]
    }),
  )
}

interface RenderOptions {
  style: TextStyle
  /** As it is shown. */
  directory: string
}

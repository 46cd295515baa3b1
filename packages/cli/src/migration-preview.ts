import type { ApplyOptions, MigrationFile } from '@savepoint/migrate'
import type { Io } from './io.js'
import { countErrors, lintFiles, renderFindings } from './migration-lint.js'
import { renderStatus } from './migration-status.js'
import { showPath, type FoundDirectory } from './migrations.js'
import type { MigrationTarget } from './migration-target.js'
import { count } from './terminal/report.js'
import type { Talk } from './terminal/talk.js'

// Nobody reads more of a file before saying yes, and a file of data would be all that is left on the screen.
const shownStatements = 50
const shownLines = 60
const shownCharacters = 500

/** A statement's lines, indented; of very long ones the beginning. */
function shorten(text: string, { style }: Talk): string {
  const lines = text.trim().split('\n')
  const shown = lines
    .slice(0, shownLines)
    .map((line) => `  ${line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line}`)
  if (lines.length > shownLines) shown.push(style.dim(`  … and ${count(lines.length - shownLines, 'more line')}`))
  return shown.join('\n')
}

/**
 * What a person looks at before migrations run where it matters: the findings of lint in what is pending, the status, the
 * statements, and the question.
 *
 * @returns whether to go on; true without a question when nothing is pending
 */
export async function previewApply(
  { connection, directory, settings, name, path, config }: MigrationTarget,
  apply: ApplyOptions,
  { io, talk }: { io: Io; talk: Talk },
): Promise<boolean> {
  const { applyMigrations, readStatus } = await import('@savepoint/migrate')
  const status = await readStatus(connection, directory, settings)
  const statements: string[] = []
  let scripts = 0
  let left = 0
  const sayLeft = (): void => {
    if (left > 0) statements.push(talk.style.dim(`  … and ${count(left, 'more statement')}`))
    left = 0
  }
  const { applied: files } = await applyMigrations(connection, directory, {
    ...apply,
    dryRun: true,
    onProgress(event) {
      if (event.type === 'file') statements.push(talk.style.bold(event.file.name))
      if (event.type === 'statement' && event.index > shownStatements) left++
      else if (event.type === 'statement') statements.push(shorten(event.statement.text, talk))
      if (event.type === 'file-end') sayLeft()
      if (event.type === 'script') {
        scripts++
        statements.push(talk.style.dim(`${event.name} (${event.phase} script)`))
      }
    },
  })
  const what = [count(files.length, 'migration'), ...(scripts > 0 ? [count(scripts, 'script')] : [])].join(' and ')
  const doubt = files.length > 0 ? await sayFindings({ directory, path, config }, files, { io, talk }) : ''
  talk.say(renderStatus(status))
  for (const line of statements) talk.say(line)
  if (files.length + scripts === 0) return true
  const yes = await io.confirm(`Apply ${what} to ${name}?${doubt}`)
  if (!yes) talk.say('nothing was changed')
  return yes
}

/**
 * Says what lint finds. It replays on scratch, and what scratch lacks (an extension, rows) must not keep a migration from the
 * database that it is meant for: then the reason is said instead.
 *
 * @returns a word of doubt for the question, with a blank before it
 */
async function sayFindings(
  { directory, path, config }: FoundDirectory,
  files: readonly MigrationFile[],
  { io, talk }: { io: Io; talk: Talk },
): Promise<string> {
  const log = (level: string, message: string): void => (level === 'debug' ? talk.debug(message) : talk.say(message))
  try {
    const linted = await talk.during('replaying', () => lintFiles(directory, path, files, { config, log }))
    for (const line of renderFindings(linted, { style: talk.style, directory: showPath(path, io) })) talk.say(line)
    const errors = countErrors(linted)
    talk.say(`${count(files.length, 'migration')} looked at, ${count(errors, 'error')}\n`)
    return errors > 0 ? ` Lint found ${count(errors, 'error')}.` : ''
  } catch (error) {
    const { DiagnosticError, renderDiagnostics } = await import('@savepoint/core')
    if (!(error instanceof DiagnosticError)) throw error
    const warnings = error.diagnostics.map((one) => ({ ...one, severity: 'warning' as const }))
    talk.say(`${renderDiagnostics(warnings, { root: io.cwd, style: talk.style })}\n`)
    return ' They could not be replayed on scratch.'
  }
}

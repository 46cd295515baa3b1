import { hideSecrets, isConnectionLoss, type ServerError } from '../connection.js'
import { MigrateError, messageOf } from '../error.js'
import type { Direction, MigrationFile } from '../formats/format.js'
import type { Statement } from '../scanner/text.js'

/** What is certain about the state at the moment of a failure. */
export interface FailureState {
  /** Names of files that this run finished and committed. */
  finished: readonly string[]
  /** Statements of the failing file that are committed. */
  applied: number
  total: number
  transaction: boolean
  /** Characters that were sent before the statement. */
  offset?: number
}

/** Where in the file the server's position points. */
function locate(statement: Statement, position: string | undefined, offset = 0): { line: number; column: number } {
  if (position === undefined) return { line: statement.line, column: statement.column }
  // The server counts characters, not UTF-16 code units.
  const before = [...statement.text].slice(0, Number(position) - 1 - offset).join('')
  const lines = before.split('\n')
  const last = lines.at(-1) ?? ''
  return {
    line: statement.line + lines.length - 1,
    column: lines.length === 1 ? statement.column + last.length : last.length + 1,
  }
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

function describeState(name: string, state: FailureState): string {
  const { finished, applied, total, transaction } = state
  const file =
    applied > 0
      ? `The first ${plural(applied, 'statement')} of ${total} in ${name} ${applied === 1 ? 'is' : 'are'} applied.`
      : `Nothing of ${name} is applied${transaction ? ': its transaction was rolled back' : ''}.`
  const before =
    finished.length === 0
      ? 'No other file ran in this run.'
      : `Before it ${plural(finished.length, 'file')} ran and ${finished.length === 1 ? 'stays' : 'stay'}: ${finished.slice(-3).join(', ')}${finished.length > 3 ? ', …' : ''}.`
  return `${file} ${before}`
}

/** The error of what Savepoint itself sends around a file: its transaction's end, its row in the history. */
export function createEndFailure(
  cause: unknown,
  file: MigrationFile,
  direction: Direction,
  finished: readonly string[],
): MigrateError {
  const message = hideSecrets(messageOf(cause))
  const lost = isConnectionLoss(cause)
  const command = direction === 'up' ? 'savepoint migrate apply' : 'savepoint migrate down'
  const before = finished.length > 0 ? ` These files ran and stay: ${finished.slice(-3).join(', ')}.` : ''
  return new MigrateError(
    lost ? 'SP4023' : 'SP4017',
    lost
      ? `the connection was lost while ${file.name} was applied: ${message}`
      : `${file.name} cannot be committed: ${message}`,
    {
      file: file.name,
      why: `${lost ? 'Only the server knows whether its transaction was committed.' : 'Its transaction was rolled back.'}${before}`,
      fix: `Run \`savepoint migrate status\`, then \`${command}\`: it goes on after what is committed.`,
      cause,
    },
  )
}

/** The error of a statement that the server refused, or during which the connection went away. */
export function createFailure(
  cause: unknown,
  file: MigrationFile,
  direction: Direction,
  statement: Statement,
  state: FailureState,
): MigrateError {
  const name = direction === 'up' ? file.name : (file.down ?? file.name)
  const command = direction === 'up' ? 'savepoint migrate apply' : 'savepoint migrate down'
  const server = cause as ServerError
  const message = hideSecrets(cause instanceof Error ? cause.message : String(cause))
  const details = { file: name, statement: statement.text, ...locate(statement, server.position, state.offset), cause }
  if (isConnectionLoss(cause))
    return new MigrateError('SP4023', `the connection was lost while ${name} was applied: ${message}`, {
      ...details,
      why: describeState(name, state),
      fix: `Run \`savepoint migrate status\`, then \`${command}\`: it goes on after what is committed.`,
    })
  const words = [server.detail, server.hint && `Hint: ${server.hint}`, server.code && `SQLSTATE ${server.code}`]
  const hint =
    server.code === '25001'
      ? ' The statement cannot run in a transaction: put it into a file of its own that says so (`savepoint migrate diff` does).'
      : ''
  return new MigrateError('SP4017', `${name}:${details.line}: ${message}`, {
    ...details,
    why: [...words.filter(Boolean).map((word) => hideSecrets(String(word))), describeState(name, state)].join('\n'),
    fix: `Correct ${name} and run \`${command}\` again: it goes on ${state.applied > 0 ? `at statement ${state.applied + 1}` : 'with this file'}.${hint}`,
  })
}

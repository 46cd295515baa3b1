import { decodeText, scanPieces, ScanError, type Statement, type StatementScanner } from '../scanner/text.js'
import type { DirectorySource } from '../directory/source.js'
import { postgresScanner } from '../scanner/postgres.js'
import { createFormatError, type MigrationStatement } from './format.js'

/** Text of a file from its beginning, enough for directives and markers. */
export function readHead(source: DirectorySource, name: string): string {
  const reader = source.open(name)
  try {
    const piece = reader.read()
    return piece ? Buffer.from(piece).toString() : ''
  } finally {
    reader.close()
  }
}

/** Scans a whole file; faults of the text become SP4015 with file and line. */
export function* scanFile(source: DirectorySource, name: string, scanner: StatementScanner): Generator<Statement> {
  try {
    yield* scanPieces(decodeText(source.open(name), name), scanner)
  } catch (error) {
    if (error instanceof ScanError) throw createFormatError(name, error.message, error.line)
    throw error
  }
}

/** All statements of a text. */
export function scanText(text: string, scanner: StatementScanner = postgresScanner): Statement[] {
  return [...scanPieces([text], scanner)]
}

/** The statement with its final `;`, on a line of its own where the text ends in a `--` comment. */
export function terminate(sql: string): string {
  const text = sql.trim().replace(/(?:\s*;)+$/, '')
  const closed = `${text};`
  // Something has to follow: a `;` in a comment at the very end would be taken for the statement's.
  const [found, next] = scanText(`${closed}\nx`)
  return next && found && closed.endsWith(found.text) ? closed : `${text}\n;`
}

const oneLine = (comment: string): string => comment.replace(/\s*\n\s*/g, ' ')

/** `-- comment` and the statement, each on its own lines. */
export function renderStatements(
  statements: readonly MigrationStatement[],
  options: { prefix?: string; render?: (sql: string) => string } = {},
): string {
  const render = options.render ?? terminate
  return statements
    .map(({ sql, comment }) => `${comment ? `-- ${options.prefix ?? ''}${oneLine(comment)}\n` : ''}${render(sql)}\n`)
    .join('')
}

/** The lines of the way down as Atlas writes them. */
export const renderReverse = (statements: readonly MigrationStatement[], render?: (sql: string) => string): string =>
  renderStatements(statements, { prefix: 'reverse: ', ...(render ? { render } : {}) })

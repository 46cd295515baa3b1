import type { SourceLocation } from '../diagnostics/index.js'
import type { Statement } from './source.js'

/** Line and column (both from 1, columns in UTF-16 units) of an offset; `\r\n`, `\n` and a lone `\r` each end a line. */
export function positionAt(
  text: string,
  offset: number,
  from: { offset: number; line: number; column: number } = { offset: 0, line: 1, column: 1 },
): { line: number; column: number } {
  let line = from.line
  let lineStart = from.offset - (from.column - 1)
  const endRE = /\r\n|\n|\r/g
  endRE.lastIndex = from.offset
  for (let end = endRE.exec(text); end && endRE.lastIndex <= offset; end = endRE.exec(text)) {
    line++
    lineStart = endRE.lastIndex
  }
  return { line, column: offset - lineStart + 1 }
}

/** The place in the user's file of an offset in `statement.sql`. */
export function locate(statement: Statement, offset: number): SourceLocation {
  const within = Math.max(0, Math.min(offset, statement.sql.length))
  if (statement.locate) return statement.locate(within)
  const { line, column } = positionAt(statement.sql, within)
  return {
    file: statement.file,
    line: statement.line + line - 1,
    column: line === 1 ? statement.column + column - 1 : column,
  }
}

/** Turns an offset in UTF-8 bytes, as the parser gives them, into one in UTF-16 units. */
export function createByteOffsets(text: string): (bytes: number) => number {
  if (Buffer.byteLength(text) === text.length) return (bytes) => bytes
  const encoded = Buffer.from(text)
  return (bytes) => encoded.toString('utf8', 0, bytes).length
}

/** Turns an offset in characters (code points), as the server counts them, into one in UTF-16 units. */
export function fromCharacterOffset(text: string, characters: number): number {
  let offset = 0
  for (let count = 0; count < characters && offset < text.length; count++)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  return offset
}

import { MigrateError } from '../error.js'
import type { ByteReader } from '../directory/source.js'

/** One statement of a migration file. */
export interface Statement {
  /** As it is sent to the server; keeps its final `;` where the format does. */
  text: string
  /** Comments directly before it, each with its terminator. */
  comments: readonly string[]
  /** Of its first character, from 1. */
  line: number
  /** Of its first character, from 1, in UTF-16 code units. */
  column: number
}

/**
 * Decodes a file piece by piece and closes it at the end. Bytes that are no UTF-8 are an error (SP4015):
 * replacing them would run a statement that nobody wrote.
 */
export function* decodeText(reader: ByteReader, file: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (piece?: Uint8Array): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined })
    } catch (cause) {
      const fix = 'Convert the file to UTF-8.'
      throw new MigrateError('SP4015', `${file} is not UTF-8 text`, { file, fix, cause })
    }
  }
  try {
    for (let piece = reader.read(); piece; piece = reader.read()) yield decode(piece)
    const rest = decode()
    if (rest) yield rest
  } finally {
    reader.close()
  }
}

/**
 * Lines without their ends (`\n` or `\r\n`), counted from 1; a last line without `\n` counts, an empty rest does not.
 * `end` is what was taken off, for tools that keep it.
 */
export function* splitLines(pieces: Iterable<string>): Generator<{ line: string; number: number; end: string }> {
  let rest = ''
  let number = 0
  const split = (raw: string, end: string): { line: string; number: number; end: string } => {
    number++
    return raw.endsWith('\r') ? { line: raw.slice(0, -1), number, end: `\r${end}` } : { line: raw, number, end }
  }
  for (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield split(line, '\n')
  }
  if (rest) yield split(rest, '')
}

/** Thrown by a scanner that reached the end of an unfinished buffer; the caller reads on and scans that statement anew. */
export const moreNeeded = new Error('the statement goes on beyond the buffer')

/** A fault of the text itself, as Atlas words it: `line:column: message`, both from 1, columns in bytes. */
export class ScanError extends Error {
  readonly line: number
  readonly column: number
  readonly position: number
  readonly reason: string

  constructor(text: string, position: number, reason: string) {
    const before = text.slice(0, position)
    super(reason)
    this.line = before.split('\n').length
    this.column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))
    this.position = position
    this.reason = reason
    this.message = `${this.line}:${this.column}: ${reason}`
  }
}

/** A scanner over one buffer. Both grammars (Atlas's and Postgres's) are driven through this. */
export interface StatementScanner {
  /**
   * The statement after `from`, undefined at the end of the input.
   * @param final whether `text` ends where the file ends
   * @returns the statement's place, text and comments, and where the next one begins
   */
  next(text: string, from: number, final: boolean): ScannedStatement | undefined
}

export interface ScannedStatement {
  start: number
  end: number
  text: string
  comments: string[]
}

/** As many line breaks as the text has, and its last line. */
function keepLines(text: string): string {
  let count = 0
  let last = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', last)) {
    count++
    last = at + 1
  }
  return '\n'.repeat(count) + text.slice(last)
}

/**
 * Scans statement by statement and holds no more text than the statement at hand (plus one piece).
 * A statement that does not end inside the buffer is scanned anew with twice as much, so the work stays linear.
 */
export function* scanPieces(pieces: Iterable<string>, scanner: StatementScanner): Generator<Statement> {
  const source = pieces[Symbol.iterator]()
  let text = ''
  let from = 0
  let final = false
  let line = 1
  let lineStart = 0
  let counted = 0
  // Only errors need what was dropped: its line breaks and the beginning of the line that the buffer starts in.
  let dropped = ''
  try {
    for (;;) {
      let found: ScannedStatement | undefined
      try {
        found = scanner.next(text, from, final)
      } catch (error) {
        if (error === moreNeeded && !final) {
          dropped = keepLines(dropped + text.slice(0, from))
          text = text.slice(from)
          lineStart -= from
          counted -= from
          from = 0
          const parts = [text]
          for (let wanted = Math.max(text.length, 1); wanted > 0 && !final;) {
            const { value, done } = source.next()
            if (done) final = true
            else {
              parts.push(value)
              wanted -= value.length
            }
          }
          text = parts.join('')
          continue
        }
        if (error instanceof ScanError)
          throw new ScanError(dropped + text, dropped.length + error.position, error.reason)
        throw error
      }
      if (!found) return
      for (let at = text.indexOf('\n', counted); at >= 0 && at < found.start; at = text.indexOf('\n', at + 1)) {
        line++
        lineStart = at + 1
      }
      counted = Math.max(counted, found.start)
      yield { text: found.text, comments: found.comments, line, column: found.start - lineStart + 1 }
      from = found.end
    }
  } finally {
    source.return?.()
  }
}

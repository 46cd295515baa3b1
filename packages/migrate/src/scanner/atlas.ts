import { parseDirective } from '../sum/ignore.js'
import { moreNeeded, ScanError, type ScannedStatement, type StatementScanner } from './text.js'

/**
 * Scans statements exactly as Atlas's scanner for PostgreSQL does, its shortcomings included
 * (no nested comments, no backslash in E'' strings, a last comment without a line end is a statement):
 * what it counts is what stands in `total` and `partial_hashes` of the revision table.
 * Source: ariga/atlas, sql/migrate/lex.go.
 */
export interface AtlasScannerOptions {
  /** `BEGIN … END;` as one statement: on for files of the atlas format, off for the other formats. */
  beginBlocks: boolean
}

// White space as Go's unicode.IsSpace has it; JavaScript's \s differs in U+0085 and U+FEFF.
const space = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const spacesRE = new RegExp(`[${space}]*`, 'y')
const trimRE = new RegExp(`^[${space}]+|[${space}]+$`, 'g')
export const wordsRE = new RegExp(`[^${space}]+`, 'g')
const dollarQuoteRE = /\$(?:[A-Za-zÈ-ÿ_][A-Za-z0-9_È-ÿ]*)?\$/y
const beginAtomicRE = /BEGIN[\t\n\f\r ]+ATOMIC[\t\n\f\r ]+/iy
const beginRE = /BEGIN[\t\n\f\r ]+/iy
const endRE = /^[\t\n\f\r ]*END[\t\n\f\r ]*/i
const plainRE = /[^()'"`;$\-/bB]+/y
const beforeWordRE = /[\t\n\f\r ]/
const wordLength = 'delimiter'.length
// Far longer than any fixed text that is looked for ahead of a position.
const margin = 256

export const trimSpace = (text: string): string => text.replace(trimRE, '')

function matchAt(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex - at : 0
}

/** Where blocks of one text end, by their beginning. Blocks are tried inside blocks, so that without it each BEGIN would double the work. */
interface Blocks {
  text: string
  ends: Map<string, number | undefined>
}

class AtlasScanner implements StatementScanner {
  readonly #options: AtlasScannerOptions
  readonly #blocks: Blocks
  #delimiter: string | undefined

  constructor(options: AtlasScannerOptions, blocks: Blocks = { text: '', ends: new Map() }) {
    this.#options = options
    this.#blocks = blocks
  }

  #setDelimiter(argument: string, text: string, at: number): void {
    if (argument === '') throw new ScanError(text, at + 1, 'empty delimiter')
    this.#delimiter = argument.replaceAll('\\n', '\n').replaceAll('\\r', '\r').replaceAll('\\t', '\t')
  }

  #begin(text: string, from: number, final: boolean): number {
    const end = text.indexOf('\n', from)
    if (end < 0 && !final) throw moreNeeded
    this.#delimiter = ';'
    const directive = parseDirective(text.slice(from, end < 0 ? undefined : end))
    if (directive?.name !== 'delimiter' || directive.prefix !== '-- ') return from
    this.#setDelimiter(directive.argument, text, from)
    if (end < 0) throw new ScanError(text, 0, `no input found after delimiter ${JSON.stringify(directive.argument)}`)
    return end + 1
  }

  next(text: string, from: number, final: boolean): ScannedStatement | undefined {
    const delimiter = this.#delimiter
    try {
      return this.#next(text, from, final)
    } catch (error) {
      // The statement is scanned anew, and with it the command that set another delimiter.
      this.#delimiter = delimiter
      throw error
    }
  }

  #next(text: string, from: number, final: boolean): ScannedStatement | undefined {
    if (from >= text.length && !final) throw moreNeeded
    let start = this.#delimiter === undefined ? this.#begin(text, from, final) : from
    const comments: string[] = []
    let depth = 0
    let opening = 0
    const skipSpaces = (at: number): number => at + matchAt(spacesRE, text, at)
    start = skipSpaces(start)
    let at = start
    for (;;) {
      const delimiter = this.#delimiter ?? ';'
      if (delimiter === ';' && at > start) at += matchAt(plainRE, text, at)
      if (at >= text.length) {
        if (!final) throw moreNeeded
        if (depth > 0) throw new ScanError(text, opening, "unclosed '('")
        return at > start ? this.#emit(text, start, at, comments) : undefined
      }
      if (!final && at + margin > text.length) throw moreNeeded
      const character = text[at]
      if (character === '(') {
        if (depth++ === 0) opening = at + 1
        at++
      } else if (character === ')') {
        if (depth-- === 0) throw new ScanError(text, at + 1, "unexpected ')'")
        at++
      } else if (character === "'" || character === '"' || character === '`') {
        const close = text.indexOf(character, at + 1)
        if (close < 0) {
          if (!final) throw moreNeeded
          const quoted = character === "'" ? "'\\''" : `'${character}'`
          throw new ScanError(text, at + 1, `unclosed quote ${quoted}`)
        }
        at = close + 1
      } else if (at === start && this.#isDelimiterWord(text, at)) {
        at += wordLength
        if (text[at] !== ' ') continue
        const end = text.indexOf('\n', at)
        if (end < 0 && !final) throw moreNeeded
        let argument = trimSpace(text.slice(at, end < 0 ? undefined : end + 1))
        if (argument.length > 1 && argument.startsWith("'") && argument.endsWith("'"))
          argument = argument.slice(1, -1).replaceAll("''", "'")
        this.#setDelimiter(argument, text, at)
        comments.length = 0
        start = at = skipSpaces(end < 0 ? text.length : end + 1)
      } else if (depth === 0 && text.startsWith(delimiter, at)) {
        return this.#emit(text, start, at + delimiter.length, comments)
      } else if (character === '$') {
        const length = matchAt(dollarQuoteRE, text, at)
        if (length === 0) at++
        else {
          const close = text.indexOf(text.slice(at, at + length), at + length)
          if (close < 0 && !final) throw moreNeeded
          at = close < 0 ? text.length : close + length
        }
      } else if ((character === '-' && text[at + 1] === '-') || (character === '/' && text[at + 1] === '*')) {
        const right = character === '-' ? '\n' : '*/'
        const close = text.indexOf(right, at + 2)
        if (close < 0) {
          if (!final) throw moreNeeded
          // An unterminated comment is ordinary text to Atlas.
          at += 2
          continue
        }
        const end = close + right.length
        if (at > start) at = end
        else {
          if (!final && end + 2 > text.length) throw moreNeeded
          comments.push(text.slice(at, end))
          if (text.startsWith(right === '\n' ? '\n' : '\n\n', end)) comments.length = 0
          start = at = skipSpaces(end)
        }
      } else if ((character === 'b' || character === 'B') && delimiter === ';') {
        const end = this.#blockEnd(text, at, at === start || beforeWordRE.test(text[at - 1] ?? ''), final)
        if (end !== undefined) return this.#emit(text, start, end, comments)
        at++
      } else {
        at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
      }
    }
  }

  #isDelimiterWord(text: string, at: number): boolean {
    return text.length - at > wordLength && text.slice(at, at + wordLength).toLowerCase() === 'delimiter'
  }

  /** Where the BEGIN block at `at` ends; undefined where there is none or it does not close. */
  #blockEnd(text: string, at: number, isWord: boolean, final: boolean): number | undefined {
    const atomic = matchAt(beginAtomicRE, text, at)
    // One that does not close is no other block either.
    if (atomic) return this.#closeBlock(text, at + atomic, final, true)
    if (!this.#options.beginBlocks || !isWord) return undefined
    const begin = matchAt(beginRE, text, at)
    return begin ? this.#closeBlock(text, at + begin, final, false) : undefined
  }

  #closeBlock(text: string, from: number, final: boolean, atomic: boolean): number | undefined {
    const blocks = this.#blocks
    if (blocks.text !== text) {
      blocks.text = text
      blocks.ends.clear()
    }
    const key = `${from} ${atomic}`
    if (!blocks.ends.has(key)) blocks.ends.set(key, this.#findEnd(text, from, final, atomic))
    return blocks.ends.get(key)
  }

  #findEnd(text: string, from: number, final: boolean, atomic: boolean): number | undefined {
    const body = new AtlasScanner(this.#options, this.#blocks)
    try {
      for (let at = from; ;) {
        const statement = body.next(text, at, final)
        if (!statement) return undefined
        const end = endRE.exec(statement.text)?.[0]
        if (end !== undefined && (atomic || ['', ';'].includes(statement.text.slice(end.length)))) return statement.end
        at = statement.end
      }
    } catch (error) {
      if (error === moreNeeded) throw error
      // A block that does not scan is no block: Atlas goes on character by character.
      return undefined
    }
  }

  #emit(text: string, start: number, end: number, comments: string[]): ScannedStatement {
    const delimiter = this.#delimiter ?? ';'
    let statement = text.slice(start, end)
    if (delimiter !== ';' && statement.endsWith(delimiter)) statement = statement.slice(0, -delimiter.length)
    return { start, end, text: trimSpace(statement), comments }
  }
}

export function createAtlasScanner(options: AtlasScannerOptions): StatementScanner {
  return new AtlasScanner(options)
}

import { createHash } from 'node:crypto'
import { tokenize, type Token } from './lexer.js'

/** One statement of a text, or something that stands where a statement should. Offsets are UTF-16, in the text. */
export interface Fragment {
  kind: 'statement' | 'meta' | 'copy' | 'unterminated'
  start: number
  /** Of the last token, without the semicolon. */
  end: number
  /** Where the comments before the fragment start. */
  leadingStart: number
  /** A comment behind the semicolon on the same line. */
  trailing?: { start: number; end: number }
  /** Hash of the tokens, comments left out. Empty unless `kind` is `statement`. */
  hash: string
  /** Where identifiers of more than 63 bytes stand. */
  longIdentifiers: readonly { start: number; end: number }[]
  /** Of a COPY block: whether rows follow. */
  rows?: boolean
  /** Of `unterminated`: where the quote or comment begins that is never closed. */
  opening?: number
}

// NAMEDATALEN - 1: what Postgres keeps of an identifier.
const maximumIdentifierBytes = 63
const copyEndRE = /^\\\.[ \t]*(?:\r\n|\n|\r|$)/gm
const copyFromStdinRE = /^copy\b[^]*\bfrom\s+stdin\b/i

/** Splits SQL text into its statements, in order. Never fails: what cannot be read is a fragment of its own. */
export function splitStatements(text: string): Fragment[] {
  return split(text, 0, () => undefined)
}

/**
 * The same as `splitStatements(text)`, by reading only what differs from an earlier text. Between statements nothing is
 * open, so whatever stands before the change, and after the first end of a statement behind it, splits as it did.
 */
export function splitAgain(text: string, before: { text: string; fragments: readonly Fragment[] }): Fragment[] {
  const { fragments } = before
  if (fragments.some(({ kind }) => kind !== 'statement')) return splitStatements(text)
  const shortest = Math.min(text.length, before.text.length)
  let prefix = 0
  while (prefix < shortest && text.charCodeAt(prefix) === before.text.charCodeAt(prefix)) prefix++
  let suffix = 0
  while (
    suffix < shortest - prefix &&
    text.charCodeAt(text.length - 1 - suffix) === before.text.charCodeAt(before.text.length - 1 - suffix)
  )
    suffix++
  // One statement more than strictly touched: a comment behind its semicolon may be part of the change.
  const untouched = Math.max(0, fragments.findLastIndex(({ leadingStart }) => leadingStart <= prefix) - 1)
  const shift = text.length - before.text.length
  const firstSame = text.length - suffix
  const startOf = new Map(fragments.map(({ leadingStart }, index) => [leadingStart + shift, index]))
  const rest = (offset: number): Fragment[] | undefined => {
    const index = offset > firstSame ? startOf.get(offset) : undefined
    return index === undefined ? undefined : fragments.slice(index).map((fragment) => shiftFragment(fragment, shift))
  }
  return [...fragments.slice(0, untouched), ...split(text, fragments[untouched]?.leadingStart ?? 0, rest)]
}

function shiftFragment(fragment: Fragment, by: number): Fragment {
  const move = ({ start, end }: { start: number; end: number }) => ({ start: start + by, end: end + by })
  const moved: Fragment = {
    ...fragment,
    ...move(fragment),
    leadingStart: fragment.leadingStart + by,
    longIdentifiers: fragment.longIdentifiers.map(move),
  }
  if (fragment.trailing) moved.trailing = move(fragment.trailing)
  return moved
}

/** @param rest what follows from an offset between two statements on, where that is known */
function split(text: string, from: number, rest: (offset: number) => Fragment[] | undefined): Fragment[] {
  const fragments: Fragment[] = []
  let current = new StatementBuilder(text, from)
  let resumeAt = from
  while (resumeAt < text.length) {
    const from = resumeAt
    resumeAt = text.length
    for (const token of tokenize(text, from)) {
      if (token.kind === 'comment') continue
      if (token.kind === 'meta') {
        // psql ends nothing here: it runs the command at once, in the middle of a statement too.
        fragments.push({ ...emptyFragment('meta', token), leadingStart: current.leadingStart })
        if (current.isEmpty) current = new StatementBuilder(text, token.end)
        continue
      }
      if (token.kind === 'unterminated') {
        const start = current.isEmpty ? token.start : current.start
        fragments.push({
          ...emptyFragment('unterminated', { start, end: text.length }),
          leadingStart: current.leadingStart,
          opening: token.start,
        })
        current = new StatementBuilder(text, text.length)
        break
      }
      if (!current.add(token)) continue
      const fragment = current.finish(token)
      if (fragment.kind === 'copy') {
        const block = readCopyRows(text, token.end)
        fragments.push({ ...fragment, rows: block.rows })
        current = new StatementBuilder(text, block.end)
        resumeAt = block.end
        break
      }
      if (fragment.end > fragment.start) fragments.push(fragment)
      const next = fragment.trailing?.end ?? token.end
      const known = rest(next)
      if (known) return [...fragments, ...known]
      current = new StatementBuilder(text, next)
    }
  }
  if (!current.isEmpty) fragments.push(current.finish())
  return fragments
}

/** Collects the tokens of one statement and knows where it ends, by the rules of psql's own splitter (psqlscan.l). */
class StatementBuilder {
  start = -1
  end = -1
  isEmpty = true
  readonly leadingStart: number
  readonly #text: string
  readonly #parts: string[] = []
  readonly #words: string[] = []
  readonly #long: { start: number; end: number }[] = []
  #parentheses = 0
  #beginDepth = 0

  constructor(text: string, leadingStart: number) {
    this.#text = text
    this.leadingStart = leadingStart
  }

  /** Returns whether the token is the semicolon that ends the statement. */
  add(token: Token): boolean {
    const part = this.#text.slice(token.start, token.end)
    if (part === ';' && this.#parentheses === 0 && this.#beginDepth === 0) return true
    if (this.isEmpty) {
      this.start = token.start
      this.isEmpty = false
    }
    this.end = token.end
    this.#parts.push(part)
    if (part === '(') this.#parentheses++
    else if (part === ')') this.#parentheses = Math.max(0, this.#parentheses - 1)
    else if (token.kind === 'word' || token.kind === 'quoted') this.#addWord(token, part)
    return false
  }

  // The semicolons of a body between BEGIN ATOMIC and END do not end the statement.
  #addWord(token: Token, part: string): void {
    if (isTooLong(token, part)) this.#long.push({ start: token.start, end: token.end })
    if (token.kind !== 'word') return
    const word = part.toLowerCase()
    if (this.#words.length < 4) this.#words.push(word)
    if (this.#parentheses > 0 || !isRoutine(this.#words)) return
    if (word === 'begin') this.#beginDepth++
    else if (this.#beginDepth > 0 && word === 'case') this.#beginDepth++
    else if (this.#beginDepth > 0 && word === 'end') this.#beginDepth--
  }

  finish(semicolon?: Token): Fragment {
    const range = { start: Math.max(this.start, 0), end: Math.max(this.end, 0) }
    const isCopy = copyFromStdinRE.test(this.#words[0] === 'copy' ? this.#parts.join(' ') : '')
    const fragment: Fragment = {
      ...emptyFragment(isCopy ? 'copy' : 'statement', range),
      leadingStart: this.leadingStart,
      longIdentifiers: this.#long,
      hash: createHash('sha1').update(this.#parts.join('\n')).digest('base64url'),
    }
    const trailing = semicolon ? findTrailingComment(this.#text, semicolon.end) : undefined
    return trailing ? { ...fragment, trailing } : fragment
  }
}

function emptyFragment(kind: Fragment['kind'], range: { start: number; end: number }): Fragment {
  return { kind, start: range.start, end: range.end, leadingStart: range.start, hash: '', longIdentifiers: [] }
}

function isRoutine(words: readonly string[]): boolean {
  if (words[0] !== 'create') return false
  const kind = words[1] === 'or' && words[2] === 'replace' ? words[3] : words[1]
  return kind === 'function' || kind === 'procedure'
}

function isTooLong(token: Token, part: string): boolean {
  // A third of the limit in UTF-16 units can at most make the limit in bytes.
  if (part.length <= maximumIdentifierBytes / 3) return false
  const name = token.kind === 'quoted' ? part.slice(part.indexOf('"') + 1, -1).replaceAll('""', '"') : part
  return Buffer.byteLength(name) > maximumIdentifierBytes
}

function findTrailingComment(text: string, offset: number): { start: number; end: number } | undefined {
  const sameLineRE = /[ \t]*(--[^\n\r]*)/y
  sameLineRE.lastIndex = offset
  const found = sameLineRE.exec(text)
  return found?.[1] ? { start: sameLineRE.lastIndex - found[1].length, end: sameLineRE.lastIndex } : undefined
}

function readCopyRows(text: string, offset: number): { end: number; rows: boolean } {
  copyEndRE.lastIndex = offset
  const found = copyEndRE.exec(text)
  const end = found ? copyEndRE.lastIndex : text.length
  return { end, rows: text.slice(offset, found?.index ?? text.length).trim() !== '' }
}

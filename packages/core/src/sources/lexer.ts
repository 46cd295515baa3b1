/**
 * The tokens of SQL text, as far as splitting, hashing and annotations need them. Follows the lexical rules of
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html (with `standard_conforming_strings` on) and of psql,
 * which alone knows backslash commands.
 */
export type TokenKind =
  | 'word'
  | 'quoted'
  | 'string'
  | 'dollar'
  | 'number'
  | 'punctuation'
  | 'comment'
  /** A backslash outside of any quotes, to the end of its line: only psql understands that. */
  | 'meta'
  /** A quote or block comment that is never closed; reaches to the end of the text. */
  | 'unterminated'

export interface Token {
  kind: TokenKind
  /** UTF-16 offsets in the text. */
  start: number
  end: number
}

const spaceRE = /\s+/y
const wordRE = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const numberRE = /\.?\d[\w.]*/y
const lineCommentRE = /--[^\n\r]*/y
const dollarTagRE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const plainStringRE = /'(?:[^']|'')*'/y
const escapeStringRE = /'(?:[^'\\]|''|\\[^])*'/y
const quotedRE = /"(?:[^"]|"")*"/y
const restOfLineRE = /[^\n\r]*/y

/** Yields the tokens of `text` from `start` on. Whitespace is left out. */
export function* tokenize(text: string, start = 0): Generator<Token, void> {
  let offset = start
  while (offset < text.length) {
    const afterSpace = match(spaceRE, text, offset)
    if (afterSpace > offset) {
      offset = afterSpace
      continue
    }
    const token = readToken(text, offset)
    yield token
    offset = token.end
  }
}

function readToken(text: string, start: number): Token {
  const char = text.charAt(start)
  const next = text.charAt(start + 1)
  if (char === '-' && next === '-') return { kind: 'comment', start, end: match(lineCommentRE, text, start) }
  if (char === '/' && next === '*') return readBlockComment(text, start)
  if (char === "'") return readQuoted(plainStringRE, 'string', text, start, start)
  if (char === '"') return readQuoted(quotedRE, 'quoted', text, start, start)
  if (char === '$') {
    const tagEnd = match(dollarTagRE, text, start)
    if (tagEnd > start) {
      const close = text.indexOf(text.slice(start, tagEnd), tagEnd)
      return close < 0
        ? { kind: 'unterminated', start, end: text.length }
        : { kind: 'dollar', start, end: close + tagEnd - start }
    }
  }
  const wordEnd = match(wordRE, text, start)
  if (wordEnd > start) return readWord(text, start, wordEnd)
  const numberEnd = match(numberRE, text, start)
  if (numberEnd > start) return { kind: 'number', start, end: numberEnd }
  if (char === '\\') return { kind: 'meta', start, end: match(restOfLineRE, text, start) }
  return { kind: 'punctuation', start, end: start + 1 }
}

// A word that touches a quote can be a prefix: E'…', B'…', X'…', N'…', and U& before either quote.
function readWord(text: string, start: number, end: number): Token {
  const quote = text.charAt(end)
  if (end === start + 1) {
    const letter = text.charAt(start)
    if (quote === "'" && 'eE'.includes(letter)) return readQuoted(escapeStringRE, 'string', text, start, end)
    if (quote === "'" && 'bBxXnN'.includes(letter)) return readQuoted(plainStringRE, 'string', text, start, end)
    if (quote === '&' && 'uU'.includes(letter)) {
      if (text.charAt(end + 1) === "'") return readQuoted(plainStringRE, 'string', text, start, end + 1)
      if (text.charAt(end + 1) === '"') return readQuoted(quotedRE, 'quoted', text, start, end + 1)
    }
  }
  return { kind: 'word', start, end }
}

function readQuoted(pattern: RegExp, kind: TokenKind, text: string, start: number, quote: number): Token {
  const end = match(pattern, text, quote)
  return end > quote ? { kind, start, end } : { kind: 'unterminated', start, end: text.length }
}

function readBlockComment(text: string, start: number): Token {
  const edgeRE = /\/\*|\*\//g
  edgeRE.lastIndex = start
  let depth = 0
  for (let edge = edgeRE.exec(text); edge; edge = edgeRE.exec(text)) {
    depth += edge[0] === '/*' ? 1 : -1
    if (depth === 0) return { kind: 'comment', start, end: edgeRE.lastIndex }
  }
  return { kind: 'unterminated', start, end: text.length }
}

/** Where `pattern` (sticky) stops matching at `offset`; `offset` itself where it does not match. */
function match(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex : offset
}

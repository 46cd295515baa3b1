/** Tokens of SQL by the lexical rules of Postgres (`src/backend/parser/scan.l`), with `standard_conforming_strings` on. */
export interface Token {
  kind: 'space' | 'comment' | 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'operator' | 'punctuation'
  /** UTF-16 offsets in the text; `end` is behind the last character. */
  start: number
  end: number
}

const numberRE = /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?\.?(?!\.))/y
const dollarTagRE = /\$(?:[\p{L}_\u0080-\uffff][\p{L}\p{N}_\u0080-\uffff]*)?\$/uy
const operatorCharacters = '+-*/<>=~!@#%^&|`?'

const SPACE = 1
const WORD_START = 2
const WORD = 4
const DIGIT = 8
const OPERATOR = 16

/** What an ASCII character can be; everything above counts as a letter, as in Postgres. */
const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/\s/.test(character)) return SPACE
  if (/[A-Za-z_]/.test(character)) return WORD_START | WORD
  if (/\d/.test(character)) return DIGIT | WORD
  if (character === '$') return WORD
  return operatorCharacters.includes(character) ? OPERATOR : 0
})

function classOf(text: string, position: number): number {
  const code = text.charCodeAt(position)
  // NaN behind the end, which is nothing.
  if (code < 128) return classes[code] ?? 0
  if (Number.isNaN(code)) return 0
  return WORD_START | WORD
}

/** A query is looked at by several readers one after the other, so the last few answers are kept. */
const recent = new Map<string, readonly Token[]>()
const KEPT = 32
const KEPT_LENGTH = 50_000

/** An unfinished string or comment runs to the end of the text: what is wrong with it, Postgres says better. */
export function tokens(text: string): readonly Token[] {
  const known = recent.get(text)
  if (known) return known
  const list = tokenize(text)
  if (text.length <= KEPT_LENGTH) {
    for (const oldest of recent.keys()) {
      if (recent.size < KEPT) break
      recent.delete(oldest)
    }
    recent.set(text, list)
  }
  return list
}

function tokenize(text: string): Token[] {
  const list: Token[] = []
  let position = 0
  while (position < text.length) {
    const start = position
    const kind = read()
    list.push({ kind, start, end: position })
  }
  return list

  function read(): Token['kind'] {
    const kind = classOf(text, position)
    const character = text.charAt(position)
    if (kind & SPACE) {
      while (classOf(text, position) & SPACE) position++
      return 'space'
    }
    if (kind & WORD_START) return word()
    if (character === '-' && text.charAt(position + 1) === '-') {
      while (position < text.length && text.charCodeAt(position) !== 10 && text.charCodeAt(position) !== 13) position++
      return 'comment'
    }
    if (character === '/' && text.charAt(position + 1) === '*') return blockComment()
    if (character === "'") return quoted("'", false)
    if (character === '"') {
      quoted('"', false)
      return 'quoted'
    }
    if (character === '$') {
      dollarTagRE.lastIndex = position
      const tag = dollarTagRE.exec(text)?.[0]
      if (tag !== undefined) {
        const end = text.indexOf(tag, position + tag.length)
        position = end === -1 ? text.length : end + tag.length
        return 'string'
      }
      position++
      while (classOf(text, position) & DIGIT) position++
      return 'parameter'
    }
    if (kind & DIGIT || (character === '.' && classOf(text, position + 1) & DIGIT)) {
      numberRE.lastIndex = position
      position += numberRE.exec(text)?.[0].length ?? 1
      return 'number'
    }
    if (kind & OPERATOR) return operator()
    position++
    const next = text.charAt(position)
    if ((character === ':' && (next === ':' || next === '=')) || (character === '.' && next === '.')) position++
    return 'punctuation'
  }

  function blockComment(): 'comment' {
    let depth = 0
    do {
      if (text.startsWith('/*', position)) {
        depth++
        position += 2
      } else if (text.startsWith('*/', position)) {
        depth--
        position += 2
      } else position++
    } while (depth > 0 && position < text.length)
    return 'comment'
  }

  function quoted(quote: string, backslashes: boolean): 'string' {
    position++
    while (position < text.length) {
      const character = text.charAt(position)
      if (backslashes && character === '\\') position += 2
      else if (character !== quote) position++
      else if (text.charAt(position + 1) === quote) position += 2
      else break
    }
    position++
    return 'string'
  }

  function word(): Token['kind'] {
    const second = text.charAt(position + 1)
    const prefix =
      second === "'" || second === '&'
        ? /^(?:[eEbBxXnN]|[uU]&)(?=['"])/.exec(text.slice(position, position + 3))?.[0]
        : undefined
    const quote = prefix === undefined ? '' : text.charAt(position + prefix.length)
    if (prefix !== undefined && (quote === "'" || prefix.length === 2)) {
      position += prefix.length
      quoted(quote, prefix.toLowerCase() === 'e')
      return quote === '"' ? 'quoted' : 'string'
    }
    while (classOf(text, position) & WORD) position++
    return 'word'
  }

  function operator(): 'operator' {
    const start = position
    while (classOf(text, position) & OPERATOR) {
      if (position > start && (text.startsWith('--', position) || text.startsWith('/*', position))) break
      position++
    }
    // A multi-character operator ends in + or - only if it also holds one of these.
    while (
      position - start > 1 &&
      /[+-]$/.test(text.slice(start, position)) &&
      !/[~!@#%^&|`?]/.test(text.slice(start, position))
    )
      position--
    return 'operator'
  }
}

/** Splits at `;` outside of everything. Each piece with its offset; pieces of space and comments only are kept, as they may hold annotations. */
export function splitStatements(text: string): { text: string; start: number; end: number }[] {
  const pieces: { text: string; start: number; end: number }[] = []
  let start = 0
  let isEmpty = true
  const push = (end: number): void => {
    if (!isEmpty) pieces.push({ text: text.slice(start, end), start, end })
    isEmpty = true
  }
  for (const token of tokens(text)) {
    if (token.kind === 'punctuation' && text[token.start] === ';') {
      push(token.start)
      start = token.end
    } else if (token.kind !== 'space' && token.kind !== 'comment') isEmpty = false
  }
  push(text.length)
  return pieces
}

/**
 * The same statement without comments and with the least space. Hints (`/*+ … *` + `/`) stay, line breaks between two parts of a string too,
 * because Postgres joins those only across a line break.
 */
export function minifySql(text: string): string {
  let out = ''
  let space = ''
  let previous: Token['kind'] | undefined
  for (const token of tokens(text)) {
    const part = text.slice(token.start, token.end)
    if (token.kind === 'space' || (token.kind === 'comment' && !part.startsWith('/*+'))) {
      space = space === '\n' || /[\r\n]/.test(part) || part.startsWith('--') ? '\n' : ' '
      continue
    }
    if (space !== '' && out !== '') {
      const joinsStrings = token.kind === 'string' && previous === 'string'
      const needed = !(token.kind === 'punctuation' || previous === 'punctuation') || touches(out, part)
      if (joinsStrings) out += space
      else if (needed) out += ' '
    }
    out += part
    space = ''
    previous = token.kind
  }
  return out
}

/** Whether two parts beside punctuation would become another token, or read badly enough to keep apart. */
function touches(before: string, part: string): boolean {
  if (/[:.]$/.test(before) && /^[:.=]/.test(part)) return true
  // `1 .5`, `a .b`: keep what the user wrote apart.
  if (/\d$/.test(before) && part.startsWith('.')) return true
  return before.endsWith('.') && /^\d/.test(part)
}

/** 1-based line and column (UTF-16) of an offset. */
export function lineColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  const breaks = /\r\n|\n|\r/g
  for (let match = breaks.exec(text); match && match.index + match[0].length <= offset; match = breaks.exec(text)) {
    line++
    start = match.index + match[0].length
  }
  return { line, column: offset - start + 1 }
}

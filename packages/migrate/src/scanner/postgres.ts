import { moreNeeded, type ScannedStatement, type StatementScanner } from './text.js'

// What psql's lexer knows: nested comments, backslashes in E'' strings, dollar quotes that do not begin inside a name.
const spacesRE = /[\t\n\v\f\r \uFEFF]*/y
const plainRE = /[^()'";$\-/A-Za-z_\u0080-\uffff]+/y
const wordRE = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const dollarQuoteRE = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y
const routineRE = /^create(?: or replace)? (?:function|procedure)/
const margin = 256

function lengthAt(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex - at : 0
}

function endOfString(text: string, at: number, quote: string, escaped: boolean, final: boolean): number {
  for (let i = at + 1; i < text.length; i++) {
    if (escaped && text[i] === '\\') i++
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1
      i++
    }
  }
  if (!final) throw moreNeeded
  return text.length
}

const commentRE = /\/\*|\*\//g

function endOfComment(text: string, at: number, final: boolean): number {
  commentRE.lastIndex = at
  let depth = 0
  for (let match = commentRE.exec(text); match; match = commentRE.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return commentRE.lastIndex
  }
  if (!final) throw moreNeeded
  return text.length
}

function next(text: string, from: number, final: boolean): ScannedStatement | undefined {
  if (from >= text.length && !final) throw moreNeeded
  const comments: string[] = []
  let start = from + lengthAt(spacesRE, text, from)
  let at = start
  let depth = 0
  let blocks = 0
  const words: string[] = []
  const emit = (end: number): ScannedStatement => ({ start, end, text: text.slice(start, end).trim(), comments })
  for (;;) {
    if (at > start) at += lengthAt(plainRE, text, at)
    if (at >= text.length) {
      if (!final) throw moreNeeded
      return at > start ? emit(at) : undefined
    }
    if (!final && at + margin > text.length) throw moreNeeded
    const character = text[at]
    const pair = text.slice(at, at + 2)
    if (pair === '--' || pair === '/*') {
      let end = pair === '--' ? text.indexOf('\n', at) + 1 : endOfComment(text, at, final)
      if (end === 0) {
        if (!final) throw moreNeeded
        end = text.length
      }
      if (at > start) at = end
      else {
        comments.push(text.slice(at, end))
        start = at = end + lengthAt(spacesRE, text, end)
      }
      continue
    }
    if (character === ';' && depth <= 0 && blocks === 0) {
      // An empty statement is none: `;;` sends nothing to the server.
      if (at > start) return emit(at + 1)
      start = at = at + 1 + lengthAt(spacesRE, text, at + 1)
      continue
    }
    const wordLength = lengthAt(wordRE, text, at)
    if (wordLength > 0) {
      const word = text.slice(at, at + wordLength).toLowerCase()
      if (!final && at + wordLength >= text.length) throw moreNeeded
      const quote = text[at + wordLength]
      if (word === 'e' && quote === "'") at = endOfString(text, at + 1, "'", true, final)
      else {
        at += wordLength
        if (words.length < 4) words.push(word)
        if (routineRE.test(words.join(' '))) {
          if (word === 'begin' || (word === 'case' && blocks > 0)) blocks++
          else if (word === 'end' && blocks > 0) blocks--
        }
      }
    } else if (character === "'" || character === '"') at = endOfString(text, at, character, false, final)
    else if (character === '$') {
      const length = lengthAt(dollarQuoteRE, text, at)
      const close = length === 0 ? at : text.indexOf(text.slice(at, at + length), at + length)
      if (close < 0 && !final) throw moreNeeded
      at = length === 0 ? at + 1 : close < 0 ? text.length : close + length
    } else {
      if (character === '(') depth++
      if (character === ')') depth--
      at++
    }
  }
}

/** Splits text the way Postgres itself reads it; for the formats whose tools send whole files to the server. */
export const postgresScanner: StatementScanner = { next }

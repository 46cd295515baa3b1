import { namesCode } from '@savepoint/catalog'

/** `-- savepoint:nolint CODE …`, `-- atlas:nolint …` and `-- squawk-ignore …`; the place counts lines of the text that was read, from 1. */
export interface Silence {
  /** Empty: everything. */
  words: readonly string[]
  line: number
  scope: 'file' | 'statement'
}

const directiveRE = /(?:(?:savepoint|atlas):nolint|squawk-ignore(-file)?)(?![\w-])([^\n\r]*)/gi

/** Every silencing comment of a text of comments (and nothing else). */
export function readSilences(comments: string, firstLine: number, scope: Silence['scope']): Silence[] {
  return [...comments.matchAll(directiveRE)].map(({ 1: ofFile, 2: rest = '', index }) => ({
    // A reason may follow in words: what is no word of a linter ends the list.
    words: readWords(rest.replace(/\*\/.*$/, '')),
    line: firstLine + comments.slice(0, index).split('\n').length - 1,
    scope: ofFile === undefined ? scope : 'file',
  }))
}

function readWords(rest: string): string[] {
  const words = rest
    .replace(/^\s*:/, '')
    .split(/\s+--|\s+—/)[0]
    ?.split(/[\s,]+/)
    .filter((word) => word !== '')
  return words ?? []
}

export function silences({ words }: Silence, code: string): boolean {
  return words.length === 0 || words.some((word) => namesCode(word, code))
}

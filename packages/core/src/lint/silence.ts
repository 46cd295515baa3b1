import { namesCode } from '@savepoint/catalog'
import { tokenize } from '../sources/lexer.js'

/** `-- savepoint:nolint CODE …`, `-- atlas:nolint …` and `-- squawk-ignore …`; the place counts lines of the text that was read, from 1. */
export interface Silence {
  /** Empty: everything. */
  words: readonly string[]
  line: number
  scope: 'file' | 'statement'
  /** Another tool's: that one may see something where we know better. */
  foreign?: true
}

const directiveRE = /(?:(savepoint|atlas):nolint|squawk-ignore(-file)?)(?![\w-])([^\n\r]*)/gi

/** Every silencing comment of a text of comments (and nothing else). */
export function readSilences(comments: string, firstLine: number, scope: Silence['scope']): Silence[] {
  return [...comments.matchAll(directiveRE)].map(({ 1: tool, 2: ofFile, 3: rest = '', index }) => ({
    // A reason may follow in words: what is no word of a linter ends the list.
    words: readWords(rest.replace(/\*\/.*$/, '')),
    line: firstLine + comments.slice(0, index).split('\n').length - 1,
    scope: ofFile === undefined ? scope : 'file',
    ...(tool?.toLowerCase() !== 'savepoint' && { foreign: true as const }),
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

const commentLineRE = /^\s*(?:--|#|\/\*)/

/**
 * The silencing comments of a migration, as Atlas reads its directives: those at the top, with an empty line behind them, are
 * about the file, those directly above, in or behind a statement about that.
 *
 * @param statements of the text, each with the line (from 1) that it begins on
 */
export function readFileSilences(
  text: string,
  statements: readonly { sql: string; line: number }[],
): { file: Silence[]; statements: Silence[][] } {
  const lines = text.split(/\r?\n/)
  const file: Silence[] = []
  const first = statements[0]?.line ?? lines.length + 1
  // Comments before the first statement that do not touch it.
  let block: number[] = []
  for (let number = 1; number < first; number++) {
    if (commentLineRE.test(lines[number - 1] ?? '')) block.push(number)
    else {
      file.push(...block.flatMap((line) => readSilences(lines[line - 1] ?? '', line, 'file')))
      block = []
    }
  }
  if (statements.length === 0) file.push(...block.flatMap((line) => readSilences(lines[line - 1] ?? '', line, 'file')))
  return {
    file,
    statements: statements.map(({ sql, line }) => {
      const found: Silence[] = []
      for (let above = line - 1; commentLineRE.test(lines[above - 1] ?? ''); above--)
        found.push(...readSilences(lines[above - 1] ?? '', above, 'statement'))
      const end = line + sql.split('\n').length - 1
      for (const token of tokenize(sql)) {
        if (token.kind !== 'comment') continue
        const at = line + sql.slice(0, token.start).split('\n').length - 1
        found.push(...readSilences(sql.slice(token.start, token.end), at, 'statement'))
      }
      const behind = /;[^;']*?(--.*)$/.exec(lines[end - 1] ?? '')?.[1]
      if (behind !== undefined && !sql.includes(behind)) found.push(...readSilences(behind, end, 'statement'))
      return found
    }),
  }
}

import { describe, expect, it } from 'vitest'
import { readFileSilences, silences } from './silence.js'

/** What silences the file, and what the one statement of the text, which begins with DROP. */
function read(text: string): { file: string[]; statement: string[] } {
  const start = text.indexOf('DROP')
  const sql = text.slice(start, text.indexOf(';', start))
  const line = text.slice(0, start).split('\n').length
  const { file, statements } = readFileSilences(text, [{ sql, line }])
  const show = (list: typeof file): string[] => list.map(({ words, line: at }) => `${at}: ${words.join(' ') || 'all'}`)
  return { file: show(file), statement: show(statements[0] ?? []) }
}

describe('a silencing comment', () => {
  it('is about the file when an empty line parts it from the first statement', () => {
    expect(read('-- atlas:nolint DS102 MF101\n\n-- a word\nDROP TABLE a;\n')).toEqual({
      file: ['1: DS102 MF101'],
      statement: [],
    })
    expect(read('-- +goose Up\n-- savepoint:nolint\n\nDROP TABLE a;\n').file).toEqual(['2: all'])
  })

  it('is about the statement that it stands at', () => {
    expect(read('-- atlas:nolint destructive\nDROP TABLE a;\n')).toEqual({ file: [], statement: ['1: destructive'] })
    expect(read('-- why\n-- savepoint:nolint DS102, SH107 -- it is empty\nDROP TABLE a;').statement).toEqual([
      '2: DS102 SH107',
    ])
    expect(read('DROP TABLE a; -- savepoint:nolint DS102').statement).toEqual(['1: DS102'])
    expect(read('DROP TABLE /* savepoint:nolint DS102 */\n  a;').statement).toEqual(['1: DS102'])
  })

  it('of squawk counts as well', () => {
    expect(read('-- squawk-ignore ban-drop-table\nDROP TABLE a;').statement).toEqual(['1: ban-drop-table'])
    expect(read('-- squawk-ignore-file ban-drop-table\n\nDROP TABLE a;').file).toEqual(['1: ban-drop-table'])
  })

  it.each([
    ['DS102', 'DS102', true],
    ['ds102', 'DS102', true],
    ['DS', 'DS102', true],
    ['destructive', 'DS103', true],
    ['ban-drop-table', 'DS102', true],
    ['ban-drop-table', 'DS103', false],
    ['D', 'DS102', false],
    ['DS10', 'DS102', false],
    ['concurrent_index', 'PG101', true],
    ['concurrent_index', 'PG301', false],
    ['ACME', 'ACME7', true],
  ])('%s silences %s: %s', (word, code, expected) => {
    expect(silences({ words: [word], line: 1, scope: 'statement' }, code)).toBe(expected)
  })
})

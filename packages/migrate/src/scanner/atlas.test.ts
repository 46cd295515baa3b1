import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import { createAtlasScanner } from './atlas.js'
import { scanPieces } from './text.js'

const recorded = join(sharedFolder, 'fixtures/atlas-lex')

function scan(text: string, beginBlocks = true, pieceLength = text.length || 1): string[] {
  const pieces = text.match(new RegExp(`[^]{1,${pieceLength}}`, 'g')) ?? []
  return [...scanPieces(pieces, createAtlasScanner({ beginBlocks }))].map((statement) => statement.text)
}

const equalInBoth = ['1', '2_mysql', '3_delimiter', '4_delimiter', '5_delimiter', '7_delimiter_2n', '8_delimiter_3n']
  .concat('9_delimiter_3n', '10_delimiter_comment', '11_delimiter_mysql_command', '12_delimiter_mysql_command')
  .concat('14_delimiter_mysql_command', '16_begin_atomic', '17_paren', '18_pg_expr')
  .map((name) => `lex/${name}`)
  .concat('lexgroup/3_delimiter', 'lexescaped/2.pg')

describe.skipIf(isMissing('shared'))('recorded statements [needs shared]', () => {
  const read = (name: string): { input: string; golden: string } => ({
    input: readFileSync(join(recorded, `${name}.sql`), 'utf8'),
    golden: readFileSync(join(recorded, `${name}.sql.golden`), 'utf8'),
  })

  it.each(equalInBoth)('%s', (name) => {
    const { input, golden } = read(name)
    expect(scan(input).join('\n-- end --\n')).toBe(golden)
    expect(scan(input, false).join('\n-- end --\n')).toBe(golden)
    // Cut into small pieces, as a large file is read.
    expect(scan(input, true, 7).join('\n-- end --\n')).toBe(golden)
  })

  it.each(['lexgroup/1_trigger', 'lexgroup/2_function'])('%s with BEGIN blocks', (name) => {
    const { input, golden } = read(name)
    expect(scan(input).join('\n-- end --\n')).toBe(golden)
    expect(scan(input, false).join('\n-- end --\n')).not.toBe(golden)
    expect(scan(input, true, 50).join('\n-- end --\n')).toBe(golden)
  })

  it('keeps a # line, which is no comment in Postgres', () => {
    const { input, golden } = read('lex/15_dollar_quote')
    const statements = scan(input)
    expect(statements).toHaveLength(17)
    expect(statements.map((text) => text.replace(/^# Shorter examples\.\n/, '')).join('\n-- end --\n')).toBe(golden)
  })

  it.each([
    ['lex/6_skip_comment', "32:22: unclosed quote '\\''"],
    ['lexescaped/1.my', "4:42: unclosed quote '\\''"],
  ])('%s has a place for its fault', (name, message) => {
    const { input } = read(name)
    expect(() => scan(input)).toThrow(message)
    expect(() => scan(input, true, 20)).toThrow(message)
  })
})

describe('Atlas’s scanner', () => {
  it.each([
    ["'this quote is open", "1:1: unclosed quote '\\''"],
    ["12345'x", "1:6: unclosed quote '\\''"],
    ['text\n "', "2:2: unclosed quote '\"'"],
    ['(open', "1:1: unclosed '('"],
    ['()(open', "1:3: unclosed '('"],
    ['1234)6', "1:5: unexpected ')'"],
    ['-- atlas:delimiter ', 'empty delimiter'],
  ])('says where %j is wrong', (text, message) => {
    expect(() => scan(text)).toThrow(message)
  })

  it.each([
    ['SELECT 1;\n-- done', ['SELECT 1;', '-- done']],
    ['BEGIN;\nCREATE TABLE a(i int);\nCOMMIT;\n', ['BEGIN;', 'CREATE TABLE a(i int);', 'COMMIT;']],
    [
      'BEGIN TRANSACTION;\nCREATE TABLE a(i int);\nEND;\nSELECT 1;',
      ['BEGIN TRANSACTION;\nCREATE TABLE a(i int);\nEND;', 'SELECT 1;'],
    ],
    ["DO $$ BEGIN RAISE NOTICE 'x'; END $$;", ["DO $$ BEGIN RAISE NOTICE 'x'; END $$;"]],
    ['/* a /* b */ c */ SELECT 1;', ['c */ SELECT 1;']],
    ['x BEGIN ATOMIC\nDELIMITER //\nSELECT 1;\nEND;\n', ['x BEGIN ATOMIC\nDELIMITER //\nSELECT 1;', 'END;']],
  ])('splits %j as Atlas does', (text, expected) => {
    expect(scan(text)).toEqual(expected)
    expect(scan(text, true, 3)).toEqual(expected)
  })

  it('takes no more than a moment for many blocks that never close', () => {
    // Each BEGIN looks for its END behind all the others; tried anew inside each other, 200 would never end.
    const text = 'BEGIN TRANSACTION;\nSELECT 1;\nCOMMIT;\n'.repeat(200)
    expect(scan(text)).toHaveLength(600)
    expect(scan(text, true, 100)).toHaveLength(600)
  })

  it('counts lines and columns through pieces', () => {
    const text = 'SELECT 1;\n\n  -- two\n  SELECT 2; SELECT 3;\n'
    const pieces = text.match(/[^]{1,4}/g) ?? []
    expect([...scanPieces(pieces, createAtlasScanner({ beginBlocks: true }))]).toEqual([
      { text: 'SELECT 1;', comments: [], line: 1, column: 1 },
      { text: 'SELECT 2;', comments: ['-- two\n'], line: 4, column: 3 },
      { text: 'SELECT 3;', comments: [], line: 4, column: 13 },
    ])
  })
})

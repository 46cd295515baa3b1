import { describe, expect, it } from 'vitest'
import { createRandom } from '../scratch/testing/random.js'
import { splitAgain, splitStatements } from './split.js'

const texts = (sql: string): string[] => splitStatements(sql).map(({ start, end }) => sql.slice(start, end))

describe('splitting SQL text', () => {
  it('ends statements at semicolons, and the last one at the end of the text', () => {
    expect(texts('CREATE TABLE a (); ;; \n CREATE TABLE b ()')).toEqual(['CREATE TABLE a ()', 'CREATE TABLE b ()'])
  })

  it.each([
    ['a string', `SELECT 'a;b''c;'`],
    ['an escape string', `SELECT E'a\\';b'`],
    ['a quoted name', `CREATE TABLE "a;""b" ()`],
    ['a Unicode string and name', `SELECT U&'\\0061;' AS U&"d;"`],
    ['dollar quotes', 'DO $x$ BEGIN; $$ ; $$; END $x$'],
    ['a line comment', 'SELECT 1 -- ; \n + 1'],
    ['a nested block comment', 'SELECT 1 /* ; /* ; */ ; */ + 1'],
    ['parentheses', 'CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); SELECT 2)'],
    [
      'a body between BEGIN ATOMIC and END',
      'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END',
    ],
    ['a name with a dollar sign in it', 'CREATE TABLE a$b (c$ int)'],
  ])('does not end a statement inside %s', (_, sql) => {
    expect(texts(`${sql}; SELECT 2`)).toEqual([sql, 'SELECT 2'])
  })

  it('takes BEGIN and END as statements outside of routines', () => {
    expect(texts('BEGIN; CREATE TABLE a (); END;')).toEqual(['BEGIN', 'CREATE TABLE a ()', 'END'])
  })

  it('hashes what a statement says, not how it is laid out', () => {
    const [a, b, c] = splitStatements(
      'CREATE TABLE a (b int);\n-- x\nCREATE TABLE\n  a ( b /* y */ int );CREATE TABLE a (b int8)',
    )
    expect(a?.hash).toBe(b?.hash)
    expect(a?.hash).not.toBe(c?.hash)
  })

  it('sees psql commands, also inside of a statement, but not in quotes', () => {
    const sql = String.raw`\c app
CREATE TABLE a (b text DEFAULT '\x');
\restrict token
SELECT 1`
    expect(splitStatements(sql).map(({ kind, start, end }) => [kind, sql.slice(start, end)])).toEqual([
      ['meta', String.raw`\c app`],
      ['statement', String.raw`CREATE TABLE a (b text DEFAULT '\x')`],
      ['meta', String.raw`\restrict token`],
      ['statement', 'SELECT 1'],
    ])
  })

  it('takes the rows of a COPY block along, and knows whether there are any', () => {
    const sql = 'COPY a (b) FROM stdin;\n1;2\n\\.\nCOPY c FROM stdin;\n\\.\nSELECT 1;'
    expect(splitStatements(sql).map(({ kind, rows }) => [kind, rows])).toEqual([
      ['copy', true],
      ['copy', false],
      ['statement', undefined],
    ])
  })

  it('finds where a quote opens that is never closed', () => {
    const sql = `SELECT 1; SELECT 'abc; SELECT 2`
    expect(splitStatements(sql).at(-1)).toMatchObject({ kind: 'unterminated', opening: sql.indexOf("'") })
  })

  it('gives the comments before a statement, and the one behind its semicolon, to that statement', () => {
    const sql = '-- one\nSELECT 1; -- behind\n-- two\nSELECT 2;'
    expect(
      splitStatements(sql).map(({ leadingStart, start, trailing }) => [
        sql.slice(leadingStart, start).trim(),
        trailing && sql.slice(trailing.start, trailing.end),
      ]),
    ).toEqual([
      ['-- one', '-- behind'],
      ['-- two', undefined],
    ])
  })
})

describe('splitting a changed text again', () => {
  const pieces = [
    'CREATE TABLE a (b int);',
    'SELECT 1',
    ';',
    ' -- comment',
    '\n',
    '\n',
    '/* ; */',
    "'a;b'",
    "'",
    '$$',
    '$$ ; $$',
    '(',
    ')',
    'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END;',
    '"',
    '\\c x',
    ' ',
  ]

  it.each([1, 2, 3, 4, 5])('gives what splitting it from the start gives, seed %i', (seed) => {
    const random = createRandom(seed)
    const somePieces = (count: number): string =>
      Array.from({ length: count }, () => random.pick(pieces)).join(random.chance(0.5) ? ' ' : '')
    let text = Array.from({ length: 12 }, (_, index) => `CREATE TABLE t${index} (\n  id int\n);`).join('\n')
    let fragments = splitStatements(text)
    for (let step = 0; step < 300; step++) {
      const start = random.below(text.length + 1)
      const end = Math.min(text.length, start + (random.chance(0.5) ? 0 : random.below(20)))
      const next = text.slice(0, start) + (random.chance(0.3) ? '' : somePieces(random.below(3) + 1)) + text.slice(end)
      const again = splitAgain(next, { text, fragments })
      expect(again, `seed ${seed}, step ${step}`).toEqual(splitStatements(next))
      // Faulty texts are short-lived, or nothing but the slow way would be tried.
      if (again.every(({ kind }) => kind === 'statement') && next.length < 2000) [text, fragments] = [next, again]
    }
  })
})

import { describe, expect, it } from 'vitest'
import { postgresScanner } from './postgres.js'
import { scanPieces } from './text.js'

const scan = (text: string, pieceLength = text.length || 1): string[] =>
  [...scanPieces(text.match(new RegExp(`[^]{1,${pieceLength}}`, 'g')) ?? [], postgresScanner)].map((one) => one.text)

describe('splitting as Postgres reads', () => {
  it.each([
    ['nothing', '  \n-- only a comment', []],
    ['empty statements', ';; SELECT 1;;', ['SELECT 1;']],
    ['a last statement without its end', 'SELECT 1;\nSELECT 2', ['SELECT 1;', 'SELECT 2']],
    ['comments before, inside and behind', '-- a;\nSELECT /* ; */ 1 -- ;\n; -- end', ['SELECT /* ; */ 1 -- ;\n;']],
    ['nested comments', '/* a /* b; */ c; */ SELECT 1;', ['SELECT 1;']],
    ['quotes', `SELECT 'a;''b;', "c;""d;";SELECT 2;`, [`SELECT 'a;''b;', "c;""d;";`, 'SELECT 2;']],
    [
      'backslashes',
      String.raw`SELECT E'it\'s; ', 'c:\';SELECT 2;`,
      [String.raw`SELECT E'it\'s; ', 'c:\';`, 'SELECT 2;'],
    ],
    ['a name that ends in e before a string', "SELECT type'a\\';SELECT 2;", ["SELECT type'a\\';", 'SELECT 2;']],
    ['dollar quotes', 'DO $$ a; $x$ b; $$;DO $x$ $$ ; $$ $x$;', ['DO $$ a; $x$ b; $$;', 'DO $x$ $$ ; $$ $x$;']],
    ['a dollar inside a name, and parameters', 'SELECT a$b$ FROM t;SELECT $1;', ['SELECT a$b$ FROM t;', 'SELECT $1;']],
    [
      'semicolons in parentheses',
      'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);SELECT 3;',
      ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);', 'SELECT 3;'],
    ],
    [
      'bodies in SQL',
      'CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;BEGIN;COMMIT;',
      [
        'CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;',
        'BEGIN;',
        'COMMIT;',
      ],
    ],
    ['letters of other scripts', 'SELECT 1 AS größe;SELECT 💾;', ['SELECT 1 AS größe;', 'SELECT 💾;']],
  ])('%s', (_name, text, expected) => {
    expect(scan(text)).toEqual(expected)
    for (const length of [1, 3, 7]) expect(scan(text, length)).toEqual(expected)
  })

  it('counts lines and columns', () => {
    const statements = [...scanPieces(['-- x\n  SELECT 1;', ' SELECT\n2;\n\nSELECT 3;'], postgresScanner)]
    expect(statements.map(({ line, column }) => [line, column])).toEqual([
      [2, 3],
      [2, 13],
      [5, 1],
    ])
    expect(statements[0]?.comments).toEqual(['-- x\n'])
  })
})

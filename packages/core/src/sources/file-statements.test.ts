import { beforeAll, describe, expect, it } from 'vitest'
import { readStatements } from './file-statements.js'
import { loadParser } from './parse.js'

beforeAll(loadParser)

const read = (text: string) => readStatements({ path: '/app/schema/a.sql', phase: 'schema', text, hash: '' })
const findings = (text: string) =>
  read(text).diagnostics.map(
    ({ code, severity, location }) => `${code} ${severity} ${location?.line}:${location?.column}`,
  )

describe('a schema file', () => {
  it('gives statements with their places, whatever the line ends', () => {
    const { statements } = read('-- users\r\nCREATE TABLE a ();\r\n\r\n  CREATE TABLE b ();')
    expect(statements.map(({ sql, line, column }) => ({ sql, line, column }))).toEqual([
      { sql: 'CREATE TABLE a ()', line: 2, column: 1 },
      { sql: 'CREATE TABLE b ()', line: 4, column: 3 },
    ])
  })

  it('points at a syntax error, also behind characters of several bytes', () => {
    const { diagnostics } = read(`CREATE TABLE ok ();\nCREATE TABLE "é🙂" (\n  "🙂" int,\n  name tex t\n);`)
    expect(diagnostics).toMatchInlineSnapshot(`
      [
        {
          "code": "SP1001",
          "fix": "Check what stands around "tex": a comma, a quote or a keyword is missing or too many.",
          "frame": "2 |  CREATE TABLE "é🙂" (
      3 |    "🙂" int,
      4 |    name tex t
        |             ^
      5 |  );
      ",
          "location": {
            "column": 12,
            "file": "/app/schema/a.sql",
            "line": 4,
          },
          "message": "Syntax error at or near "t"",
          "severity": "error",
          "why": "Postgres cannot parse this statement.",
        },
      ]
    `)
  })

  it('says what is missing in the common slips', () => {
    const fix = (text: string) => read(text).diagnostics[0]?.fix
    expect(fix('CREATE TABLE a (b int,\n);')).toBe('Remove the comma before the closing parenthesis.')
    expect(fix('CREATE TABLE a (b int\n')).toBe('Add the missing closing parenthesis.')
    expect(fix('CREATE TABLE a (b int)\nCREATE TABLE c ();')).toBe(
      'A semicolon is missing at the end of the statement before it.',
    )
    expect(fix(`CREATE TABLE a (b text DEFAULT 'x);`)).toBe("Close it with `'`; a quote inside is written twice.")
  })

  it('reports every faulty statement, and still gives the sound ones', () => {
    const { statements, diagnostics } = read('CREATE TABEL a ();\nCREATE TABLE b ();\nCREATE VIEW v AS SELEC 1;')
    expect(statements.map(({ sql }) => sql)).toEqual(['CREATE TABLE b ()'])
    expect(diagnostics.map(({ location }) => location?.line)).toEqual([1, 3])
  })

  it.each([
    ['a psql command', '\\c app\n', ['SP1004 error 1:1']],
    ['the guards that pg_dump writes', 'SELECT setval(1);\n\\unrestrict x', ['SP1004 warning 2:1']],
    ['a COPY block with rows', '\nCOPY a FROM stdin;\n1\n\\.\n', ['SP1005 error 2:1']],
    ['a COPY block without rows', 'COPY a FROM stdin;\n\\.\n', []],
    ['rows', 'INSERT INTO a VALUES (1); UPDATE a SET b = 1;', ['SP1010 warning 1:1', 'SP1010 warning 1:27']],
    ['a query', 'SELECT 1;', ['SP1010 warning 1:1']],
    ['a drop', 'DROP TABLE a;', ['SP1010 error 1:1']],
    ['a drop before a create', 'DROP TABLE IF EXISTS a CASCADE; CREATE TABLE a ();', []],
    ['transaction brackets', 'BEGIN; CREATE TABLE a (); COMMIT;', []],
    ['a rollback', 'ROLLBACK;', ['SP1010 error 1:1']],
    ['a database', 'CREATE DATABASE app;', ['SP1010 error 1:1']],
    ['what pg_dump sets', `SET statement_timeout = 0; SELECT pg_catalog.set_config('search_path', '', false);`, []],
    ['a name of 64 bytes', `CREATE TABLE ${'é'.repeat(32)} ();`, ['SP1009 warning 1:14']],
    ['a name of 63 bytes', `CREATE TABLE ${'a'.repeat(63)} ();`, []],
  ])('with %s', (_, text, expected) => {
    expect(findings(text)).toEqual(expected)
  })
})

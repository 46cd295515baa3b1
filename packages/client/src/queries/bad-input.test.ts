import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPglite } from '../../../../test/support/database.js'
import { resetBlog } from '../testing/blog.js'
import { pgliteConnection } from '../testing/connection.js'
import { generateQueries, type QueriesOptions } from './generate.js'

let pglite: PGlite

beforeAll(async () => {
  pglite = await createPglite()
  await resetBlog(pglite)
})
afterAll(() => pglite?.close())

const generate = (text: string, options: QueriesOptions = {}) =>
  generateQueries([{ path: 'src/users.sql', text }], { connection: pgliteConnection(pglite), ...options })

describe('bad input', () => {
  const codes = async (text: string, options: QueriesOptions = {}): Promise<string[]> => {
    const { diagnostics } = await generate(text, options)
    return diagnostics.map(
      ({ code, severity, location }) => `${code} ${severity} ${location?.line}:${location?.column}`,
    )
  }

  it.each([
    ['the same name twice', '-- name: A :one\nSELECT 1;\n-- name: A :one\nSELECT 2;', ['SP6005 error 3:10']],
    [
      'names that are one in camelCase',
      '-- name: get_a :one\nSELECT 1;\n-- name: GetA :one\nSELECT 2;',
      ['SP6005 error 3:10'],
    ],
    ['an unknown command', '-- name: A :all\nSELECT 1;', ['SP6004 error 1:1']],
    ['no command', '-- name: A\nSELECT 1;', ['SP6004 error 1:1']],
    [':execlastid', '-- name: A :execlastid\nSELECT 1;', ['SP6004 error 1:1']],
    [':one without a bound', '-- name: A :one\nSELECT id FROM users WHERE name = $1;', ['SP6010 warning 1:10']],
    [':many without RETURNING', '-- name: A :many\nDELETE FROM users;', ['SP6006 error 1:10']],
    ['a batch without parameters', '-- name: A :batchexec\nDELETE FROM users;', ['SP6006 error 1:10']],
    [
      'an expression in a macro',
      '-- name: A :many\nSELECT id FROM users WHERE id = sqlc.arg(1 + 1);',
      ['SP6009 error 2:33'],
    ],
    ['an unknown macro', '-- name: A :many\nSELECT id FROM users WHERE id = sqlc.foo(x);', ['SP6009 error 2:33']],
    [
      'an @if that does not end',
      '-- name: A :many\nSELECT id FROM users WHERE true\n-- @if x\nAND id = @x;',
      ['SP6009 error 3:1'],
    ],
    [
      'an order that only one of its parts makes possible',
      '-- name: A :many\n-- @order sort: title = p.title\nSELECT u.id FROM users u\n-- @if x\nJOIN posts p ON true\n-- @end\nORDER BY id;',
      ['SP6003 error 7:9'],
    ],
    [
      'a part that changes the columns',
      '-- name: A :many\nSELECT id\n-- @if x\n, name\n-- @end\nFROM users;',
      ['SP6009 error 3:1'],
    ],
    [
      'a part that changes the type of a column',
      '-- name: A :many\nSELECT coalesce(NULL\n-- @if x\n, 1\n-- @end\n) FROM users;',
      ['SP6009 error 3:1'],
    ],
    [
      'a parameter with two types',
      '-- name: A :many\nSELECT id FROM users WHERE true\n-- @if a\nAND name = @x\n-- @end\n-- @if b\nAND bio = @x::varchar\n-- @end\n;',
      ['SP6009 error 4:12'],
    ],
    [
      'a bare parameter beside an optional part',
      '-- name: A :many\nSELECT id FROM users WHERE name = $1\n-- @if a\nAND bio = @x\n-- @end\n;',
      ['SP6009 error 2:35'],
    ],
    [
      'a bare parameter beside a choice of orders',
      '-- name: A :many\n-- @order sort: name\nSELECT id FROM users WHERE name = $1 ORDER BY id;',
      ['SP6009 error 3:35'],
    ],
    ['a parameter without a type', '-- name: A :many\nSELECT id FROM users WHERE $1 IS NULL;', ['SP6003 error 2:28']],
    [
      'equal column names of a star',
      '-- name: A :many\nSELECT * FROM users u JOIN posts p ON p.author_id = u.id;',
      ['SP6011 warning 1:10'],
    ],
    ['equal column names', '-- name: A :many\nSELECT u.id, p.id FROM users u, posts p;', ['SP6011 warning 1:10']],
    ['two statements in one', '-- name: A :one\nSELECT 1\n-- name: B :one\nSELECT 2;', ['SP6007 error 3:1']],
    ['a definition', '-- name: A :exec\nCREATE TEMP TABLE t (id integer);', ['SP6008 error 2:1']],
    ['a transaction', '-- name: A :exec\nBEGIN;', ['SP6008 error 2:1']],
    ['SELECT INTO', '-- name: A :exec\nSELECT 1 INTO t;', ['SP6003 error 2:15']],
    ['a column that is gone', '-- name: A :many\nSELECT name,\n  dropped\nFROM users;', ['SP6003 error 3:3']],
    [
      'a column that is gone, behind parameters and an emoji',
      `-- name: A :many\nSELECT '💾', id FROM users WHERE name = @name AND nope = @x;`,
      ['SP6003 error 2:51'],
    ],
    ['a temporary table', '-- name: A :many\nSELECT id FROM temp_things;', ['SP6003 error 2:16']],
    ['a reserved word', '-- name: Delete :exec\nDELETE FROM users;', ['SP6012 warning 1:10']],
    ['a wrong override', '-- name: A :many\n-- @notnull nmae\nSELECT name FROM users;', ['SP6013 error 2:1']],
    ['a syntax error', '-- name: A :many\nSELEC id FROM users;', ['SP6003 error 2:1']],
    ['an unknown procedure', '-- name: A :exec\nCALL nope();', ['SP6003 error 1:10']],
  ])('%s', async (_, text, expected) => {
    expect(await codes(text)).toEqual(expected)
  })

  it('parameters that are one in camelCase', async () => {
    const text = '-- name: A :many\nSELECT id FROM users WHERE id = @user_id AND name = @userId;'
    expect(await codes(text)).toEqual([])
    expect(await codes(text, { columnNames: 'camelCase' })).toEqual(['SP6005 error 1:10'])
  })

  it('costs only its own file', async () => {
    const result = await generateQueries(
      [
        { path: 'a.sql', text: '-- name: A :many\nSELECT nope FROM users;' },
        { path: 'b.sql', text: '-- name: B :many\nSELECT name FROM users;' },
      ],
      { connection: pgliteConnection(pglite), layout: 'typescript' },
    )
    expect(result.files.map((file) => file.path)).toEqual(['b.sql.ts'])
    expect(result.modules.map((module) => module.complete)).toEqual([false, true])
  })

  it('of ten megabytes is read in seconds', async () => {
    const filler = `-- ${'x'.repeat(1000)}\n`.repeat(10_000)
    const { files } = await generate(`-- name: A :many\n${filler}SELECT name FROM users;`)
    expect(files).toHaveLength(2)
  })

  it('with a byte order mark and CRLF is read like any other', async () => {
    const { modules, diagnostics } = await generate('\ufeff-- name: A :many\r\nSELECT name\r\nFROM users;\r\n')
    expect(diagnostics).toEqual([])
    expect(modules[0]?.queries.map((query) => query.name)).toEqual(['A'])
  })
})

import { describe, expect, it } from 'vitest'
import { analyseStatement, isInteresting } from './statement-effects.js'

const names = { renameStatement: (name: string) => `7.${name}`, user: 'app' }

function analyse(sql: string) {
  return isInteresting(sql) ? analyseStatement(sql, names) : undefined
}

describe('a statement', () => {
  it.each([
    'SELECT 1',
    'UPDATE t SET a = 1',
    "INSERT INTO log VALUES ('LISTEN to me; PREPARE x AS')",
    'CREATE TABLE t (a int REFERENCES u ON DELETE SET NULL)',
    'BEGIN',
    "SELECT 'copy t from stdin'",
  ])('that touches nothing shared runs as it stands: %s', (sql) => {
    expect(analyse(sql)?.effects ?? []).toEqual([])
    expect(analyse(sql)?.sql ?? sql).toBe(sql)
  })

  it.each([
    ['PREPARE p (int) AS SELECT $1', 'PREPARE "7.p" (int) AS SELECT $1'],
    ['EXECUTE "My p"(1)', 'EXECUTE "7.My p"(1)'],
    ['DEALLOCATE PREPARE p', 'DEALLOCATE PREPARE "7.p"'],
    ['deallocate all; SELECT 1', 'DISCARD PLANS; SELECT 1'],
    ['DISCARD ALL', 'DISCARD SEQUENCES'],
    ['UNLISTEN news', 'UNLISTEN "savepoint: nobody"'],
    ['-- first\nPREPARE a AS SELECT 1; EXECUTE a', '-- first\nPREPARE "7.a" AS SELECT 1; EXECUTE "7.a"'],
    ['RESET SESSION AUTHORIZATION', 'SET SESSION AUTHORIZATION "app"'],
    ['SET SESSION AUTHORIZATION DEFAULT', 'SET SESSION AUTHORIZATION "app"'],
    ['SET SESSION AUTHORIZATION bob', 'SET SESSION AUTHORIZATION bob'],
  ])('that names something shared gets a name of its own: %s', (sql, expected) => {
    expect(analyse(sql)?.sql).toBe(expected)
  })

  it.each([
    [
      'LISTEN news; LISTEN "News"',
      [
        { kind: 'listen', channel: 'news' },
        { kind: 'listen', channel: 'News' },
      ],
    ],
    ['UNLISTEN *', [{ kind: 'unlisten', channel: '*' }]],
    ["SET app.user = 'x'", [{ kind: 'settings', names: ['app.user'] }]],
    ["SELECT set_config('app.user', 'x', false)", [{ kind: 'settings', names: ['app.user'] }]],
    ['COPY t (a) FROM STDIN WITH (FORMAT csv)', [{ kind: 'copy from client' }]],
    ['COPY (SELECT a FROM stdin) TO STDOUT', []],
    ['CREATE TEMP TABLE t ()', [{ kind: 'temporary table' }]],
    ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp"', [{ kind: 'create extension', name: 'uuid-ossp' }]],
  ])('that leaves something behind says what: %s', (sql, effects) => {
    expect(analyse(sql)?.effects ?? []).toEqual(effects)
  })
})

describe('a call of an advisory lock function', () => {
  it.each([
    ['SELECT pg_advisory_lock(1)', { action: 'lock', keys: ['1'], shared: false, transaction: false }],
    ['select pg_catalog.pg_try_advisory_xact_lock(1, $2)', { action: 'try', keys: ['1', ' $2'], transaction: true }],
    ['SELECT pg_advisory_unlock_shared(hashtext($1))', { action: 'unlock', keys: ['hashtext($1)'], shared: true }],
    ['SELECT pg_advisory_unlock_all()', { action: 'unlock all', keys: [] }],
  ])('is understood: %s', (sql, call) => {
    expect(analyse(sql)?.advisory).toMatchObject(call)
  })

  it.each([
    'SELECT pg_advisory_lock(id) FROM jobs',
    'SELECT pg_advisory_lock(1), pg_advisory_lock(2)',
    "SELECT 'pg_advisory_lock(1)'",
    'SELECT 1; SELECT pg_advisory_lock(1)',
  ])('is left alone where its key cannot be told: %s', (sql) => {
    expect(analyse(sql)?.advisory).toBeUndefined()
  })

  it('that is refused keeps its columns and parameters', () => {
    expect(
      [
        'SELECT pg_try_advisory_lock($1)',
        'SELECT pg_try_advisory_lock(1, 2) AS got',
        'SELECT pg_advisory_unlock_all()',
      ].map((sql) => analyse(sql)?.advisory?.refused),
    ).toMatchInlineSnapshot(`
      [
        "SELECT (($1)::bigint IS NULL AND false) AS pg_try_advisory_lock",
        "SELECT ((1)::integer IS NULL AND ( 2)::integer IS NULL AND false) AS got",
        "SELECT ''::pg_catalog.void AS pg_advisory_unlock_all",
      ]
    `)
  })
})

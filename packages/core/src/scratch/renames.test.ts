import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { readRenames } from '../sources/annotations.js'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import { resolveRenames } from './renames.js'
import { createWarmScratch } from './warm-scratch.js'

let database: TestDatabase
beforeAll(async () => {
  await loadParser()
  database = await createTestDatabase('pglite')
})
afterAll(() => database.close())

/** What the annotations of `after` mean for a database that holds `before`. */
const resolve = async (before: string, after: string): Promise<string[]> => {
  const scratch = createWarmScratch(database)
  const catalogOf = async (text: string) => {
    const { statements } = readStatements({ path: '/a.sql', phase: 'schema', text, hash: '' })
    const result = await scratch.elaborate(statements, new Map())
    if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
    return { statements, catalog: result.desired }
  }
  try {
    const from = await catalogOf(before)
    const to = await catalogOf(after)
    const { renames, diagnostics } = resolveRenames(readRenames(to.statements), from.catalog, to.catalog)
    return [
      ...renames.map(({ from, to, label }) => `${from} -> ${to}${label ? ` (${label.from} -> ${label.to})` : ''}`),
      ...diagnostics.map(({ code, why }) => `${code} ${why}`),
    ]
  } finally {
    await scratch.close()
  }
}

describe('rename annotations', () => {
  it('name the objects of both catalogs, a column also in a table that is renamed with it', async () => {
    expect(
      await resolve(
        'CREATE TABLE people (id int, mail text);',
        '-- @renamed from=people\nCREATE TABLE users (\n  id int,\n  email text -- @renamed from=mail\n);',
      ),
    ).toEqual(['table public.people -> table public.users', 'column public.people.mail -> column public.users.email'])
  })

  it.each([
    [
      'a label of an enum',
      `CREATE TYPE mood AS ENUM ('sad', 'happy');`,
      `CREATE TYPE mood AS ENUM (\n  'sad',\n  'glad' -- @renamed from=happy\n);`,
      'enum public.mood -> enum public.mood (happy -> glad)',
    ],
    [
      'a function, by its arguments',
      `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
      `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';\n-- @renamed from=f\nCREATE FUNCTION g(text) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
      'function public.f(text) -> function public.g(text)',
    ],
    [
      'an index',
      'CREATE TABLE t (id int); CREATE INDEX i ON t (id);',
      'CREATE TABLE t (id int);\n-- atlas:renamed_from i\nCREATE INDEX j ON t (id);',
      'index public.i -> index public.j',
    ],
  ])('name %s', async (_, before, after, expected) => {
    expect(await resolve(before, after)).toEqual([expected])
  })

  it('may stay in the file after the rename has happened, and where the table is new', async () => {
    const after = 'CREATE TABLE users (\n  id int,\n  email text -- @renamed from=mail\n);'
    expect(await resolve('CREATE TABLE users (id int, email text);', after)).toEqual([])
    expect(await resolve('CREATE TABLE other (id int);', after)).toEqual([])
  })

  it.each([
    ['an old name that nobody knows', 'CREATE TABLE t (id int);', 'The database has no column "b".'],
    ['two columns that both exist', 'CREATE TABLE t (a int, b int);', 'The database has both "b" and "a".'],
  ])('warn about %s', async (_, before, why) => {
    expect(await resolve(before, 'CREATE TABLE t (\n  id int,\n  a int -- @renamed from=b\n);')).toEqual([
      `SP3005 ${why}`,
    ])
  })
})

import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createPglite } from '../../../../test/support/database.js'
import { isMissing } from '../../../../test/support/requirement.js'
import { applyMigrations } from '../apply/apply.js'
import { readStatus } from '../apply/status.js'
import { readDirectory } from '../directory/directory.js'
import type { FormatName } from '../formats/format.js'
import { createDatabase, createDirectory, nativeVersions, readFiles } from '../testing/project.js'
import { parseConnectionString } from './connection-string.js'
import { initDatabase, type Pool } from './initialize.js'

const two = { '1_a.sql': 'CREATE TABLE a (id int);\n', '2_b.sql': 'CREATE TABLE b (id int);\n' }
const embedded = (files: Record<string, string>) => ({ files: readFiles(createDirectory(files).source.path ?? '') })
const tables = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`

/** A pool of one connection that counts what is asked, and what is given back broken. */
function createPool(url: string): { pool: Pool; queries: string[]; released: unknown[]; end(): Promise<void> } {
  const inner = new pg.Pool({ connectionString: url })
  inner.on('error', () => {})
  const queries: string[] = []
  const released: unknown[] = []
  const pool: Pool = {
    async connect() {
      const client = await inner.connect()
      return {
        async query<Row>(text: string, values?: unknown[]) {
          queries.push(text)
          const { rows } = await client.query<Row & pg.QueryResultRow>(text, values)
          return { rows }
        },
        release(destroy) {
          released.push(destroy)
          client.release(destroy)
        },
      }
    },
  }
  return { pool, queries, released, end: () => inner.end() }
}

describe.skipIf(isMissing('native')).each(nativeVersions)('initDatabase on Postgres %s [needs native]', (version) => {
  it('applies embedded migrations and costs one query from then on', async () => {
    const database = await createDatabase(version)
    const { pool, queries, released, end } = createPool(database.url)
    const migrations = embedded(two)
    expect((await initDatabase({ pool, migrations })).applied.map(({ name }) => name)).toEqual(['1_a.sql', '2_b.sql'])
    expect(await database.column(tables)).toEqual(['a', 'b'])
    queries.length = 0
    expect(await initDatabase({ pool, migrations })).toMatchObject({ applied: [], current: '2' })
    expect(queries).toHaveLength(1)
    expect(released).toEqual([false, false])
    await end()
  })

  it.each(['goose', 'golang-migrate', 'dbmate'] as FormatName[])('asks one query of %s, too', async (format) => {
    const text =
      { goose: '-- +goose Up\nSELECT 1;\n', dbmate: '-- migrate:up\nSELECT 1;\n' }[format as string] ?? 'SELECT 1;\n'
    const name = format === 'golang-migrate' ? '1_a.up.sql' : '1_a.sql'
    const database = await createDatabase(version)
    const { pool, queries, end } = createPool(database.url)
    await initDatabase({ pool, migrations: { files: { [name]: text }, format } })
    queries.length = 0
    await initDatabase({ pool, migrations: { files: { [name]: text } }, format })
    expect(queries).toHaveLength(1)
    await end()
  })

  it('runs scripts around the migrations, and again only when one changed or something is pending', async () => {
    const database = await createDatabase(version)
    await database.client.query('CREATE SCHEMA app; CREATE TABLE app.ran (script text)')
    const note = (name: string) => ({ name, sql: `INSERT INTO app.ran VALUES ('${name}');\nSELECT 1;\n` })
    const start = (migrations: Record<string, string>, post = note('post')) =>
      initDatabase({
        connectionString: database.url,
        migrations: embedded(migrations),
        pre: [note('pre')],
        post: [post],
        allowDirty: true,
      })
    await start({ '1_a.sql': two['1_a.sql'] })
    await start({ '1_a.sql': two['1_a.sql'] })
    expect(await database.column('SELECT script FROM app.ran')).toEqual(['pre', 'post'])
    await start({ '1_a.sql': two['1_a.sql'] }, note('post 2'))
    await start(two, note('post 2'))
    expect(await database.column('SELECT script FROM app.ran')).toEqual([
      'pre',
      'post',
      'pre',
      'post 2',
      'pre',
      'post 2',
    ])
  })

  it('names script and line of a script that fails, and leaves nothing of it', async () => {
    const database = await createDatabase(version)
    const pre = [{ name: 'schema_pre.sql', sql: 'CREATE TABLE x ();\n\nSELEC 1;\n' }]
    const failing = initDatabase({ connectionString: database.url, migrations: embedded(two), pre })
    await expect(failing).rejects.toMatchObject({
      code: 'SP4017',
      message: 'schema_pre.sql:3: syntax error at or near "SELEC"',
    })
    expect(await database.column(tables)).toEqual([])
  })

  it('lets twenty instances in one process start at once', async () => {
    const database = await createDatabase(version)
    const migrations = embedded(two)
    const start = () => initDatabase({ connectionString: database.url, migrations })
    const results = await Promise.all(Array.from({ length: 20 }, start))
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1)
  })

  it('keeps the history in the schema that the URL is bound to, as Atlas does', async () => {
    const database = await createDatabase(version)
    await database.client.query('CREATE SCHEMA tenant')
    const connectionString = `${database.url}?search_path=tenant&sslmode=disable`
    await initDatabase({ connectionString, migrations: embedded(two) })
    expect(await database.column(`SELECT to_regclass('tenant.a')::text`)).toEqual(['tenant.a'])
    expect(await database.column('SELECT version FROM tenant.atlas_schema_revisions')).toEqual(['1', '2'])
    expect(await initDatabase({ connectionString, migrations: embedded(two) })).toMatchObject({ applied: [] })

    const other = await createDatabase(version)
    await initDatabase({ connectionString: other.url, migrations: embedded(two) })
    const bound = `${other.url}?search_path=public`
    await expect(initDatabase({ connectionString: bound, migrations: embedded(two) })).rejects.toMatchObject({
      code: 'SP4018',
      message: 'ambiguous revision table',
    })
  })
})

it('applies on PGlite', async () => {
  const pglite = await createPglite()
  const connection = {
    async query<Row>(text: string, values?: unknown[]) {
      if (values) return { rows: (await pglite.query<Row>(text, values)).rows }
      return { rows: ((await pglite.exec(text)).at(-1)?.rows ?? []) as Row[] }
    },
  }
  const files = { ...two, '3_c.sql': '-- atlas:txmode none\n\nCREATE TABLE c (id int);\nINSERT INTO c VALUES (1);\n' }
  const directory = readDirectory(embedded(files))
  await applyMigrations(connection, directory)
  expect(await readStatus(connection, directory)).toMatchObject({ status: 'OK', current: '3' })
  expect(await applyMigrations(connection, directory)).toMatchObject({ applied: [] })
  await pglite.close()
})

describe('a connection string', () => {
  it('gives up what the driver does not know', () => {
    expect(
      parseConnectionString(
        'postgres://u:p@h/app?search_path=a&sslmode=require&x-migrations-table=m&x-statement-timeout=500',
      ),
    ).toEqual({
      connectionString: 'postgres://u:p@h/app?sslmode=require&uselibpqcompat=true&options=-csearch_path%3Da',
      searchPath: 'a',
      table: 'm',
      statementTimeout: 500,
    })
  })

  it('is left alone where it is no URL', () => {
    expect(parseConnectionString('host=localhost')).toEqual({ connectionString: 'host=localhost' })
  })
})

describe.skipIf(isMissing('native'))('a role with few rights [needs native]', () => {
  it('applies where it may make tables but no schemas', async () => {
    const database = await createDatabase()
    const role = `few_${Math.random().toString(36).slice(2)}`
    await database.client.query(`CREATE ROLE ${role} LOGIN; GRANT CREATE, USAGE ON SCHEMA public TO ${role}`)
    const url = `${database.url.replace('postgres@', `${role}@`)}?search_path=public`
    expect((await initDatabase({ connectionString: url, migrations: embedded(two) })).applied).toHaveLength(2)

    // Only its owner comments on a table: the notes are lost, the migrations are not.
    const goose = { '1_a.sql': '-- +goose Up\nSELECT 1;\n' }
    const more = { ...goose, '2_b.sql': '-- +goose Up\nCREATE TABLE g (id int);\n' }
    await initDatabase({ connectionString: database.url, migrations: { files: goose }, format: 'goose' })
    await database.client.query(`GRANT SELECT, INSERT ON goose_db_version TO ${role}`)
    const result = await initDatabase({ connectionString: url, migrations: { files: more }, format: 'goose' })
    expect([result.applied.length, result.warnings.map(({ code }) => code)]).toEqual([1, ['SP4021']])
    await database.client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
})

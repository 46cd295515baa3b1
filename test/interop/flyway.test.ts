import { applyMigrations, readDirectory, readStatus, writeMigration } from '@savepoint/migrate'
import { describe, expect, it } from 'vitest'
import { createDatabase, createFolder, writeFiles, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { findFlyway, mustRun, run, type Ran } from './tools.js'

const flyway = findFlyway()
const read = (folder: string) => readDirectory(folder, { format: 'flyway' })

const files = {
  'V1__users.sql': 'CREATE TABLE users (id int);\n',
  // Without a final line end, and with others than Unix has: the checksum is over lines.
  'V2__two_words.sql': 'CREATE TABLE notes (id int);\r\nINSERT INTO notes VALUES (1);',
  'sub/V3_1__index.sql': 'CREATE INDEX users_id ON users (id);\n',
  'R__a_view.sql': 'CREATE OR REPLACE VIEW a_view AS SELECT 1 AS one;\n',
}
const rows = `SELECT installed_rank, version, description, type, script, checksum, installed_by, success
  FROM flyway_schema_history ORDER BY installed_rank`
const columns = `SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute
  WHERE attrelid = 'flyway_schema_history'::regclass AND attnum > 0 ORDER BY attnum`

describe.skipIf(!flyway || isMissing('native'))('interop with Flyway [needs java, native]', () => {
  const parametersOf = (database: Database, folder: string, command: string): string[] => {
    const { host, pathname, username } = new URL(database.url)
    return [...(flyway ?? []), command, `jdbc:postgresql://${host}${pathname}`, username, folder]
  }
  const tool = (database: Database, folder: string, command: string): Promise<string> =>
    mustRun('java', parametersOf(database, folder, command))

  it('leaves the same rows and the same table, and each accepts what the other did', async () => {
    const folder = createFolder(files)
    const [theirs, ours] = [await createDatabase(), await createDatabase()]
    await tool(theirs, folder, 'migrate')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await ours.rows(columns)).toEqual(await theirs.rows(columns))
    await tool(ours, folder, 'validate')
    expect(await readStatus(theirs.client, read(folder))).toMatchObject({ status: 'OK', warnings: [] })
  })

  it('goes on after Savepoint, and Savepoint after it', async () => {
    const folder = createFolder(files)
    const database = await createDatabase()
    await applyMigrations(database.client, read(folder), { amount: 1 })
    expect((await tool(database, folder, 'pending')).trim().split('\n')).toEqual([
      'V2__two_words.sql',
      'sub/V3_1__index.sql',
      'R__a_view.sql',
    ])
    await tool(database, folder, 'migrate')
    expect(await readStatus(database.client, read(folder))).toMatchObject({ status: 'OK', current: '3.1' })
    writeMigration(read(folder), { version: '4', name: 'more', up: ['CREATE TABLE more (id int)'], down: [] })
    writeFiles(folder, { 'R__a_view.sql': 'CREATE OR REPLACE VIEW a_view AS SELECT 1 AS one, 2 AS two;\n' })
    const { applied } = await applyMigrations(database.client, { ...read(folder), sumText: undefined })
    expect(applied.map(({ name }) => name)).toEqual(['V4__more.sql', 'R__a_view.sql'])
    expect((await tool(database, folder, 'migrate')).trim()).toBe('0')
  })

  it('excludes a run of Savepoint while it holds its lock', async () => {
    const folder = createFolder({ 'V1__gate.sql': 'ALTER TABLE app.gate ADD COLUMN a int;\n' })
    const database = await createDatabase()
    const blocker = await database.connect()
    await blocker.query('CREATE SCHEMA app; CREATE TABLE app.gate ()')
    await blocker.query('BEGIN; LOCK TABLE app.gate')
    const theirs: Promise<Ran> = run('java', parametersOf(database, folder, 'migrate'))
    const waiting = `SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    await expect.poll(async () => (await database.rows(waiting)).length, { timeout: 30_000 }).toBe(1)
    const attempt = applyMigrations(database.client, read(folder), { lockTimeout: 100 })
    await expect(attempt).rejects.toMatchObject({ code: 'SP4010' })
    await blocker.query('COMMIT')
    expect(await theirs).toMatchObject({ code: 0 })
    expect(await applyMigrations(database.client, read(folder))).toMatchObject({ applied: [] })
  })
})

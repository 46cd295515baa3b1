import { applyMigrations, lintDirectory, readDirectory, readStatus, writeMigration } from '@savepoint/migrate'
import { describe, expect, it } from 'vitest'
import { createDatabase, createFolder, writeFiles, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { listColumns } from './exchange.js'
import { findFlyway, flywayParameters, mustRun, run } from './tools.js'

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
const table = 'flyway_schema_history'

describe.skipIf(!flyway || isMissing('native'))('interop with Flyway [needs java, native]', () => {
  const tool = (database: Database, folder: string, command: string): Promise<string> =>
    mustRun('java', flywayParameters(flyway ?? [], database.url, folder, command))

  it('leaves the same rows and the same table, and each accepts what the other did', async () => {
    const folder = createFolder(files)
    const [theirs, ours] = [await createDatabase(), await createDatabase()]
    await tool(theirs, folder, 'migrate')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await listColumns(ours, table)).toEqual(await listColumns(theirs, table))
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

  it('waits for itself and refuses to mix, as lint says', async () => {
    const index = 'CREATE INDEX CONCURRENTLY users_id ON users (id);\n'
    const first = { 'V1__users.sql': 'CREATE TABLE users (id int);\n' }
    const [waiting, mixed] = [
      createFolder({ ...first, 'V2__index.sql': index }),
      createFolder({ ...first, 'V2__index.sql': `SELECT 1;\n${index}` }),
    ]
    const database = await createDatabase()
    const theirs = run('java', flywayParameters(flyway ?? [], database.url, waiting, 'migrate'))
    const blocked = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event = 'virtualxid'`
    await expect.poll(async () => (await database.rows(blocked)).length, { timeout: 30_000 }).toBe(1)
    expect(await theirs).toMatchObject({ code: 1 })
    const words = (folder: string) => lintDirectory(read(folder)).then((found) => found.map(({ message }) => message))
    expect(await words(waiting)).toEqual(['V2__index.sql:1: Flyway waits here for its own lock, for ever'])
    const other = await createDatabase()
    const refused = await run('java', flywayParameters(flyway ?? [], other.url, mixed, 'migrate'))
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('mixed')])
    expect(await words(mixed)).toContainEqual(expect.stringContaining('Flyway refuses it'))
    await applyMigrations(other.client, read(waiting))
    expect(await readStatus(other.client, read(waiting))).toMatchObject({ status: 'OK' })
  })
})

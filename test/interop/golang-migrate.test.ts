import {
  applyMigrations,
  readDirectory,
  readStatus,
  setVersion,
  undoMigrations,
  writeMigration,
  type MigrationInput,
} from '@savepoint/migrate'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, createFolder, writeFiles, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { buildTool, mustRun, run } from './tools.js'

const missing = isMissing('go') || isMissing('native')
const read = (folder: string) => readDirectory(folder, { format: 'golang-migrate' })

const inputs: MigrationInput[] = [
  { version: '000001', name: 'users', up: ['CREATE TABLE users (id int PRIMARY KEY)'], down: ['DROP TABLE users'] },
  {
    name: 'bodies',
    up: [
      'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$',
      'INSERT INTO users VALUES (1)',
    ],
    down: ['DELETE FROM users', 'DROP FUNCTION f'],
  },
  {
    name: 'index',
    up: [
      {
        sql: 'CREATE INDEX CONCURRENTLY users_id ON users (id)',
        transactional: false,
        reverse: [{ sql: 'DROP INDEX CONCURRENTLY users_id', transactional: false }],
      },
    ],
  },
]
const rows = 'SELECT version, dirty FROM schema_migrations'
const objects = `SELECT relname::text FROM pg_class WHERE relname IN ('users', 'users_id')
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`
const columns = `SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute
  WHERE attrelid = 'schema_migrations'::regclass AND attnum > 0 ORDER BY attnum`

describe.skipIf(missing)('interop with golang-migrate [needs go, native]', () => {
  let binary = ''
  beforeAll(() => void (binary = buildTool('migrate')), 600_000)
  const parameters = (database: Database, folder: string, command: string[]): string[] =>
    ['-path', folder, '-database', `${database.url}?sslmode=disable`].concat(command)
  const migrate = (database: Database, folder: string, ...command: string[]) =>
    mustRun(binary, parameters(database, folder, command))

  const createProject = (): string => {
    const folder = createFolder({})
    for (const input of inputs) writeMigration(read(folder), input)
    return folder
  }

  it('applies and undoes what Savepoint wrote, with the same row and the same table', async () => {
    const folder = createProject()
    expect(read(folder).files.map(({ name }) => name)).toEqual([
      '000001_users.up.sql',
      '000002_bodies.up.sql',
      '000003_index.up.sql',
    ])
    const [theirs, ours] = [await createDatabase(), await createDatabase()]
    await migrate(theirs, folder, 'up')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await ours.rows(columns)).toEqual(await theirs.rows(columns))
    expect(await ours.column(objects)).toEqual(['f', 'users', 'users_id'])
    expect(await theirs.column(objects)).toEqual(['f', 'users', 'users_id'])
    await migrate(ours, folder, 'down', '2')
    await undoMigrations(theirs.client, read(folder), { amount: 2 })
    expect(await ours.rows(rows)).toEqual([{ version: '1', dirty: false }])
    expect(await theirs.rows(rows)).toEqual([{ version: '1', dirty: false }])
    await migrate(theirs, folder, 'down', '-all')
    await undoMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await ours.column(objects)).toEqual([])
  })

  it('goes on after Savepoint, and Savepoint after it', async () => {
    const folder = createProject()
    const database = await createDatabase()
    await applyMigrations(database.client, read(folder), { amount: 1 })
    await migrate(database, folder, 'up', '1')
    expect(await readStatus(database.client, read(folder))).toMatchObject({ current: '2', pending: [{ version: '3' }] })
    await applyMigrations(database.client, read(folder))
    const { stderr } = await run(binary, parameters(database, folder, ['up']))
    expect(stderr).toContain('no change')
    expect((await run(binary, parameters(database, folder, ['version']))).stderr.trim()).toBe('3')
  })

  it('notices the lower version that golang-migrate skips without a word', async () => {
    const folder = createProject()
    const database = await createDatabase()
    await applyMigrations(database.client, read(folder), { amount: 1 })
    await migrate(database, folder, 'up')
    await migrate(database, folder, 'down', '1')
    await applyMigrations(database.client, read(folder))
    writeFiles(folder, { '000000_late.up.sql': 'CREATE TABLE late ();', '000000_late.down.sql': 'DROP TABLE late;' })
    expect((await run(binary, parameters(database, folder, ['up']))).stderr).toContain('no change')
    const directory = { ...read(folder), sumText: undefined }
    expect((await readStatus(database.client, directory)).outOfOrder.map(({ name }) => name)).toEqual([
      '000000_late.up.sql',
    ])
    await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({ code: 'SP4019' })
  })

  it('shows and explains its dirty state, and force clears it', async () => {
    const folder = createProject()
    const database = await createDatabase()
    writeFiles(folder, { '000002_bodies.up.sql': 'CREATE TABLE half (id int); SELECT nonsense;' })
    expect((await run(binary, parameters(database, folder, ['up']))).code).toBe(1)
    expect(await database.rows(rows)).toEqual([{ version: '2', dirty: true }])
    const directory = { ...read(folder), sumText: undefined }
    expect(await readStatus(database.client, directory)).toMatchObject({ status: 'PENDING', dirty: true, current: '2' })
    await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({
      code: 'SP4011',
      message: 'Dirty database version 2. Fix and force version.',
      fix: expect.stringContaining('`savepoint migrate force 1`') as string,
    })
    await setVersion(database.client, directory, '1', { force: true })
    expect(await database.rows(rows)).toEqual([{ version: '1', dirty: false }])
    for (const input of inputs.slice(1, 2))
      writeFiles(folder, { '000002_bodies.up.sql': (input.up as string[]).join(';\n') })
    await applyMigrations(database.client, { ...read(folder), sumText: undefined })
    expect(await database.rows(rows)).toEqual([{ version: '3', dirty: false }])
  })

  it('waits while Savepoint holds the lock, from a URL too', async () => {
    const folder = createProject()
    const database = await createDatabase()
    const blocker = await database.connect()
    await blocker.query('CREATE TABLE gate ()')
    await blocker.query('BEGIN; LOCK TABLE gate')
    writeMigration(read(folder), { name: 'gate', up: ['ALTER TABLE gate ADD COLUMN a int'], down: ['SELECT 1'] })
    const ours = applyMigrations(database.client, read(folder))
    const watcher = await database.connect()
    const untilWaiting = async (locktype: string): Promise<void> => {
      const waiting = `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE NOT granted AND locktype = $1 AND datname = current_database()`
      while ((await watcher.query(waiting, [locktype])).rowCount === 0) await delay(20)
    }
    await untilWaiting('relation')
    const theirs = run(binary, parameters(database, folder, ['up']))
    await untilWaiting('advisory')
    await blocker.query('COMMIT')
    await ours
    expect((await theirs).stderr).toContain('no change')
    expect(await database.rows(rows)).toEqual([{ version: '4', dirty: false }])
  })
})

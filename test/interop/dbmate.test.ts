import {
  applyMigrations,
  readDirectory,
  readStatus,
  undoMigrations,
  writeMigration,
  type MigrationInput,
} from '@savepoint/migrate'
import { describe, expect, it } from 'vitest'
import { createDatabase, createFolder, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { findDbmate, mustRun } from './tools.js'

const read = (folder: string) => readDirectory(folder, { format: 'dbmate' })

const inputs: MigrationInput[] = [
  {
    name: 'users',
    up: ['CREATE TABLE users (id int PRIMARY KEY)'],
    down: ['DROP TABLE users'],
    now: new Date('2026-01-01'),
  },
  {
    name: 'bodies',
    up: [
      'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$',
      'INSERT INTO users VALUES (1)',
    ],
    down: ['DELETE FROM users', 'DROP FUNCTION f'],
    now: new Date('2026-01-02'),
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
    now: new Date('2026-01-03'),
  },
]
const rows = 'SELECT version FROM schema_migrations ORDER BY version'
const columns = `SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute
  WHERE attrelid = 'schema_migrations'::regclass AND attnum > 0 ORDER BY attnum`

describe.skipIf(isMissing('native'))('interop with dbmate [needs native]', () => {
  const dbmate = (database: Database, folder: string, ...command: string[]) =>
    mustRun(
      findDbmate(),
      ['--url', `${database.url}?sslmode=disable`, '--migrations-dir', folder, '--no-dump-schema'].concat(command),
    )

  it('applies and undoes what Savepoint wrote, and each goes on after the other', async () => {
    const folder = createFolder({})
    for (const input of inputs) writeMigration(read(folder), input)
    const [theirs, ours, mixed] = [await createDatabase(), await createDatabase(), await createDatabase()]
    await dbmate(theirs, folder, 'migrate')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await ours.rows(columns)).toEqual(await theirs.rows(columns))

    await applyMigrations(mixed.client, read(folder), { amount: 1 })
    expect(await dbmate(mixed, folder, 'status')).toContain('Applied: 1\nPending: 2')
    await dbmate(mixed, folder, 'migrate')
    expect(await readStatus(mixed.client, read(folder))).toMatchObject({ status: 'OK', current: '20260103000000' })

    await dbmate(ours, folder, 'rollback')
    await undoMigrations(theirs.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    await applyMigrations(ours.client, read(folder))
    expect(await dbmate(ours, folder, 'status')).toContain('Applied: 3\nPending: 0')
  })
})

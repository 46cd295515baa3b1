import { readDirectory, writeMigration, type FormatName, type MigrationInput } from '@savepoint/migrate'
import { createFolder, type Database } from '../../packages/migrate/src/testing/project.js'

/** What every tool is given: a table, bodies with all that splitters stumble over, and an index outside a transaction. */
const exchanged: readonly Pick<MigrationInput, 'name' | 'up' | 'down'>[] = [
  { name: 'users', up: ['CREATE TABLE users (id int PRIMARY KEY)'], down: ['DROP TABLE users'] },
  {
    name: 'bodies',
    up: [
      'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.id = 1; -- set\n  RETURN NEW;\nEND;\n$$',
      "DO $$ BEGIN PERFORM 'a -- b;'; END $$",
      'INSERT INTO users VALUES (1) -- the first; one\n',
      'CREATE FUNCTION one() RETURNS int BEGIN ATOMIC\n  SELECT 1;\nEND',
    ],
    down: ['DROP FUNCTION one', 'DELETE FROM users', 'DROP FUNCTION f'],
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

/** Names of what they make, sorted. */
export const exchangedObjects = ['f', 'one', 'users', 'users_id']

const readObjects = `SELECT relname::text FROM pg_class WHERE relname IN ('users', 'users_id')
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`

/** Which of them are there. */
export const listObjects = (database: Database): Promise<unknown[]> => database.column(readObjects)

/** Columns of a history's table, to compare the tool's own with ours. */
export const listColumns = (database: Database, table: string): Promise<Record<string, unknown>[]> =>
  database.rows(`SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull, attidentity FROM pg_attribute
    WHERE attrelid = '${table}'::regclass AND attnum > 0 ORDER BY attnum`)

/** A folder with the three migrations as Savepoint writes them: 2026-01-01 and the next two days, or 000001 to 000003. */
export function createProject(format: FormatName, versions: 'dates' | 'numbers' = 'dates'): string {
  const folder = createFolder({})
  exchanged.forEach((input, index) =>
    writeMigration(readDirectory(folder, { format }), {
      ...input,
      ...(versions === 'dates' ? { now: new Date(Date.UTC(2026, 0, index + 1)) } : { version: `00000${index + 1}` }),
    }),
  )
  return folder
}

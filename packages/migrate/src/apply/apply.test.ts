import { describe, expect, it } from 'vitest'
import type { FormatName } from '../formats/format.js'
import { createDatabase, createDirectory, nativeVersions, writeFiles } from '../testing/project.js'
import { readDirectory } from '../directory/directory.js'
import { hashDirectory } from '../directory/write.js'
import { applyMigrations } from './apply.js'
import { undoMigrations } from './down.js'
import type { MigrateEvent } from './events.js'
import { setVersion } from './set.js'
import { readStatus } from './status.js'

/** The same three migrations in each layout: users, posts, an index. */
export const layouts: Record<FormatName, Record<string, string>> = {
  atlas: {
    '20260101000001_users.sql': 'CREATE TABLE users (id int PRIMARY KEY);\n',
    '20260101000002_posts.sql':
      'CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);\nINSERT INTO users VALUES (1);\n',
    '20260101000003_index.sql': '-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY posts_author ON posts (author);\n',
  },
  goose: {
    '20260101000001_users.sql':
      '-- +goose Up\nCREATE TABLE users (id int PRIMARY KEY);\n\n-- +goose Down\nDROP TABLE users;\n',
    '20260101000002_posts.sql':
      '-- +goose Up\nCREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);\nINSERT INTO users VALUES (1);\n\n-- +goose Down\nDELETE FROM users;\nDROP TABLE posts;\n',
    '20260101000003_index.sql':
      '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY posts_author ON posts (author);\n\n-- +goose Down\nDROP INDEX CONCURRENTLY posts_author;\n',
  },
  'golang-migrate': {
    '000001_users.up.sql': 'CREATE TABLE users (id int PRIMARY KEY);\n',
    '000001_users.down.sql': 'DROP TABLE users;\n',
    '000002_posts.up.sql':
      'CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);\nINSERT INTO users VALUES (1);\n',
    '000002_posts.down.sql': 'DELETE FROM users;\nDROP TABLE posts;\n',
    '000003_index.up.sql': 'CREATE INDEX CONCURRENTLY posts_author ON posts (author);\n',
    '000003_index.down.sql': 'DROP INDEX CONCURRENTLY posts_author;\n',
  },
  dbmate: {
    '20260101000001_users.sql':
      '-- migrate:up\nCREATE TABLE users (id int PRIMARY KEY);\n\n-- migrate:down\nDROP TABLE users;\n',
    '20260101000002_posts.sql':
      '-- migrate:up\nCREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);\nINSERT INTO users VALUES (1);\n\n-- migrate:down\nDELETE FROM users;\nDROP TABLE posts;\n',
    '20260101000003_index.sql':
      '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY posts_author ON posts (author);\n\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY posts_author;\n',
  },
  flyway: {
    'V1__users.sql': 'CREATE TABLE users (id int PRIMARY KEY);\n',
    'U1__users.sql': 'DROP TABLE users;\n',
    'V2__posts.sql':
      'CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);\nINSERT INTO users VALUES (1);\n',
    'U2__posts.sql': 'DELETE FROM users;\nDROP TABLE posts;\n',
    'sub/V3__index.sql': 'CREATE INDEX CONCURRENTLY posts_author ON posts (author);\n',
    'U3__index.sql': 'DROP INDEX CONCURRENTLY posts_author;\n',
  },
}

const tables: Record<FormatName, string> = {
  atlas: 'atlas_schema_revisions.atlas_schema_revisions',
  goose: 'goose_db_version',
  'golang-migrate': 'schema_migrations',
  dbmate: 'schema_migrations',
  flyway: 'flyway_schema_history',
}

const formats = Object.keys(layouts) as FormatName[]
const servers = nativeVersions.flatMap((server) => formats.map((format) => [server, format] as const))
const relations = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE ANY ('{users,posts,posts_author}') ORDER BY 1`

describe.skipIf(nativeVersions.length === 0).each(servers)(
  'applying on Postgres %s, %s [needs native]',
  (server, format) => {
    it('applies, tells the status, goes down and up again', async () => {
      const database = await createDatabase(server)
      const directory = createDirectory(layouts[format], format)
      const [first, second, third] = directory.files
      expect(await readStatus(database.client, directory)).toMatchObject({
        status: 'PENDING',
        exists: false,
        next: first?.version,
      })

      const result = await applyMigrations(database.client, directory, { amount: 2 })
      expect(result).toMatchObject({ applied: [first, second], statements: 3, current: second?.version })
      expect(await database.column(relations)).toEqual(['posts', 'users'])

      await applyMigrations(database.client, directory)
      expect(await database.column(relations)).toEqual(['posts', 'posts_author', 'users'])
      expect(await readStatus(database.client, directory)).toMatchObject({
        status: 'OK',
        current: third?.version,
        applied: directory.files,
        pending: [],
        outOfOrder: [],
        warnings: [],
      })
      expect(await applyMigrations(database.client, directory)).toMatchObject({ applied: [], statements: 0 })
      if (format === 'atlas') {
        await expect(undoMigrations(database.client, directory)).rejects.toMatchObject({ code: 'SP4014' })
        return
      }
      expect(await undoMigrations(database.client, directory)).toMatchObject({
        undone: [third],
        current: second?.version,
      })
      expect(await database.column(relations)).toEqual(['posts', 'users'])
      expect(await undoMigrations(database.client, directory, { toVersion: '0' })).toMatchObject({
        undone: [second, first],
      })
      expect(await database.column(relations)).toEqual([])
      expect(await applyMigrations(database.client, directory, { toVersion: second?.version })).toMatchObject({
        applied: [first, second],
      })
      expect(await database.column(relations)).toEqual(['posts', 'users'])
    })

    it('leaves nothing of a failed file and says where, what and what next', async () => {
      const database = await createDatabase(server)
      const folder = createDirectory(layouts[format], format).source.path ?? ''
      const [, second] = readDirectory(folder, { format }).files
      const name = second?.name ?? ''
      const text = layouts[format][name] ?? ''
      writeFiles(folder, { [name]: text.replace('INSERT INTO users VALUES (1)', 'INSERT INTO\n  userz VALUES (1)') })
      hashDirectory(readDirectory(folder, { format }))
      const directory = readDirectory(folder, { format })
      const failure: unknown = await applyMigrations(database.client, directory).catch((error: unknown) => error)
      const line = text.slice(0, text.indexOf('INSERT')).split('\n').length + 1
      expect(failure).toMatchObject({ code: 'SP4017', file: name, line, column: 3 })
      const { message, why, fix } = failure as { message: string; why: string; fix: string }
      expect(message).toBe(`${name}:${line}: relation "userz" does not exist`)
      expect(why).toContain(
        `Nothing of ${name} is applied: its transaction was rolled back. Before it 1 file ran and stays`,
      )
      expect(fix).toContain('savepoint migrate apply')
      expect(await database.column(relations)).toEqual(['users'])
      expect(await readStatus(database.client, directory)).toMatchObject({
        dirty: false,
        pending: directory.files.slice(1),
      })

      writeFiles(folder, { [name]: text })
      hashDirectory(readDirectory(folder, { format }))
      await applyMigrations(database.client, readDirectory(folder, { format }))
      expect(await database.column(relations)).toEqual(['posts', 'posts_author', 'users'])
    })

    it('notices lower versions, edited files and missing ones', async () => {
      const database = await createDatabase(server)
      const folder = createDirectory(layouts[format], format).source.path ?? ''
      const read = () => {
        hashDirectory(readDirectory(folder, { format }))
        return readDirectory(folder, { format })
      }
      const [first, second] = read().files
      const late = second?.name ?? ''
      const { [late]: text = '', ...others } = layouts[format]
      const lateDown = second?.down !== undefined && second.down !== late ? second.down : undefined
      const without = createDirectory(
        Object.fromEntries(
          Object.entries(others)
            .filter(([name]) => name !== lateDown)
            .map(([name, content]) => [name, content.replace(/CREATE INDEX[^;]+|DROP INDEX[^;]+/, 'SELECT 3')]),
        ),
        format,
      )
      await applyMigrations(database.client, without)
      const earlier = first?.name ?? ''
      writeFiles(folder, { [earlier]: `${layouts[format][earlier]}\n` })
      writeFiles(
        folder,
        Object.fromEntries(
          Object.entries(others)
            .filter(([name]) => name.includes('index'))
            .map(([name, content]) => [name, content.replace(/CREATE INDEX[^;]+|DROP INDEX[^;]+/, 'SELECT 3')]),
        ),
      )
      const directory = read()
      const status = await readStatus(database.client, directory)
      expect(status.outOfOrder.map(({ name }) => name)).toEqual([late])
      // Flyway's checksum is over lines without their ends: another empty line counts for nothing there.
      if (format !== 'flyway') expect(status.warnings).toMatchObject([{ code: 'SP4021', file: earlier }])
      if (format !== 'dbmate')
        await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({ code: 'SP4019', file: late })
      const skipped = await applyMigrations(database.client, directory, { execOrder: 'linear-skip' })
      expect(skipped.applied).toEqual([])
      expect(skipped.warnings.map(({ code }) => code)).toContain('SP4019')
      const result = await applyMigrations(database.client, directory, { execOrder: 'non-linear' })
      expect(result.applied.map(({ name }) => name)).toEqual([late])
      expect(text).not.toBe('')
      expect(await readStatus(database.client, directory)).toMatchObject({ status: 'OK', outOfOrder: [] })
      if (format !== 'golang-migrate')
        expect((await readStatus(database.client, without)).warnings.map(({ code }) => code)).toContain('SP4022')
    })

    it('begins at a baseline and sets versions by hand', async () => {
      const database = await createDatabase(server)
      await database.client.query('CREATE TABLE users (id int PRIMARY KEY)')
      const directory = createDirectory(layouts[format], format)
      const [first, second, third] = directory.files
      if (format === 'atlas')
        await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({
          code: 'SP4013',
          message:
            'connected database is not clean: found table "users" in schema "public". baseline version or allow-dirty is required',
        })
      const result = await applyMigrations(database.client, directory, { baseline: first?.version, amount: 1 })
      expect(result.applied).toEqual([second])
      expect(await readStatus(database.client, directory)).toMatchObject({
        pending: [third],
        outOfOrder: [],
        current: second?.version,
      })
      expect(await setVersion(database.client, directory, third?.version)).toMatchObject({
        set: [third],
        removed: [],
      })
      expect(await readStatus(database.client, directory)).toMatchObject({ status: 'OK' })
      await setVersion(database.client, directory, first?.version)
      expect(await readStatus(database.client, directory)).toMatchObject({ pending: [second, third] })
      await expect(setVersion(database.client, directory, '77')).rejects.toMatchObject({ code: 'SP4016' })
    })

    it('runs dry, in one transaction, and reports its progress', async () => {
      const database = await createDatabase(server)
      const directory = createDirectory(
        Object.fromEntries(Object.entries(layouts[format]).filter(([name]) => !name.includes('index'))),
        format,
      )
      const events: MigrateEvent['type'][] = []
      const onProgress = ({ type }: MigrateEvent): void => void events.push(type)
      const dry = await applyMigrations(database.client, directory, { dryRun: true, onProgress })
      expect(dry.applied).toEqual(directory.files)
      expect(events).toEqual(['plan', 'file', 'statement', 'file-end', 'file', 'statement', 'statement', 'file-end'])
      expect(await database.column(`SELECT to_regclass('${tables[format]}')`)).toEqual([null])
      events.length = 0
      await applyMigrations(database.client, directory, { txMode: 'all', onProgress })
      expect(events.filter((type) => type === 'statement-end')).toHaveLength(3)
      expect(await database.column(relations)).toEqual(['posts', 'users'])
      const unlocked = await database.column(
        `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
      expect(unlocked).toEqual([0])
    })
  },
)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { isMissing } from '../../../../test/support/requirement.js'
import type { Connection } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { FormatName } from '../formats/format.js'
import { createDatabase, createDirectory, type Database } from '../testing/project.js'
import { applyMigrations } from './apply.js'
import { undoMigrations } from './down.js'
import { readStatus } from './status.js'

const child = fileURLToPath(new URL('../testing/apply-child.mjs', import.meta.url))
const fileCount = 10
const numbers = Array.from({ length: fileCount * 3 }, (_, index) => index + 1)

type Shape = 'in a transaction' | 'outside a transaction' | 'with its own BEGIN and COMMIT'

/** Ten files of three statements; each statement leaves a line in `log`, or an index, that tells how often it ran. */
function createFiles(format: FormatName, shape: Shape): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: fileCount }, (_, file) => {
      const insert = (step: number): string => `INSERT INTO log VALUES (${file * 3 + step});\n`
      const index = `CREATE INDEX CONCURRENTLY log_${file} ON log (n);\n`
      const outside = shape === 'outside a transaction'
      const body =
        shape === 'with its own BEGIN and COMMIT'
          ? `${insert(1)}BEGIN;\n${insert(2)}COMMIT;\n${insert(3)}`
          : insert(1) + insert(2) + (outside ? index : '') + insert(3)
      const number = String(file + 1).padStart(3, '0')
      if (format === 'atlas') return [`${number}_f.sql`, `${outside ? '-- atlas:txmode none\n\n' : ''}${body}`]
      if (format === 'golang-migrate') return [`${number}_f.up.sql`, body]
      if (format === 'flyway') return [`V${number}__f.sql`, body]
      if (format === 'dbmate')
        return [`${number}_f.sql`, `-- migrate:up${outside ? ' transaction:false' : ''}\n${body}\n-- migrate:down\n`]
      return [
        `${number}_f.sql`,
        `${outside ? '-- +goose NO TRANSACTION\n' : ''}-- +goose Up\n${body}\n-- +goose Down\n`,
      ]
    }),
  )
}

async function prepare(
  format: FormatName,
  shape: Shape,
): Promise<{ database: Database; directory: MigrationDirectory }> {
  const database = await createDatabase()
  await database.client.query('CREATE TABLE log (n int)')
  return { database, directory: createDirectory(createFiles(format, shape), format) }
}

/** What the history says is applied has run, once, and nothing else has but a part of the file that it calls partial. */
async function expectTruth(database: Database, directory: MigrationDirectory): Promise<void> {
  const status = await readStatus(database.client, directory)
  const ran = await database.column('SELECT n FROM log ORDER BY n')
  expect(new Set(ran).size).toBe(ran.length)
  const whole = status.applied.length * 3
  expect(ran.slice(0, whole)).toEqual(numbers.slice(0, whole))
  const rest = ran.slice(whole)
  if (rest.length > 0) expect(status.partial?.applied).toBeGreaterThan(0)
  if (!status.partial) expect(rest).toEqual([])
}

async function expectEnd(database: Database, directory: MigrationDirectory): Promise<void> {
  expect(await database.column('SELECT n FROM log ORDER BY n')).toEqual(numbers)
  expect(await readStatus(database.client, directory)).toMatchObject({ status: 'OK', warnings: [], dirty: false })
  const invalid = 'SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid'
  expect(await database.column(invalid)).toEqual([])
}

async function reset(database: Database): Promise<void> {
  await database.client.query('DROP TABLE log')
  for (const table of ['goose_db_version', 'schema_migrations', 'flyway_schema_history'])
    await database.client.query(`DROP TABLE IF EXISTS ${table}`)
  await database.client.query('DROP SCHEMA IF EXISTS atlas_schema_revisions CASCADE')
  await database.client.query('CREATE TABLE log (n int)')
}

/** A connection whose socket is cut right after so many answers, as a kill of the process would. */
function cutAfter(client: pg.Client, limit: number): Connection {
  let count = 0
  return {
    async query<Row>(text: string, values?: unknown[]) {
      const result = (await client.query(text, values)) as unknown as { rows: Row[] }
      if (++count === limit) {
        const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
        connection.stream.destroy()
      }
      return result
    },
  }
}

async function gone(database: Database): Promise<void> {
  // The server notices a cut socket in its own time; a real next run waits for the lock in the same way.
  const others = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
  while ((await database.client.query(others)).rowCount !== 0) continue
}

const cases = [
  ['atlas', 'in a transaction', 'file'],
  ['atlas', 'outside a transaction', 'file'],
  ['goose', 'outside a transaction', 'file'],
  ['golang-migrate', 'in a transaction', 'file'],
  ['golang-migrate', 'with its own BEGIN and COMMIT', 'file'],
  ['atlas', 'with its own BEGIN and COMMIT', 'file'],
  ['flyway', 'in a transaction', 'file'],
  ['flyway', 'outside a transaction', 'file'],
  ['dbmate', 'outside a transaction', 'file'],
  ['atlas', 'in a transaction', 'all'],
] as const

describe.skipIf(isMissing('native'))('a run that is killed [needs native]', () => {
  it.each(cases)(
    'after any answer of the server goes on as if nothing had happened: %s, %s, mode %s',
    async (format, shape, txMode) => {
      const { database, directory } = await prepare(format, shape)
      const options = { allowDirty: true, txMode }
      for (let limit = 1; ; limit += limit < 12 ? 1 : 7) {
        await reset(database)
        const client = await database.connect()
        const killed = await applyMigrations(cutAfter(client, limit), directory, options).then(
          () => false,
          () => true,
        )
        await client.end().catch(() => {})
        await gone(database)
        await expectTruth(database, directory)
        await applyMigrations(database.client, directory, options)
        await expectEnd(database, directory)
        if (!killed) break
        expect(limit).toBeLessThan(400)
      }
    },
  )

  // `back`: answers between two states that differ, so that each file or statement is killed at each of them.
  it.each([
    ['atlas', 'in a transaction', 5],
    ['golang-migrate', 'in a transaction', 5],
    ['atlas', 'outside a transaction', 1],
    ['goose', 'outside a transaction', 1],
  ] as const)(
    'by SIGKILL at every boundary, again and again, ends where an undisturbed one does: %s, %s',
    { timeout: 300_000 },
    async (format, shape, back) => {
      const { database, directory } = await prepare(format, shape)
      const parameters = [child, database.url, directory.source.path ?? '', format]
      const options = JSON.stringify({ allowDirty: true, watch: true })
      let kills = 0
      let before = 0
      for (let limit = 4; ;) {
        const process_ = spawn(process.execPath, [...parameters, String(limit), options], { stdio: 'ignore' })
        const [code, signal] = (await once(process_, 'exit')) as [number | null, string | null]
        await gone(database)
        await expectTruth(database, directory)
        if (signal === null) {
          expect(code).toBe(0)
          break
        }
        kills++
        const after = (await database.column('SELECT n FROM log ORDER BY n')).length
        limit = after > before ? limit - back : limit + 1
        before = after
      }
      expect(kills).toBeGreaterThanOrEqual(fileCount * 3)
      await expectEnd(database, directory)
    },
  )

  it('on the way down goes on there, too', async () => {
    const files = Object.fromEntries(
      [1, 2].map((file) => [
        `00${file}_f.sql`,
        `-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n-- +goose Down\n${[1, 2, 3].map((step) => `INSERT INTO log VALUES (${(2 - file) * 3 + step});\n`).join('')}`,
      ]),
    )
    const database = await createDatabase()
    const directory = createDirectory(files, 'goose')
    for (let limit = 5; ; limit++) {
      await database.client.query('DROP TABLE IF EXISTS log, goose_db_version')
      await database.client.query('CREATE TABLE log (n int)')
      await applyMigrations(database.client, directory)
      const client = await database.connect()
      const killed = await undoMigrations(cutAfter(client, limit), directory, { toVersion: '0' }).then(
        () => false,
        () => true,
      )
      await client.end().catch(() => {})
      await gone(database)
      const status = await readStatus(database.client, directory)
      if (status.partial) {
        expect(status.partial.direction).toBe('down')
        await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({ code: 'SP4012' })
      }
      if (status.applied.length > 0) await undoMigrations(database.client, directory, { toVersion: '0' })
      expect(await database.column('SELECT n FROM log ORDER BY n')).toEqual([1, 2, 3, 4, 5, 6])
      if (!killed) break
    }
  })
})

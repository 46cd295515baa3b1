import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '@savepoint/client/runtime'
import { createPglite, createTestDatabase, serverUrl, type TestDatabase } from '../../../../test/support/database.js'
import { pgliteConnection } from '../testing/connection.js'
import { loadModule } from '../testing/load-module.js'
import { generateQueries } from './generate.js'

const schema = `CREATE TABLE items (id integer PRIMARY KEY, label text NOT NULL, note text)`

const text = `
-- name: GetItem :one
SELECT id, label, note FROM items WHERE id = $1;
-- name: ListItems :many
SELECT id, label FROM items ORDER BY id;
-- name: Rename :exec
UPDATE items SET label = @label WHERE id = @id;
-- name: RemoveAbove :execrows
DELETE FROM items WHERE id > SQLC.ARG ( id );
-- name: Raw :execresult
UPDATE items SET note = savepoint.narg('note') WHERE id = sqlc.arg("id");
-- name: AddItems :copyfrom
INSERT INTO items (id, label, note) VALUES (@id, upper(@label), @note);
-- name: RenameAll :batchexec
UPDATE items SET label = @label WHERE id = @id;
-- name: GetAll :batchone
SELECT id, label FROM items WHERE id = @id;
-- name: FindAll :batchmany
SELECT id FROM items WHERE label = @label ORDER BY id;
-- name: Some :many
SELECT id FROM items WHERE id IN (sqlc.slice(ids)) AND label <> ALL (savepoint.slice(labels)) ORDER BY id;
-- name: Pairs :many
SELECT sqlc.embed(a), savepoint.embed(b) AS next FROM items a LEFT JOIN items b ON b.id = a.id + 1 WHERE a.id < 3 ORDER BY a.id;
`

type Call = (db: Database, ...rest: unknown[]) => Promise<unknown>

let pglite: PGlite
const url = serverUrl('18')

beforeAll(async () => {
  pglite = await createPglite()
  await pglite.exec(schema)
})
afterAll(() => pglite?.close())

async function load(options: { prepare?: boolean } = {}): Promise<(name: string) => Call> {
  const { files, diagnostics } = await generateQueries([{ path: 'items.sql', text }], {
    connection: pgliteConnection(pglite),
    layout: 'typescript',
    ...options,
  })
  expect(diagnostics).toEqual([])
  const module = await loadModule<Record<string, Call>>(files[0]?.content ?? '')
  return (name) => {
    const call = module[name]
    if (!call) throw new Error(`${name} is not exported`)
    return call
  }
}

interface Driver {
  db: Database
  /** Runs in a transaction that is rolled back. */
  rolledBack(run: (db: Database) => Promise<void>): Promise<void>
  affected(result: unknown): unknown
  close(): Promise<void>
}

const drivers: Record<string, (database: TestDatabase | undefined) => Promise<Driver>> = {
  pglite: async () => ({
    db: pglite,
    rolledBack: (run) =>
      pglite.transaction(async (transaction) => {
        await run(transaction)
        await transaction.rollback()
      }),
    affected: (result) => (result as { affectedRows: number }).affectedRows,
    close: async () => undefined,
  }),
  pg: async (database) => {
    const pool = new pg.Pool({ connectionString: database?.url ?? '' })
    return {
      db: pool,
      async rolledBack(run) {
        const client = await pool.connect()
        await client.query('BEGIN')
        await run(client)
        await client.query('ROLLBACK')
        client.release()
      },
      affected: (result) => (result as pg.QueryResult).rowCount,
      close: () => pool.end(),
    }
  },
  'postgres.js': async (database) => {
    const sql = postgres(database?.url ?? '')
    const undo = new Error('undo')
    return {
      db: sql,
      rolledBack: (run) =>
        sql
          .begin(async (transaction) => {
            await run(transaction)
            throw undo
          })
          .catch((error: unknown) => {
            if (error !== undo) throw error
          }),
      affected: (result) => (result as { count: number }).count,
      close: () => sql.end(),
    }
  },
}

describe.skipIf(!url)('every annotation and macro [needs native]', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase('18')
    await database.query(schema)
  })
  afterAll(() => database?.close())

  describe.each(Object.entries(drivers))('through %s', (_, connect) => {
    let driver: Driver
    let run: (name: string, ...rest: unknown[]) => Promise<unknown>

    beforeAll(async () => {
      driver = await connect(database)
      const call = await load()
      run = (name, ...rest) => call(name)(driver.db, ...rest)
    })
    beforeEach(async () => {
      await run('removeAbove', { id: 0 })
      const list = ['a', 'b', 'c'].map((label, index) => ({ id: index + 1, label, note: null }))
      expect(await run('addItems', list)).toBe(3)
    })
    afterAll(() => driver?.close())

    it(':one, :many', async () => {
      expect(await run('getItem', { id: 2 })).toEqual({ id: 2, label: 'B', note: null })
      expect(await run('getItem', { id: 9 })).toBeNull()
      expect(await run('listItems')).toEqual([
        { id: 1, label: 'A' },
        { id: 2, label: 'B' },
        { id: 3, label: 'C' },
      ])
    })

    it(':exec, :execrows, :execresult, :copyfrom', async () => {
      expect(await run('rename', { id: 1, label: 'z' })).toBeUndefined()
      expect(await run('removeAbove', { id: 1 })).toBe(2)
      expect(driver.affected(await run('raw', { id: 1, note: 'n' }))).toBe(1)
      expect(await run('getItem', { id: 1 })).toEqual({ id: 1, label: 'z', note: 'n' })
      expect(await run('addItems', [])).toBe(0)
    })

    it(':batchexec, :batchone, :batchmany', async () => {
      await run('renameAll', [
        { id: 1, label: 'same' },
        { id: 3, label: 'same' },
      ])
      expect(await run('getAll', [{ id: 3 }, { id: 9 }])).toEqual([{ id: 3, label: 'same' }, null])
      expect(await run('findAll', [{ label: 'same' }, { label: 'none' }])).toEqual([[{ id: 1 }, { id: 3 }], []])
      expect(await run('findAll', [])).toEqual([])
    })

    it('slice and embed', async () => {
      expect(await run('some', { ids: [1, 2, 9], labels: ['B'] })).toEqual([{ id: 1 }])
      expect(await run('some', { ids: [], labels: [] })).toEqual([])
      expect(await run('pairs')).toEqual([
        { a: { id: 1, label: 'A', note: null }, next: { id: 2, label: 'B', note: null } },
        { a: { id: 2, label: 'B', note: null }, next: { id: 3, label: 'C', note: null } },
      ])
      await run('removeAbove', { id: 2 })
      expect(await run('pairs')).toMatchObject([{ next: { id: 2 } }, { next: null }])
    })

    it('in a transaction, whose client is passed', async () => {
      const call = await load()
      await driver.rolledBack(async (transaction) => {
        await call('rename')(transaction, { id: 1, label: 'gone' })
        expect(await call('getItem')(transaction, { id: 1 })).toMatchObject({ label: 'gone' })
      })
      expect(await run('getItem', { id: 1 })).toMatchObject({ label: 'A' })
    })

    it('prepared by name, also after the result got another type', async () => {
      const before = await load({ prepare: true })
      expect(await before('listItems')(driver.db)).toHaveLength(3)
      expect(await before('getItem')(driver.db, { id: 1 })).toEqual({ id: 1, label: 'A', note: null })
      expect(await before('getItem')(driver.db, { id: 2 })).toMatchObject({ id: 2 })
      const change = (type: string) => `ALTER TABLE items ALTER COLUMN note TYPE ${type}`
      await pglite.exec(change('varchar(9)'))
      await database.query(change('varchar(9)'))
      try {
        const after = await load({ prepare: true })
        expect(await after('getItem')(driver.db, { id: 1 })).toEqual({ id: 1, label: 'A', note: null })
      } finally {
        await pglite.exec(change('text'))
        await database.query(change('text'))
      }
    })
  })
})

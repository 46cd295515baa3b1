import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type DatabaseServer } from '@savepoint/core'
import { betterAuth } from 'better-auth'
import { sql as raw } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { Kysely, PostgresDialect, sql, type Generated } from 'kysely'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let root: string
let server: DatabaseServer

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'savepoint-clients-'))
  server = await openDatabase({ kind: 'pglite' }, { root, stateDirectory: join(root, '.savepoint') })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(`
    CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL, author text);
    CREATE SCHEMA auth;
    CREATE TABLE auth."user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
      "emailVerified" boolean NOT NULL, image text, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
    CREATE TABLE auth.session (id text PRIMARY KEY, "expiresAt" timestamptz NOT NULL, token text NOT NULL UNIQUE,
      "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, "ipAddress" text, "userAgent" text,
      "userId" text NOT NULL REFERENCES auth."user");
    CREATE TABLE auth.account (id text PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL,
      "userId" text NOT NULL REFERENCES auth."user", "accessToken" text, "refreshToken" text, "idToken" text,
      "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, scope text, password text,
      "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
    CREATE TABLE auth.verification (id text PRIMARY KEY, identifier text NOT NULL, value text NOT NULL,
      "expiresAt" timestamptz NOT NULL, "createdAt" timestamptz, "updatedAt" timestamptz)`)
  await client.end()
})

afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true, force: true })
})

/** What every pool needs: the server may end an idle connection. */
function openPool(config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: server.url, ...config })
  pool.on('error', () => {})
  return pool
}

describe('on the embedded database', () => {
  it('Kysely queries, in transactions that run side by side', async () => {
    interface Database {
      notes: { id: Generated<number>; body: string; author: string | null }
    }
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: openPool({ max: 5 }) }) })
    const ids = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        db.transaction().execute(async (transaction) => {
          const { id } = await transaction
            .insertInto('notes')
            .values({ body: `note ${index}`, author: 'kysely' })
            .returning('id')
            .executeTakeFirstOrThrow()
          const { rows } = await sql<{ id: number }>`SELECT max(id) AS id FROM notes`.execute(transaction)
          return [id, rows[0]?.id]
        }),
      ),
    )
    // Nobody else's insert came between a transaction's own and its look at the table.
    for (const [inserted, seen] of ids) expect(seen).toBe(inserted)
    await db.destroy()
  })

  it('Drizzle queries', async () => {
    const notes = pgTable('notes', {
      id: integer().generatedAlwaysAsIdentity(),
      body: text().notNull(),
      author: text(),
    })
    const pool = openPool()
    const db = drizzle(pool)
    await db.insert(notes).values([
      { body: 'one', author: 'drizzle' },
      { body: 'two', author: 'drizzle' },
    ])
    const prepared = db
      .select({ body: notes.body })
      .from(notes)
      .where(raw`author = ${raw.placeholder('author')}`)
      .prepare('by_author')
    expect(await Promise.all([1, 2, 3].map(() => prepared.execute({ author: 'drizzle' })))).toEqual(
      Array.from({ length: 3 }, () => [{ body: 'one' }, { body: 'two' }]),
    )
    await pool.end()
  })

  it('postgres.js, with its prepared statements, runs beside two pools of pg', async () => {
    const js = postgres(server.url, { max: 4, onnotice: () => {} })
    const pools = [openPool({ max: 3 }), openPool({ max: 3, options: '-c search_path=auth,public' })]
    const work: Promise<unknown>[] = []
    for (let round = 0; round < 60; round++) {
      work.push(
        js`SELECT ${round}::int AS n`.then(([row]) => expect(row?.n).toBe(round)),
        js.begin((transaction) => transaction`INSERT INTO notes (body, author) VALUES (${`${round}`}, 'js')`),
        ...pools.map((pool, index) =>
          pool
            .query({
              name: 'same name',
              text: `SELECT $1::int + ${index} AS n, current_setting('search_path') AS path`,
              values: [round],
            })
            .then(({ rows }) =>
              expect(rows).toEqual([{ n: round + index, path: index ? 'auth,public' : '"$user", public' }]),
            ),
        ),
      )
    }
    await Promise.all(work)
    expect(await js`SELECT count(*)::int AS n FROM notes WHERE author = 'js'`).toEqual([{ n: 60 }])
    await Promise.all([js.end(), ...pools.map((pool) => pool.end())])
  })

  it.each([
    { name: 'schemaName', options: {}, schemaName: 'auth' },
    { name: 'a search_path of the connection', options: { options: '-c search_path=auth' }, schemaName: undefined },
  ])('Better Auth signs up and in, by $name', async ({ options, schemaName }) => {
    const pool = openPool(options)
    const auth = betterAuth({
      baseURL: 'http://localhost:3000',
      secret: 'a secret of more than thirty-two letters',
      database: schemaName
        ? { dialect: new PostgresDialect({ pool }), type: 'postgres', schemaName, transaction: true }
        : pool,
      emailAndPassword: { enabled: true },
      rateLimit: { enabled: false },
    })
    const email = `${schemaName ?? 'path'}@example.com`
    await auth.api.signUpEmail({ body: { name: 'Ada', email, password: 'correct horse' } })
    const signIns = await Promise.all(
      [1, 2, 3].map(() => auth.api.signInEmail({ body: { email, password: 'correct horse' } })),
    )
    expect(new Set(signIns.map(({ token }) => token)).size).toBe(3)
    const { rows } = await pool.query(
      'SELECT count(*)::int AS sessions FROM auth.session JOIN auth."user" u ON u.id = "userId" WHERE email = $1',
      [email],
    )
    expect(rows).toEqual([{ sessions: 4 }])
    await pool.end()
  })
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  availableServers,
  createTestDatabase,
  serverUrl,
  type TestDatabase,
} from '../../../../test/support/database.js'
import { isMissing } from '../../../../test/support/requirement.js'
import type { Connection } from '../connection.js'
import { differences, extract, plan } from '../index.js'

/** Runs `act` before each query from the one numbered `from` on, counted over all queries of the connection, once. */
function interrupt(connection: Connection, from: number, act: () => Promise<unknown>): Connection {
  let count = 0
  return {
    async query<Row>(text: string, values?: unknown[]) {
      if (count++ === from) await act()
      return connection.query<Row>(text, values)
    },
  }
}

describe.skipIf(isMissing('native'))('a database that others change meanwhile [needs native]', () => {
  let database: TestDatabase
  let other: pg.Client
  beforeAll(async () => {
    database = await createTestDatabase('18')
    other = new pg.Client({ connectionString: database.url })
    await other.connect()
    // What extraction has looked into stays locked until it is done: whoever would change that waits, here not for long.
    await other.query(`SET lock_timeout = '20ms'`)
  })
  afterAll(async () => {
    await other.end()
    await database.close()
  })

  it('is read as it was at one moment, wherever the change comes between', { timeout: 120_000 }, async () => {
    const before = `CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, x text DEFAULT 'q' CHECK (x <> ''), m mood);
      CREATE INDEX i ON t (lower(x)); CREATE VIEW v AS SELECT x FROM t; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE RULE r AS ON DELETE TO t WHERE old.x = 'a' DO INSTEAD NOTHING; CREATE POLICY p ON t USING (x <> 'b');
      CREATE STATISTICS s ON id, x FROM t; COMMENT ON TABLE t IS 'one'`
    const change = `DROP VIEW v; DROP INDEX i; DROP FUNCTION f; DROP STATISTICS s; DROP RULE r ON t; DROP POLICY p ON t;
      ALTER TABLE t DROP COLUMN m, DROP CONSTRAINT t_x_check, ALTER x SET DEFAULT 'z'; DROP TYPE mood; ALTER TABLE t RENAME x TO y;
      COMMENT ON TABLE t IS 'two'; CREATE VIEW w AS SELECT y FROM t`
    await other.query(before)
    const old = await extract(database)
    await other.query(change)
    const now = await extract(database)
    const wrong: unknown[] = []
    for (let at = 0, reached = true; reached; at++) {
      await other.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      await other.query(before)
      reached = false
      const seen = await extract(
        interrupt(database, at, async () => {
          reached = true
          await other.query(change).catch(() => undefined)
        }),
      ).catch((error: unknown) => error)
      const isOne =
        !(seen instanceof Error) &&
        [old, now].some((state) => differences(seen as typeof now, state).every(({ id }) => id === 'schema public'))
      if (!isOne) wrong.push([at, seen instanceof Error ? seen.message : differences(seen as typeof now, old)])
    }
    expect(wrong).toEqual([])
  })
})
describe.each(availableServers())('what stands in the way on %s', (server) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase(server)
  })
  afterAll(() => database.close())

  /** Everything that `sql` makes is gone afterwards. */
  async function within<Result>(sql: string, work: () => Promise<Result>): Promise<Result> {
    await database.query('BEGIN')
    try {
      await database.query(sql)
      return await work()
    } finally {
      await database.query('ROLLBACK')
    }
  }

  it('a role that may look at nothing reads what a superuser reads', async () => {
    const sql = `CREATE ROLE nobody_here; CREATE SCHEMA closed; CREATE TABLE closed.t (id int PRIMARY KEY, x text DEFAULT 'q');
      ALTER TABLE closed.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON closed.t USING (x <> 'b'); CREATE VIEW closed.v AS SELECT x FROM closed.t;
      CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (a 'b')`
    await within(sql, async () => {
      const all = await extract(database)
      await database.query('SET LOCAL ROLE nobody_here')
      const seen = await extract(database)
      // What is not theirs names its owner.
      expect(
        differences(seen, all)
          .filter(({ facts }) => facts?.join() !== 'owner')
          .map(({ id }) => id),
      ).toEqual(['user mapping FOR PUBLIC SERVER s'])
    })
  })

  it('a plan says what cannot be had without losing data', async () => {
    const from = `CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE t (id int, m mood, n bigint, x text); CREATE TABLE gone (id int)`
    const old = await within(from, () => extract(database))
    const to = `CREATE TYPE mood AS ENUM ('good'); CREATE TABLE t (id int, m mood, n int)`
    const wanted = await within(to, () => extract(database))
    const destroyed = plan(old, wanted).steps.flatMap(({ destroys }) => destroys ?? [])
    expect(destroyed.map(({ kind, id, column, values }) => [kind, column ?? id, values]).sort()).toEqual([
      ['column', 'x', undefined],
      ['enum-value', 'm', ['bad']],
      ['table', 'table public.gone', undefined],
      ['type-change', 'n', undefined],
    ])
  })

  it('what extensions own is not read and never dropped', async () => {
    const created = await within('CREATE SCHEMA mine', () => extract(database))
    await within(`CREATE SCHEMA mine; CREATE TABLE mine.t (id int)`, async () => {
      const [extension] = (
        await database.query<{ name: string }>(
          `SELECT name FROM pg_available_extensions WHERE name <> 'plpgsql' LIMIT 1`,
        )
      ).rows
      if (!extension) return
      await database.query(`CREATE EXTENSION ${extension.name} SCHEMA mine CASCADE`)
      const now = await extract(database)
      const own = [...now.objects.values()].filter(({ schema }) => schema === 'mine').map(({ kind }) => kind)
      expect(new Set(own)).toEqual(new Set(['schema', 'extension', 'table', 'column']))
      expect(plan(now, created).steps.map(({ sql }) => sql)).toContain(`DROP EXTENSION ${extension.name}`)
    })
  })

  it('identifiers of every ugliness stay what they are', async () => {
    const names = [
      'select',
      'Ünï code',
      'a"b',
      "it's",
      'with.dot',
      'two  spaces',
      'x'.repeat(63),
      '$1',
      '-- no',
      '/*',
      'a\nb',
      '0',
      '😀',
    ]
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
    const sql = names.map(
      (
        name,
      ) => `CREATE SCHEMA ${quoted(name)}; CREATE TABLE ${quoted(name)}.${quoted(name)} (${quoted(name)} int CONSTRAINT ${quoted(name)} CHECK (${quoted(name)} > 0));
      CREATE TYPE ${quoted(name)}.${quoted(`${name.slice(1)}e`)} AS ENUM (${`'${name.replaceAll("'", "''")}'`}); CREATE FUNCTION ${quoted(name)}.${quoted(name)}(${quoted(name)} int) RETURNS int LANGUAGE sql AS 'SELECT 1';
      COMMENT ON TABLE ${quoted(name)}.${quoted(name)} IS '${name.replaceAll("'", "''")}'`,
    )
    const wanted = await within(sql.join(';\n'), () => extract(database))
    const empty = await extract(database)
    await within('SELECT', async () => {
      for (const step of plan(empty, wanted).steps) await database.query(step.sql)
      expect(differences(await extract(database), wanted)).toEqual([])
      for (const step of plan(wanted, empty).steps) await database.query(step.sql)
      expect(differences(await extract(database), empty)).toEqual([])
    })
  })

  it('a server older than 14 is refused by name', async () => {
    const older: Connection = {
      async query<Row>(text: string, values?: unknown[]) {
        const result = await database.query<Row>(text, values)
        for (const row of result.rows as { version?: unknown }[]) if (row.version !== undefined) row.version = '130012'
        return result
      },
    }
    await expect(extract(older)).rejects.toThrow(
      'Postgres 130012 is older than 14, the oldest version that can be read',
    )
  })
})

describe.each(availableServers().filter((name) => name !== 'pglite'))('templates of Postgres %s', (server) => {
  it('are read like any other database', async () => {
    const url = new URL(serverUrl(server) ?? '')
    url.pathname = '/template1'
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    try {
      expect([...(await extract(client)).objects.keys()]).toEqual(['schema public'])
    } finally {
      await client.end()
    }
  })
})

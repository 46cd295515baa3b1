import { randomBytes } from 'node:crypto'
import type { Connection } from '@savepoint/catalog'
import pg from 'pg'
import { createPglite } from '../support/database.js'
import { canDump, dumpNative, dumpPglite } from './dump.js'
import { observe } from './observer.js'

/** An empty database that a case fills and leaves behind; `connect` gives a session without the settings of the one that loaded. */
export interface Side {
  connect(): Promise<Connection>
  /** What pg_dump says about it; absent where there is none for the server. */
  dump?(): Promise<string[]>
  close(): Promise<void>
}

/** Where cases run: native servers have a database per side, PGlite an instance per side that is swept after each. */
export interface PairServer {
  name: string
  kind: 'native' | 'pglite'
  /** How many cases may run beside each other. */
  lanes: number
  open(): Promise<Side>
  /** Runs on the server, outside the cases' databases. */
  administer(sql: string): Promise<{ rows: Record<string, unknown>[] }>
  close(): Promise<void>
}

// Tablespaces of the cases live inside the data directory.
const tablespacesInPlace = '-c allow_in_place_tablespaces=on'

export interface ServerOptions {
  /** Cases beside each other. */
  lanes?: number
  /** Let pg_dump look on, which takes a moment each time. */
  dump?: boolean
}

/** `url` is that of the server's `postgres` database. */
export async function createNativeServer(
  name: string,
  url: string,
  { lanes = 2, dump = false }: ServerOptions = {},
): Promise<PairServer> {
  const isDumped = dump && canDump(name)
  const pool = new pg.Pool({ connectionString: url, max: lanes + 1, options: tablespacesInPlace })
  // A new session starts with empty caches, which costs more than a case; so the sessions are kept with their databases.
  const idle: OpenDatabase[] = []
  return {
    name,
    kind: 'native',
    lanes,
    async open() {
      const database = idle.pop() ?? (await createDatabase(pool, url))
      return {
        async connect() {
          await resetSession(database.client)
          return database.client
        },
        ...(isDumped && { dump: () => dumpNative(databaseUrl(url, database.name)) }),
        async close() {
          await resetSession(database.client)
          if (await sweep(database.client)) idle.push(database)
          else await dropDatabase(pool, database)
        },
      }
    },
    administer: (sql) => pool.query(sql),
    async close() {
      for (const database of idle) await dropDatabase(pool, database)
      await pool.end()
    },
  }
}

interface OpenDatabase {
  name: string
  client: pg.Client
}

function databaseUrl(url: string, name: string): string {
  const target = new URL(url)
  target.pathname = `/${name}`
  return target.href
}

async function createDatabase(pool: pg.Pool, url: string): Promise<OpenDatabase> {
  const name = `pair_${randomBytes(6).toString('hex')}`
  await pool.query(`CREATE DATABASE ${name} TEMPLATE template0`)
  const client = new pg.Client({ connectionString: databaseUrl(url, name), options: tablespacesInPlace })
  await client.connect()
  return { name, client }
}

async function dropDatabase(pool: pg.Pool, { name, client }: OpenDatabase): Promise<void> {
  await client.end()
  await pool.query(`DROP DATABASE ${name} WITH (FORCE)`)
}

async function resetSession(connection: Connection): Promise<void> {
  await connection.query('ROLLBACK')
  await connection.query('RESET SESSION AUTHORIZATION')
  await connection.query('DISCARD ALL')
}

// Everything that a case can have made, in an order in which each goes together with what hangs on it.
const sweepQuery = `
  SELECT format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_event_trigger
  UNION ALL SELECT unnest(ARRAY[format('ALTER SUBSCRIPTION %I DISABLE', subname), format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subname), format('DROP SUBSCRIPTION %I', subname)])
    FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
  UNION ALL SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
  UNION ALL SELECT format('DROP LANGUAGE %I CASCADE', lanname) FROM pg_language WHERE oid >= 16384 AND lanname <> 'plpgsql'
  UNION ALL SELECT format('DROP ACCESS METHOD %I CASCADE', amname) FROM pg_am WHERE oid >= 16384
  UNION ALL SELECT format('DROP CAST (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast WHERE oid >= 16384
  UNION ALL SELECT format('DROP OWNED BY %I CASCADE', rolname) FROM pg_roles WHERE oid IN (SELECT defaclrole FROM pg_default_acl)
  UNION ALL SELECT 'CREATE SCHEMA public; COMMENT ON SCHEMA public IS ''standard public schema'''
  UNION ALL SELECT CASE WHEN current_setting('server_version_num')::integer < 150000 THEN 'GRANT USAGE, CREATE ON SCHEMA public TO public'
    ELSE 'ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE ON SCHEMA public TO public' END`

/** Empties a database. False when something is left, and the database must not be handed out again. */
async function sweep(connection: Connection): Promise<boolean> {
  try {
    const { rows } = await connection.query<{ sql: string }>(sweepQuery)
    // An extension may own a schema, a wrapper or a language that the list names as well, so each statement stands alone.
    for (const { sql } of rows) await connection.query(sql).catch(() => undefined)
    const left = await connection.query<{ count: string }>(`
      SELECT (SELECT count(*) FROM pg_depend WHERE objid >= 16384 AND objid <> 'public'::regnamespace) + (SELECT count(*) FROM pg_default_acl)
        + (SELECT count(*) FROM pg_extension) - 1 + (SELECT count(*) FROM pg_init_privs WHERE privtype = 'e') AS count`)
    return Number(left.rows[0]?.count) === 0
  } catch {
    return false
  }
}

/** PGlite has one database and an instance costs seconds, so a few instances are swept and handed out again. */
export async function createPgliteServer({ dump = false }: ServerOptions = {}): Promise<PairServer> {
  const { contrib } = await import('./pglite-extensions.js')
  const idle: Awaited<ReturnType<typeof createPglite>>[] = []
  const all: typeof idle = []
  let pristine: string[] | undefined
  return {
    name: 'pglite',
    kind: 'pglite',
    lanes: 1,
    async open() {
      let pglite = idle.pop()
      if (!pglite) {
        pglite = await createPglite(contrib)
        all.push(pglite)
      }
      const instance = pglite
      const connection: Connection = {
        async query<Row>(text: string, values?: unknown[]) {
          if (values) return { rows: (await instance.query<Row>(text, values)).rows }
          const results = await instance.exec(text)
          return { rows: (results.at(-1)?.rows ?? []) as Row[] }
        },
      }
      pristine ??= await observe(connection, { roles: true })
      return {
        async connect() {
          await resetSession(connection)
          return connection
        },
        ...(dump && { dump: () => dumpPglite(instance) }),
        async close() {
          if (await isSwept(connection, pristine ?? [])) idle.push(instance)
          else {
            all.splice(all.indexOf(instance), 1)
            await instance.close()
          }
        },
      }
    },
    // Every instance is a server of its own: there is nothing outside the sides to administer.
    administer: async () => ({ rows: [] }),
    async close() {
      await Promise.all(all.map((instance) => instance.close()))
    },
  }
}

async function isSwept(connection: Connection, pristine: readonly string[]): Promise<boolean> {
  try {
    await resetSession(connection)
    await sweep(connection)
    // The roles of an instance are nobody else's.
    const { rows } = await connection.query<{ sql: string }>(
      `SELECT format('DROP OWNED BY %I CASCADE; DROP ROLE %I', rolname, rolname) AS sql FROM pg_roles WHERE oid >= 16384`,
    )
    for (const { sql } of rows) await connection.query(sql)
    const left = await observe(connection, { roles: true })
    return left.join('\n') === pristine.join('\n')
  } catch {
    // An instance that cannot be swept is thrown away; the next side gets a fresh one.
    return false
  }
}

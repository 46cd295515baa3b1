import { randomBytes } from 'node:crypto'
import type { Connection } from '@savepoint/catalog'
import pg from 'pg'
import { createPglite } from '../support/database.js'
import { observe } from './observer.js'

/** An empty database that a case fills and leaves behind; `connect` gives a session without the settings of the one that loaded. */
export interface Side {
  connect(): Promise<Connection>
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

/** `url` is that of the server's `postgres` database. */
export async function createNativeServer(name: string, url: string, lanes = 2): Promise<PairServer> {
  // Tablespaces of the cases live inside the data directory.
  const pool = new pg.Pool({ connectionString: url, max: lanes + 1, options: '-c allow_in_place_tablespaces=on' })
  return {
    name,
    kind: 'native',
    lanes,
    async open() {
      const database = `pair_${randomBytes(6).toString('hex')}`
      await pool.query(`CREATE DATABASE ${database} TEMPLATE template0`)
      const clients: pg.Client[] = []
      const target = new URL(url)
      target.pathname = `/${database}`
      const disconnect = async (): Promise<void> => {
        await Promise.all(clients.splice(0).map((client) => client.end()))
      }
      return {
        async connect() {
          await disconnect()
          const client = new pg.Client({ connectionString: target.href })
          await client.connect()
          clients.push(client)
          return client
        },
        async close() {
          await disconnect()
          try {
            await pool.query(`DROP DATABASE ${database} WITH (FORCE)`)
          } catch (error) {
            // 55006: a subscription holds it.
            if ((error as { code?: string }).code !== '55006') throw error
            await dropSubscriptions(target.href)
            await pool.query(`DROP DATABASE ${database} WITH (FORCE)`)
          }
        },
      }
    },
    administer: (sql) => pool.query(sql),
    close: () => pool.end(),
  }
}

async function dropSubscriptions(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    'SELECT quote_ident(subname) AS name FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  )
  for (const { name } of rows) {
    await client.query(`ALTER SUBSCRIPTION ${name} DISABLE`)
    // Otherwise the drop would ask the publisher, and there is none.
    await client.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`)
    await client.query(`DROP SUBSCRIPTION ${name}`)
  }
  await client.end()
}

// Everything that a case can have made, in an order in which each goes together with what hangs on it.
const sweepQuery = `
  SELECT format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_event_trigger
  UNION ALL SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
  UNION ALL SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
  UNION ALL SELECT format('DROP LANGUAGE %I CASCADE', lanname) FROM pg_language WHERE oid >= 16384 AND lanname <> 'plpgsql'
  UNION ALL SELECT format('DROP ACCESS METHOD %I CASCADE', amname) FROM pg_am WHERE oid >= 16384
  UNION ALL SELECT format('DROP CAST (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast WHERE oid >= 16384
  UNION ALL SELECT format('DROP OWNED BY %I CASCADE', rolname) FROM pg_roles WHERE oid >= 16384
  UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE oid >= 16384`

/** PGlite has one database and an instance costs seconds, so a few instances are swept and handed out again. */
export async function createPgliteServer(): Promise<PairServer> {
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
          await connection.query('ROLLBACK')
          await connection.query('RESET SESSION AUTHORIZATION')
          await connection.query('DISCARD ALL')
          return connection
        },
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
    await connection.query('ROLLBACK')
    await connection.query('RESET SESSION AUTHORIZATION')
    await connection.query('DISCARD ALL')
    const { rows } = await connection.query<{ sql: string }>(sweepQuery)
    // An extension may own a schema, a wrapper or a language that the list names as well, so each statement stands alone.
    for (const { sql } of rows) await connection.query(sql).catch(() => undefined)
    await connection.query(`
      CREATE SCHEMA public AUTHORIZATION pg_database_owner;
      GRANT USAGE ON SCHEMA public TO public;
      COMMENT ON SCHEMA public IS 'standard public schema'`)
    const left = await observe(connection, { roles: true })
    return left.join('\n') === pristine.join('\n')
  } catch {
    // An instance that cannot be swept is thrown away; the next side gets a fresh one.
    return false
  }
}

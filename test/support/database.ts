import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of each native server of this run, by major version. */
    servers: Record<string, string>
  }
}

/** An empty database of a test, on PGlite or on a native server. */
export interface TestDatabase {
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
  /** Absent on PGlite, which runs in the test's process. */
  url?: string
  close(): Promise<void>
}

export type ServerName = 'pglite' | '14' | '15' | '16' | '17' | '18'

/** The servers a suite can be parametrised over on this machine: PGlite always, native ones where they are installed. */
export function availableServers(): ServerName[] {
  return ['pglite', ...(Object.keys(inject('servers')).sort() as ServerName[])]
}

/** Connection string of a native server's `postgres` database; undefined where that version is not installed. */
export function serverUrl(version: string): string | undefined {
  return inject('servers')[version]
}

const imageDirectory = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/savepoint-test')

// initdb takes seconds in PGlite; its result is the same every time, so it is kept beside the dependencies.
export async function createPglite(extensions: PGliteOptions['extensions'] = {}): Promise<PGlite> {
  const image = join(imageDirectory, 'pglite-0.5.14.tar')
  if (!existsSync(image)) {
    const fresh = await PGlite.create()
    const dump = Buffer.from(await (await fresh.dumpDataDir('none')).arrayBuffer())
    await fresh.close()
    mkdirSync(imageDirectory, { recursive: true })
    const temporary = `${image}.${process.pid}`
    writeFileSync(temporary, dump)
    renameSync(temporary, image)
  }
  return PGlite.create({ loadDataDir: new Blob([readFileSync(image)]), extensions })
}

/** Makes an empty database; `close` drops it. */
export async function createTestDatabase(server: ServerName): Promise<TestDatabase> {
  if (server === 'pglite') {
    const pglite = await createPglite()
    return {
      async query<Row>(text: string, values?: unknown[]) {
        if (values) return { rows: (await pglite.query<Row>(text, values)).rows }
        const results = await pglite.exec(text)
        return { rows: (results.at(-1)?.rows ?? []) as Row[] }
      },
      close: () => pglite.close(),
    }
  }
  const base = serverUrl(server)
  if (!base) throw new Error(`no Postgres ${server} on this machine; ask availableServers() first`)
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: base })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  const url = base.replace(/\/postgres$/, `/${name}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    url,
    async query<Row>(text: string, values?: unknown[]) {
      const result: unknown = values ? await client.query(text, values) : await client.query(text)
      const last = (Array.isArray(result) ? result.at(-1) : result) as { rows: Row[] }
      return { rows: last.rows }
    },
    async close() {
      await client.end()
      const dropper = new pg.Client({ connectionString: base })
      await dropper.connect()
      await dropper.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await dropper.end()
    },
  }
}

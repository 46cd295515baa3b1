import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PgliteServer } from './open.js'

const stateDirectory = join(import.meta.dirname, '../../../../../node_modules/.cache/savepoint-test')
let server: PgliteServer
const clients: pg.Client[] = []

async function connect(config: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url, ...config })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

beforeAll(async () => {
  server = await PgliteServer.open({ root: process.cwd(), stateDirectory })
})

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()))
  await server.close()
})

describe('sessions on the embedded Postgres', () => {
  it('answers a client', async () => {
    const client = await connect()
    const { rows } = await client.query('SELECT $1::int + 1 AS n', [41])
    expect(rows).toEqual([{ n: 42 }])
  })

  it('keeps named prepared statements of two clients apart', async () => {
    const [a, b] = await Promise.all([connect(), connect()])
    const first = await a.query({ name: 's1', text: 'SELECT 1 AS one' })
    const second = await b.query({ name: 's1', text: 'SELECT 2 AS two' })
    expect([first.rows, second.rows]).toEqual([[{ one: 1 }], [{ two: 2 }]])
    expect((await a.query({ name: 's1', text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }])
  })

  it('honours start-up options, and keeps them from other clients', async () => {
    const [a, b] = await Promise.all([connect({ options: '-c search_path=auth -c statement_timeout=5s' }), connect()])
    expect((await a.query('SHOW search_path')).rows).toEqual([{ search_path: 'auth' }])
    expect((await b.query('SHOW search_path')).rows).toEqual([{ search_path: '"$user", public' }])
    expect((await a.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '5s' }])
    expect((await b.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }])
  })

  it('lets a transaction run whole while others wait', async () => {
    const [a, b] = await Promise.all([connect(), connect()])
    await a.query('CREATE TABLE counted (n int); BEGIN')
    await a.query('INSERT INTO counted VALUES (1)')
    const count = b.query('SELECT count(*)::int AS n FROM counted')
    await a.query('INSERT INTO counted VALUES (2); COMMIT')
    expect((await count).rows).toEqual([{ n: 2 }])
  })
})

describe('a data directory', () => {
  it('keeps what was written when the server is closed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'savepoint-data-'))
    const open = () => PgliteServer.open({ root: process.cwd(), stateDirectory, directory })
    const first = await open()
    const writer = new pg.Client({ connectionString: first.url })
    await writer.connect()
    await writer.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)')
    await writer.end()
    await first.close()
    const second = await open()
    const reader = new pg.Client({ connectionString: second.url })
    await reader.connect()
    expect((await reader.query('SELECT n FROM kept')).rows).toEqual([{ n: 7 }])
    await reader.end()
    await second.close()
    await rm(directory, { recursive: true })
  })
})

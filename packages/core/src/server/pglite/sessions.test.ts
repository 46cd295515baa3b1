import { join } from 'node:path'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PgliteServer } from './open.js'
import { bind, copyData, copyDone, execute, flush, parse, query, RawClient, sync } from './testing/raw-client.js'

const stateDirectory = join(import.meta.dirname, '../../../../../node_modules/.cache/savepoint-test')
let server: PgliteServer
const warnings: string[] = []
const open = new Set<{ end(): Promise<unknown> }>()

async function connect(config: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url, ...config })
  client.on('error', () => {})
  await client.connect()
  open.add(client)
  return client
}

const connectTwo = (): Promise<[pg.Client, pg.Client]> => Promise.all([connect(), connect()])

async function value(client: pg.Client, text: string): Promise<unknown> {
  const { rows } = await client.query({ text, rowMode: 'array' })
  return (rows as unknown[][])[0]?.[0]
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )

beforeAll(async () => {
  server = await PgliteServer.open({
    root: join(import.meta.dirname, '../../..'),
    stateDirectory,
    log: (_level, message) => warnings.push(message),
    idleTransactionWarning: 50,
    idleTransactionLimit: 1500,
  })
})

afterEach(async () => {
  await Promise.all([...open].map((client) => client.end().catch(() => {})))
  open.clear()
})

afterAll(() => server.close())

describe('prepared statements', () => {
  it('of one name in two clients are two statements', async () => {
    const [a, b] = await connectTwo()
    const one = { name: 's1', text: 'SELECT 1 AS n' }
    const two = { name: 's1', text: 'SELECT 2 AS n' }
    for (let round = 0; round < 2; round++) {
      expect((await a.query(one)).rows).toEqual([{ n: 1 }])
      expect((await b.query(two)).rows).toEqual([{ n: 2 }])
    }
  })

  it('made by PREPARE are the session’s own, and DEALLOCATE ALL takes only those', async () => {
    const [a, b] = await connectTwo()
    await a.query('PREPARE same AS SELECT 1; PREPARE other AS SELECT 11')
    await b.query('PREPARE same (int) AS SELECT 2 + $1')
    expect([await value(a, 'EXECUTE same'), await value(b, 'EXECUTE same(3)')]).toEqual([1, 5])
    await a.query('DEALLOCATE other')
    expect((await a.query('DEALLOCATE ALL')).command).toBe('DEALLOCATE')
    await expect(a.query('EXECUTE same')).rejects.toThrow('prepared statement "same" does not exist')
    expect(await value(b, 'EXECUTE same(3)')).toBe(5)
  })

  it('leave nothing behind when their client goes', async () => {
    const a = await connect()
    await a.query({ name: 'left', text: 'SELECT 1' })
    await a.end()
    const b = await connect()
    expect(await value(b, "SELECT count(*)::int FROM pg_prepared_statements WHERE name LIKE '%left'")).toBe(0)
  })

  it('without a name survive the statements of others', async () => {
    const [a, b] = await Promise.all([RawClient.open(server.url), RawClient.open(server.url)])
    a.send(parse('', 'SELECT 1'), sync)
    await a.readUntil('Z')
    b.send(parse('', 'SELECT 2'), bind(''), execute, sync)
    expect(await b.readUntil('Z')).toEqual(['1', '2', 'D 2', 'C SELECT 1', 'Z I'])
    a.send(bind(''), execute, sync)
    expect(await a.readUntil('Z')).toEqual(['2', 'D 1', 'C SELECT 1', 'Z I'])
    a.destroy()
    b.destroy()
  })
})

describe('the extended protocol', () => {
  it('skips to Sync after an error, for that client alone', async () => {
    const [a, b] = await Promise.all([RawClient.open(server.url), RawClient.open(server.url)])
    a.send(parse('', 'SELECT nonsense'), flush)
    expect(await a.readUntil('E')).toEqual(['E 42703 column "nonsense" does not exist'])
    b.send(query('SELECT 5'))
    a.send(bind(''), execute, parse('', 'SELECT 1'), sync)
    expect(await a.readUntil('Z')).toEqual(['Z I'])
    expect(await b.readUntil('Z')).toEqual(['T', 'D 5', 'C SELECT 1', 'Z I'])
    a.destroy()
    b.destroy()
  })

  it('keeps a batch whole from its Flush to its Sync', async () => {
    const [a, b] = await Promise.all([RawClient.open(server.url), RawClient.open(server.url)])
    a.send(parse('', 'CREATE TABLE batch ()'), bind(''), execute, flush)
    expect(await a.readUntil('C')).toEqual(['1', '2', 'C CREATE TABLE'])
    b.send(query("SELECT to_regclass('batch')"))
    a.send(parse('', 'SELECT fails'), sync)
    expect(await a.readUntil('Z')).toEqual(['E 42703 column "fails" does not exist', 'Z I'])
    expect((await b.readUntil('Z'))[1]).toBe('D ')
    a.destroy()
    b.destroy()
  })

  it('answers a pipeline of batches in order', async () => {
    const a = await RawClient.open(server.url)
    a.send(
      parse('', 'SELECT 1'),
      bind(''),
      execute,
      sync,
      query('SELECT 2'),
      parse('', 'SELECT $1'),
      bind('', 'x'),
      execute,
      sync,
    )
    expect(await a.readUntil('Z')).toContain('D 1')
    expect(await a.readUntil('Z')).toContain('D 2')
    expect(await a.readUntil('Z')).toContain('D x')
    a.destroy()
  })
})

describe('settings', () => {
  it('given at start-up hold for that connection', async () => {
    const a = await connect({ options: '-c search_path=auth,public -c statement_timeout=5s', application_name: 'app' })
    const b = await connect()
    expect(await value(a, 'SHOW search_path')).toBe('auth,public')
    expect(await value(b, 'SHOW search_path')).toBe('"$user", public')
    expect(await value(a, 'SHOW statement_timeout')).toBe('5s')
    expect(await value(b, 'SHOW statement_timeout')).toBe('0')
    expect([await value(a, 'SHOW application_name'), await value(b, 'SHOW application_name')]).toEqual(['app', ''])
  })

  it('given in the URL hold too', async () => {
    const a = await connect({ connectionString: `${server.url}?options=-c%20search_path%3Dauth` })
    expect(await value(a, 'SHOW search_path')).toBe('auth')
  })

  it('come back by RESET and DISCARD ALL as they were at start-up', async () => {
    const a = await connect({ options: '-c search_path=auth' })
    await a.query('SET search_path = other')
    await a.query('RESET search_path')
    expect(await value(a, 'SHOW search_path')).toBe('auth')
    await a.query('SET search_path = other; SET work_mem = 65536')
    expect((await a.query('DISCARD ALL')).command).toBe('DISCARD')
    expect([await value(a, 'SHOW search_path'), await value(a, 'SHOW work_mem')]).toEqual(['auth', '4MB'])
  })

  it('changed by one client do not reach another', async () => {
    const [a, b] = await connectTwo()
    await a.query("SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET statement_timeout = 1234")
    await a.query("SELECT set_config('app.user', 'a', false)")
    await b.query(`SET app."user" = 'b'`)
    expect(await value(b, 'SHOW timezone')).toBe('UTC')
    expect(await value(b, 'SHOW datestyle')).toBe('ISO, MDY')
    expect(await value(b, 'SHOW statement_timeout')).toBe('0')
    expect(await value(b, "SELECT current_setting('app.user')")).toBe('b')
    expect(await value(a, 'SHOW timezone')).toBe('Asia/Tokyo')
    expect(await value(a, 'SHOW statement_timeout')).toBe('1234ms')
    expect(await value(a, "SELECT current_setting('app.user')")).toBe('a')
  })

  it('set in a transaction that fails are undone', async () => {
    const [a, b] = await connectTwo()
    await a.query("BEGIN; SET search_path = lost; SET LOCAL timezone = 'Asia/Tokyo'; ROLLBACK")
    await b.query('SELECT 1')
    expect(await value(a, 'SHOW search_path')).toBe('"$user", public')
    await a.query("BEGIN; SET search_path = kept; SET LOCAL timezone = 'Asia/Tokyo'; COMMIT")
    await b.query('SELECT 1')
    expect([await value(a, 'SHOW search_path'), await value(a, 'SHOW timezone')]).toEqual(['kept', 'UTC'])
  })

  it('of database and role hold for new connections', async () => {
    const admin = await connect()
    await admin.query(
      "ALTER DATABASE postgres SET search_path = 'of_database'; ALTER ROLE postgres SET work_mem = '8MB'",
    )
    const a = await connect()
    expect([await value(a, 'SHOW search_path'), await value(a, 'SHOW work_mem')]).toEqual(['of_database', '8MB'])
    await admin.query('ALTER DATABASE postgres RESET ALL; ALTER ROLE postgres RESET ALL')
  })

  it('that do not exist refuse the connection', async () => {
    expect(await codeOf(connect({ options: '-c nonsense=1' }))).toBe('42704')
  })
})

describe('roles', () => {
  it('are what a client connects as, with their rights', async () => {
    const admin = await connect()
    await admin.query(`CREATE ROLE app_user LOGIN; CREATE ROLE no_login;
      CREATE TABLE secret (owner text); INSERT INTO secret VALUES ('app_user'), ('other');
      ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON secret USING (owner = current_user); GRANT SELECT ON secret TO app_user`)
    const app = await connect({ user: 'app_user', connectionString: server.url.replace('postgres@', 'app_user@') })
    expect((await app.query('SELECT owner, session_user AS me FROM secret')).rows).toEqual([
      { owner: 'app_user', me: 'app_user' },
    ])
    expect(await codeOf(app.query('CREATE ROLE more'))).toBe('42501')
    expect((await admin.query('SELECT owner FROM secret')).rows).toHaveLength(2)
    await app.query("SET statement_timeout = '9s'")
    expect([await value(admin, 'SELECT current_user'), await value(app, 'SHOW statement_timeout')]).toEqual([
      'postgres',
      '9s',
    ])
    for (const [user, code] of [
      ['nobody_here', '28000'],
      ['no_login', '28000'],
    ])
      expect(await codeOf(connect({ connectionString: server.url.replace('postgres@', `${user}@`) }))).toBe(code)
  })

  it('taken by SET ROLE stay with the client', async () => {
    const [a, b] = await connectTwo()
    await a.query('CREATE ROLE taken; SET ROLE taken')
    expect(await value(b, 'SELECT current_user')).toBe('postgres')
    expect(await value(a, 'SELECT current_user')).toBe('taken')
    await a.query('RESET ROLE')
    expect(await value(a, 'SELECT current_user')).toBe('postgres')
  })
})

describe('transactions', () => {
  it('do not interleave', async () => {
    const [a, b] = await connectTwo()
    await a.query('CREATE TABLE whole (n int); BEGIN')
    await a.query('INSERT INTO whole VALUES (1)')
    const count = value(b, 'SELECT count(*)::int FROM whole')
    await a.query('INSERT INTO whole VALUES (2)')
    await a.query('COMMIT')
    expect(await count).toBe(2)
  })

  it('are rolled back when their client vanishes', async () => {
    const [a, b] = await Promise.all([RawClient.open(server.url), connect()])
    await b.query('CREATE TABLE vanished ()')
    a.send(query('BEGIN; DROP TABLE vanished'))
    await a.readUntil('Z')
    a.destroy()
    expect(await value(b, "SELECT to_regclass('vanished')::text")).toBe('vanished')
  })

  it('that are forgotten are named in the log, and do not keep others from connecting', async () => {
    const a = await connect({ application_name: 'forgetful' })
    await a.query('BEGIN; SELECT 42')
    const b = await connect()
    const waiting = b.query('SELECT 1')
    await expect.poll(() => warnings.join('\n')).toMatch(/forgetful.*1 other.*SELECT 42/s)
    await a.query('ROLLBACK')
    await waiting
  })
})

describe('two connections that wait for each other', () => {
  it('are told apart from slow ones by time: the one outside of the transaction gets an error', async () => {
    const [a, b] = await connectTwo()
    await a.query('CREATE TABLE entangled (); BEGIN; SELECT 1')
    // What an app does that uses its pool in the middle of a transaction.
    const error: unknown = await b.query('SELECT FROM entangled').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: '55P03', hint: expect.stringContaining('another connection') })
    await a.query('COMMIT')
    expect((await b.query('SELECT FROM entangled')).rows).toEqual([])
  })
})

describe('LISTEN and NOTIFY', () => {
  const collect = (client: pg.Client): string[] => {
    const heard: string[] = []
    client.on('notification', ({ channel, payload }) => heard.push(`${channel}: ${payload}`))
    return heard
  }

  it('reach the clients that listen, idle or not, and no other', async () => {
    const [a, b] = await connectTwo()
    const c = await connect()
    const heard = [collect(a), collect(b), collect(c)]
    await a.query('LISTEN news')
    await b.query('LISTEN "News"; LISTEN news')
    await c.query("NOTIFY news, 'from c'")
    await c.query("SELECT pg_notify('News', $1)", ['quoted'])
    await expect.poll(() => heard).toEqual([['news: from c'], ['news: from c', 'News: quoted'], []])
    await b.query('UNLISTEN news')
    await a.query("NOTIFY news, 'from a'")
    await expect.poll(() => heard[0]).toEqual(['news: from c', 'news: from a'])
    expect(heard[1]).toEqual(['news: from c', 'News: quoted'])
  })

  it('follow transactions', async () => {
    const [a, b] = await connectTwo()
    const heard = collect(a)
    await a.query('BEGIN; LISTEN undone; ROLLBACK')
    await a.query('BEGIN; LISTEN done; COMMIT')
    await b.query("BEGIN; NOTIFY done, 'no'; ROLLBACK; BEGIN; NOTIFY undone; NOTIFY done, 'yes'; COMMIT")
    await expect.poll(() => heard).toEqual(['done: yes'])
  })
})

describe('COPY', () => {
  const rows = Array.from({ length: 3000 }, (_, index) => `${index}\trow ${index}\n`).join('')

  it('takes data from and gives data to postgres.js', async () => {
    const sql = postgres(server.url, { max: 2, onnotice: () => {} })
    await sql`CREATE TABLE copied (id int, name text)`
    const writable = await sql`COPY copied FROM STDIN`.writable()
    await new Promise<void>((resolve, reject) => writable.on('error', reject).on('finish', resolve).end(rows))
    expect(await sql`SELECT count(*)::int AS n FROM copied`).toEqual([{ n: 3000 }])
    const chunks: string[] = []
    for await (const chunk of await sql`COPY copied TO STDOUT`.readable()) chunks.push(String(chunk))
    expect(chunks.join('')).toBe(rows)
    await sql.end()
  })

  it('works in a transaction, in the extended protocol, and after a Sync that came too early', async () => {
    const a = await RawClient.open(server.url)
    a.send(query('CREATE TABLE gathered (n int); BEGIN'))
    await a.readUntil('Z')
    a.send(query('COPY gathered FROM STDIN'))
    expect(await a.readUntil('G')).toEqual(['G'])
    a.send(copyData('1\n'), copyData('2\n'), copyDone)
    expect(await a.readUntil('Z')).toEqual(['C COPY 2', 'Z T'])
    a.send(parse('', 'COPY gathered FROM STDIN'), bind(''), execute, sync)
    expect(await a.readUntil('G')).toEqual(['1', '2', 'G'])
    a.send(copyData('3\n'), copyDone, sync)
    expect(await a.readUntil('Z')).toEqual(['C COPY 1', 'Z T'])
    a.send(query('COMMIT; SELECT sum(n) FROM gathered'))
    expect(await a.readUntil('Z')).toContain('D 6')
    a.destroy()
  })

  it('fails as it should, and the client goes on', async () => {
    const a = await RawClient.open(server.url)
    a.send(query('COPY no_such_table FROM STDIN'))
    expect(await a.readUntil('Z')).toEqual(['E 42P01 relation "no_such_table" does not exist', 'Z I'])
    a.send(query('CREATE TABLE strict (n int); COPY strict FROM STDIN'))
    await a.readUntil('G')
    a.send(copyData('x\n'), copyDone)
    expect(await a.readUntil('Z')).toContain('E 22P02 invalid input syntax for type integer: "x"')
    const b = await connect()
    await expect(b.query('COPY pg_class FROM STDIN')).rejects.toThrow()
    expect(await value(b, 'SELECT 1')).toBe(1)
    a.destroy()
  })
})

describe('advisory locks', () => {
  it('of two connections exclude each other', async () => {
    const [a, b] = await connectTwo()
    await a.query('SELECT pg_advisory_lock(7)')
    expect((await b.query('SELECT pg_try_advisory_lock(7)')).rows).toEqual([{ pg_try_advisory_lock: false }])
    expect((await b.query('SELECT pg_try_advisory_lock($1::int) AS got', [7])).rows).toEqual([{ got: false }])
    expect((await b.query({ name: 'try', text: 'SELECT pg_try_advisory_lock($1)', values: [7] })).rows).toEqual([
      { pg_try_advisory_lock: false },
    ])
    expect(await value(b, 'SELECT pg_advisory_unlock(7)')).toBe(false)
    const order: string[] = []
    const waiting = b.query('SELECT pg_advisory_lock($1)', [7]).then(() => order.push('b has it'))
    await a.query('SELECT 1').then(() => order.push('a works on'))
    expect(await value(a, 'SELECT pg_advisory_unlock(7)')).toBe(true)
    await waiting
    expect(order).toEqual(['a works on', 'b has it'])
    expect(await value(a, 'SELECT pg_try_advisory_lock(7)')).toBe(false)
    await b.query('SELECT pg_advisory_unlock_all()')
    expect(await value(a, 'SELECT pg_try_advisory_lock(7)')).toBe(true)
  })

  it('take computed keys and key pairs, and are shared when asked to be', async () => {
    const [a, b] = await connectTwo()
    await a.query("SELECT pg_advisory_lock(hashtext('migrations'), 1)")
    expect(await value(b, "SELECT pg_try_advisory_lock(hashtext('migrations'), 1)")).toBe(false)
    expect(await value(b, "SELECT pg_try_advisory_lock(hashtext('migrations'), 2)")).toBe(true)
    await a.query('SELECT pg_advisory_lock_shared(8)')
    expect(await value(b, 'SELECT pg_try_advisory_lock_shared(8)')).toBe(true)
    expect(await value(b, 'SELECT pg_try_advisory_lock(8)')).toBe(false)
  })

  it('are waited for as long as lock_timeout says', async () => {
    const [a, b] = await connectTwo()
    await a.query('SELECT pg_advisory_lock(11)')
    await b.query("SET lock_timeout = '20ms'")
    expect(await codeOf(b.query('SELECT pg_advisory_lock(11)'))).toBe('55P03')
    expect(await value(b, 'SELECT 1')).toBe(1)
  })

  it('are given up when their client goes', async () => {
    const [a, b] = await connectTwo()
    await a.query('SELECT pg_advisory_lock(9)')
    const waiting = b.query('SELECT pg_advisory_lock(9)')
    await a.end()
    await waiting
  })

  it('are not waited for inside a transaction, where that could never end', async () => {
    const [a, b] = await connectTwo()
    await a.query('SELECT pg_advisory_lock(10)')
    await b.query('BEGIN')
    expect(await codeOf(b.query('SELECT pg_advisory_xact_lock(10)'))).toBe('55P03')
    expect(await codeOf(b.query('SELECT 1'))).toBe('25P02')
    await b.query('ROLLBACK')
    await a.query('SELECT pg_advisory_unlock(10)')
    await b.query('BEGIN; SELECT pg_advisory_xact_lock(10); COMMIT')
  })
})

describe('extensions', () => {
  it('are there when CREATE EXTENSION asks, without a restart', async () => {
    const a = await connect()
    await a.query('CREATE EXTENSION IF NOT EXISTS pgcrypto; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION vector')
    expect(await value(a, "SELECT '[1,2]'::vector::text || length(gen_salt('bf'))")).toBe('[1,2]29')
    expect(await value(a, "SELECT count(*)::int FROM pg_available_extensions WHERE name = 'hstore'")).toBe(1)
  })

  it('that it lacks say what helps', async () => {
    const a = await connect()
    const error: unknown = await a.query('CREATE EXTENSION timescaledb').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: '0A000', hint: expect.stringContaining('`scratch`') })
  })
})

describe('a client that misbehaves', () => {
  it('is sent away, and nobody else notices', async () => {
    const bystander = await connect()
    const garbage = await RawClient.open(server.url, false)
    garbage.send(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    expect((await garbage.readUntil('E')).join()).toContain('E 08P01')
    const session = await RawClient.open(server.url)
    session.send(Buffer.from([0x21, 0, 0, 0, 4]))
    expect((await session.readUntil('E')).join()).toContain('E 08P01')
    expect(
      await codeOf(connect({ database: 'elsewhere', connectionString: server.url.replace(/postgres$/, 'elsewhere') })),
    ).toBe('3D000')
    expect(await value(bystander, 'SELECT 1')).toBe(1)
  })

  it('may ask for SSL, send a message byte by byte, and large ones', async () => {
    const a = await RawClient.open(server.url)
    for (const byte of query('SELECT 3')) a.send(Buffer.from([byte]))
    expect(await a.readUntil('Z')).toContain('D 3')
    a.destroy()
    const b = await connect({ ssl: false })
    const text = 'é'.repeat(3_000_000)
    expect(await b.query('SELECT $1::text AS text, length($1) AS length', [text])).toMatchObject({
      rows: [{ text, length: 3_000_000 }],
    })
  })
})

describe('many clients', () => {
  it('connect at once', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect()))
    const numbers = await Promise.all(clients.map((client, index) => client.query(`SELECT ${index} AS n`)))
    expect(numbers.map(({ rows }) => rows[0].n)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  it('cancel what waits for its turn', async () => {
    const [a, b] = await connectTwo()
    await a.query('BEGIN')
    const waiting = codeOf(b.query('SELECT 1'))
    const { processID, secretKey } = b as unknown as { processID: number; secretKey: number }
    const canceller = await RawClient.open(server.url, false)
    const packet = Buffer.alloc(16)
    for (const [index, number] of [16, 80_877_102, processID, secretKey].entries())
      packet.writeInt32BE(number, index * 4)
    canceller.send(packet)
    expect(await waiting).toBe('57014')
    await a.query('COMMIT')
    expect(await value(b, 'SELECT 2')).toBe(2)
  })

  it('are killed at random without a trace in the others', async () => {
    const sql = postgres(server.url, { max: 4, onnotice: () => {} })
    const pool = new pg.Pool({ connectionString: server.url, max: 4 })
    await pool.query('CREATE TABLE ledger (who int, n int)')
    const transfer = async (who: number): Promise<void> => {
      for (let round = 0; round < 25; round++) {
        await sql.begin(async (tx) => {
          await tx`INSERT INTO ledger VALUES (${who}, 1)`
          await tx`INSERT INTO ledger VALUES (${who}, -1)`
        })
        await pool.query('SELECT count(*) FROM ledger WHERE who = $1', [who])
      }
    }
    const disturb = async (): Promise<void> => {
      for (let round = 0; round < 40; round++) {
        const victim = await RawClient.open(server.url)
        const texts = ['BEGIN; INSERT INTO ledger VALUES (0, 1)', 'SET search_path = nowhere', 'SELECT 1 FROM nowhere']
        victim.send(parse('', 'SELECT 1'), round % 2 === 0 ? flush : sync, query(texts[round % 3] ?? ''))
        if (round % 4 > 0) await victim.readUntil('1')
        victim.destroy()
      }
    }
    await Promise.all([transfer(1), transfer(2), transfer(3), disturb(), disturb()])
    const { rows } = await pool.query('SELECT sum(n)::int AS sum, count(*)::int AS rows FROM ledger')
    expect(rows).toEqual([{ sum: 0, rows: 150 }])
    await Promise.all([sql.end(), pool.end()])
  })
})

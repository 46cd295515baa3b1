// Works on the embedded Postgres through many sessions for minutes and checks what must hold:
// `node scripts/soak-sessions.mjs [minutes]`. Prints throughput and memory; exits 1 at the first fault.
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { buildJavaScript, root } from './build.mjs'

await buildJavaScript()
const load = async (name) =>
  (await import(pathToFileURL(createRequire(join(root, 'packages/core/package.json')).resolve(name)).href)).default
const [pg, postgres] = await Promise.all([load('pg'), load('postgres')])
const { openDatabase } = await import(pathToFileURL(join(root, 'packages/core/dist/server/open.js')).href)

const minutes = Number(process.argv[2] ?? 3)
const end = Date.now() + minutes * 60_000
const home = mkdtempSync(join(tmpdir(), 'savepoint-soak-'))
const counts = {}
const faults = []
const count = (name) => (counts[name] = (counts[name] ?? 0) + 1)
const check = (condition, what) => {
  if (!condition) throw new Error(what)
}

const server = await openDatabase(
  { kind: 'pglite', directory: join(home, 'data') },
  {
    root: join(root, 'packages/core'),
    stateDirectory: home,
    log: (level, message) => faults.push(`${level}: ${message}`),
  },
)
const pools = [
  new pg.Pool({ connectionString: server.url, max: 5 }),
  new pg.Pool({
    connectionString: server.url,
    max: 5,
    options: '-c search_path=other,public -c statement_timeout=60s',
  }),
]
for (const pool of pools) pool.on('error', (error) => faults.push(`pool: ${error.message}`))
const js = postgres(server.url, { max: 5, onnotice: () => {} })
await pools[0].query(`CREATE SCHEMA other; CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
  INSERT INTO accounts SELECT n, 100 FROM generate_series(1, 20) n; CREATE TABLE other.mine (n int)`)

/** Moves money in a transaction; the sum never changes. */
async function transfer() {
  const [from, to] = [randomInt(1, 21), randomInt(1, 21)]
  await js.begin(async (transaction) => {
    await transaction`UPDATE accounts SET balance = balance - 1 WHERE id = ${from}`
    await transaction`UPDATE accounts SET balance = balance + 1 WHERE id = ${to}`
  })
}

async function readSum() {
  const { rows } = await pools[0].query({ name: 'sum', text: 'SELECT sum(balance)::int AS sum FROM accounts' })
  check(rows[0].sum === 2000, `the sum is ${rows[0].sum}`)
}

/** The same statement name as in the other pool, another meaning, another search_path. */
async function readPath() {
  const { rows } = await pools[1].query({
    name: 'sum',
    text: `SELECT current_setting('search_path') AS path, to_regclass('mine') IS NOT NULL AS seen`,
  })
  check(rows[0].path === 'other,public' && rows[0].seen, `the search_path is ${rows[0].path}`)
}

async function changeSettings() {
  const client = await pools[0].connect()
  const zone = ['Asia/Tokyo', 'Europe/Berlin', 'UTC'][randomInt(3)]
  try {
    await client.query(`SET timezone = '${zone}'`)
    await delay(randomInt(3))
    const { rows } = await client.query('SHOW timezone')
    check(rows[0].TimeZone === zone, `timezone is ${rows[0].TimeZone}, not ${zone}`)
    await client.query('RESET timezone')
  } finally {
    client.release()
  }
}

async function fail() {
  const error = await pools[randomInt(2)].query('SELECT 1 / $1::int', [0]).catch((thrown) => thrown)
  check(error.code === '22012', `an error came out as ${error}`)
}

async function lock() {
  const client = await pools[0].connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [1])
    check(!lock.held, 'two connections hold one advisory lock')
    lock.held = true
    await client.query('SELECT 1')
    lock.held = false
    await client.query('SELECT pg_advisory_unlock($1)', [1])
  } finally {
    client.release()
  }
}

const notifications = { sent: 0, received: 0 }
const listener = await pools[1].connect()
listener.on('notification', () => notifications.received++)
await listener.query('LISTEN soak')
async function notify() {
  notifications.sent++
  await js.notify('soak', 'x')
}

async function copy() {
  const rows = Array.from({ length: 500 }, (_, index) => `${index}\n`).join('')
  const stream = await js`COPY other.mine FROM STDIN`.writable()
  await new Promise((resolve, reject) => stream.on('error', reject).on('finish', resolve).end(rows))
  await js`TRUNCATE other.mine`
}

/** A client that begins something and is cut off. */
async function vanish() {
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  client.query('BEGIN; UPDATE accounts SET balance = 0').catch(() => {})
  if (randomInt(2)) await delay(randomInt(5))
  client.connection.stream.destroy()
}

async function breakProtocol() {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(Buffer.from(Array.from({ length: randomInt(200) }, () => randomInt(256))))
  await delay(5)
  socket.destroy()
}

async function repeat(work, pause) {
  while (Date.now() < end && faults.length === 0) {
    try {
      await work()
      count(work.name)
    } catch (error) {
      faults.push(`${work.name}: ${error.stack}`)
    }
    if (pause) await delay(randomInt(pause))
  }
}

console.log(`soaking for ${minutes} minutes`)
const started = Date.now()
const memory = setInterval(() => {
  const { rss } = process.memoryUsage()
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0)
  console.log(`${Math.round((Date.now() - started) / 1000)} s: ${total} rounds, ${Math.round(rss / 2 ** 20)} MB`)
}, 30_000)
await Promise.all([
  ...[transfer, transfer, transfer, readSum, readSum, readPath, readPath].map((work) => repeat(work)),
  ...[changeSettings, changeSettings, fail, lock, lock, lock, notify, copy].map((work) => repeat(work, 20)),
  ...[vanish, breakProtocol].map((work) => repeat(work, 200)),
])
clearInterval(memory)
for (let tries = 0; notifications.received < notifications.sent && tries < 50; tries++) await delay(100)
if (notifications.received !== notifications.sent)
  faults.push(`${notifications.sent} notifications were sent and ${notifications.received} received`)
const { rows } = await pools[0].query('SELECT count(*)::int AS n FROM pg_prepared_statements')
console.log(counts, `${rows[0].n} prepared statements`)
listener.release()
await Promise.all([...pools.map((pool) => pool.end()), js.end()])
await server.close()
rmSync(home, { recursive: true, force: true })
for (const fault of faults) console.error(fault)
console.log(faults.length === 0 ? 'no fault' : `${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1

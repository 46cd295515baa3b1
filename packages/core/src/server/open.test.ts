import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../test/support/database.js'
import { isMissing } from '../../../../test/support/requirement.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { openDatabase } from './open.js'
import { parseDatabaseSetting } from './setting.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'savepoint-open-'))
  // Where root runs the tests, the native server runs as another user.
  await chmod(root, 0o755)
})
afterAll(() => rm(root, { recursive: true, force: true }))

const open = (setting: string) =>
  openDatabase(parseDatabaseSetting(setting, { root }), { root, stateDirectory: join(root, '.savepoint') })

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown)
  return error instanceof DiagnosticError
    ? error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}. ${fix}`).join('\n')
    : String(error)
}

describe.skipIf(isMissing('native'))('a server that runs already [needs native]', () => {
  const url = serverUrl('18') ?? ''

  it('gives scratch databases of its own version, each empty and each gone when closed', async () => {
    const server = await open(url)
    const [one, two] = await Promise.all([server.createScratch(), server.createScratch()])
    expect([one.version, two.version]).toEqual([server.version, server.version])
    await query(one.url, 'CREATE TABLE t ()')
    expect(await query(two.url, "SELECT to_regclass('t') AS t")).toEqual([{ t: null }])
    const names = [one, two].map((scratch) => `'${new URL(scratch.url).pathname.slice(1)}'`)
    await one.close()
    await server.close()
    expect(await query(url, `SELECT datname FROM pg_database WHERE datname IN (${names.join()})`)).toEqual([])
  })

  it('loses the scratch databases that killed processes left', async () => {
    const long = Math.floor(Date.now() / 1000 - 3600).toString(36)
    const name = `savepoint_scratch_0123456789ab_${long}`
    await query(url, `CREATE DATABASE ${name}`)
    const server = await open(url)
    await server.createScratch()
    expect(await query(url, `SELECT datname FROM pg_database WHERE datname = '${name}'`)).toEqual([])
    await server.close()
  })

  it('says what to do when the user may not create databases', async () => {
    await query(url, 'DROP ROLE IF EXISTS savepoint_plain; CREATE ROLE savepoint_plain LOGIN')
    const server = await open(url.replace('postgres@', 'savepoint_plain@'))
    expect(await failureOf(server.createScratch())).toMatch(/^SP2010: .*CREATEDB.*scratch/s)
    await server.close()
    await query(url, 'DROP ROLE savepoint_plain')
  })
})

describe.skipIf(isMissing('native'))('native programs from npm [needs native]', () => {
  it('keep their data and their URL from start to start, and refuse a second opening', async () => {
    const first = await open('native:pg')
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    expect(await failureOf(open('native:pg'))).toContain('SP2005')
    await first.close()
    const second = await open('native:pg')
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    await second.close()
  })

  it('end with the process that started them, even when that is killed', async () => {
    const dist = new URL('../../dist/server/open.js', import.meta.url).href
    const setting = JSON.stringify(parseDatabaseSetting('native:killed', { root }))
    const program = `
      import { openDatabase } from ${JSON.stringify(dist)}
      const root = ${JSON.stringify(root)}
      const server = await openDatabase(${setting}, { root, stateDirectory: root })
      console.log(server.url)
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    expect(await query(line.toString().trim(), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    const postmaster = Number((await readFile(join(root, 'killed/postmaster.pid'), 'utf8')).split('\n')[0])
    owner.kill('SIGKILL')
    await expect.poll(() => isRunning(postmaster), { timeout: 10_000 }).toBe(false)
    const next = await open('native:killed')
    expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await next.close()
  })
})

describe.skipIf(isMissing('docker'))('a container [needs docker]', () => {
  it('is found again by the next start, with its data', async () => {
    const first = await open('docker://postgres/17/dev')
    await query(first.url, 'CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n')
    await first.close()
    const second = await open('docker://postgres/17/dev')
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    const scratch = await second.createScratch()
    expect(await query(scratch.url, "SELECT to_regclass('kept') AS t")).toEqual([{ t: null }])
    await second.close()
  })
})

describe('a server that cannot be had', () => {
  it('is named, without its password', async () => {
    const failure = await failureOf(open('postgres://app:s3cret@127.0.0.1:1/app'))
    expect(failure).toMatch(/^SP2002: 127.0.0.1:1\/app refused the connection/)
    expect(failure).not.toContain('s3cret')
  })

  it.skipIf(spawnSync('docker', ['info']).status === 0)('is a container where no Docker engine answers', async () => {
    expect(await failureOf(open('docker://postgres/17/dev'))).toMatch(/^SP2002: no Docker engine answers.*pglite:/s)
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

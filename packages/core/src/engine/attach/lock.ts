import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** What the owner of a project's engine says about itself in the lock file. */
export interface LockContent {
  pid: number
  /** Path of the Unix socket (a named pipe on Windows) on which the owner answers. */
  address: string
}

/** The lock is ours until the process ends or `release` is called. */
export interface HeldLock {
  release(): void
}

/**
 * One engine per project among the processes of a machine.
 *
 * Each owner has a lock file with a number one higher than the one before it. Making the file is atomic (a hard link to a
 * complete file), and the newest file is never removed, only followed; so two processes that both find a dead owner cannot
 * both become the next. Whether an owner lives is decided by its socket alone: the kernel closes it with the process,
 * also after kill -9, and a pid can be given to a stranger.
 *
 * @param directory the state directory
 * @param content of a process that already listens at its address
 * @param name tells apart the projects that share a state directory
 * @returns the lock, or the living owner
 */
export async function acquireLock(
  directory: string,
  content: LockContent,
  name = 'engine',
): Promise<{ held: HeldLock } | { owner: LockContent }> {
  mkdirSync(directory, { recursive: true })
  for (;;) {
    const newest = newestLock(directory, name)
    if (newest?.content && (await isListening(newest.content.address))) return { owner: newest.content }
    const number = (newest?.number ?? 0) + 1
    const path = join(directory, `${name}.${number}.lock`)
    if (!createExclusively(path, content)) continue
    removeOlder(directory, name, number)
    return { held: { release: () => markReleased(path, content) } }
  }
}

/** The living owner of a project's engine, if there is one. */
export async function findOwner(directory: string, name = 'engine'): Promise<LockContent | undefined> {
  const content = newestLock(directory, name)?.content
  return content && (await isListening(content.address)) ? content : undefined
}

function newestLock(directory: string, name: string): { number: number; content: LockContent | undefined } | undefined {
  const number = Math.max(0, ...lockNumbers(directory, name))
  return number === 0 ? undefined : { number, content: readLock(join(directory, `${name}.${number}.lock`)) }
}

function lockNumbers(directory: string, name: string): number[] {
  return listDirectory(directory).flatMap((file) => {
    const number = file.startsWith(`${name}.`) && /^\.(\d+)\.lock$/.exec(file.slice(name.length))?.[1]
    return number ? [Number(number)] : []
  })
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function readLock(path: string): LockContent | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isLockContent(value) ? value : undefined
  } catch (error) {
    // Gone: its owner was followed meanwhile. Not JSON: nobody that we know wrote it, so nobody answers there.
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined
    throw error
  }
}

function isLockContent(value: unknown): value is LockContent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'address' in value &&
    typeof value.address === 'string'
  )
}

function createExclusively(path: string, content: LockContent): boolean {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, JSON.stringify(content), { mode: 0o600 })
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    if (hasCode(error, 'EPERM') || hasCode(error, 'ENOTSUP') || hasCode(error, 'EOPNOTSUPP'))
      return createWithoutLinks(path, content)
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

// Some file systems (exFAT, folders shared into a container) have no hard links. Between opening and writing another
// process can see the file empty there.
function createWithoutLinks(path: string, content: LockContent): boolean {
  try {
    writeFileSync(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function removeOlder(directory: string, name: string, number: number): void {
  for (const older of lockNumbers(directory, name))
    if (older < number) rmSync(join(directory, `${name}.${older}.lock`), { force: true })
}

// The file stays, because its number is what keeps two successors apart; the address answers no more.
function markReleased(path: string, content: LockContent): void {
  try {
    if (readLock(path)?.address === content.address) writeFileSync(path, JSON.stringify({ pid: 0, address: '' }))
  } catch {
    // The whole project may have been deleted while we ran; the socket is closed in any case, and that is what counts.
  }
}

function isListening(address: string): Promise<boolean> {
  if (address === '') return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

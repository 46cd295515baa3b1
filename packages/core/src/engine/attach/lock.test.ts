import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createAddress } from './address.js'
import { acquireLock, findOwner, type LockContent } from './lock.js'

let directory: string
const servers: Server[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'savepoint-lock-'))
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
  rmSync(directory, { recursive: true, force: true })
})

/** A process that listens, as every process does before it asks for the lock. */
async function listen(): Promise<LockContent & { stop(): Promise<void> }> {
  const address = createAddress(directory)
  const server = createServer((socket) => socket.destroy())
  servers.push(server)
  await new Promise<void>((done) => server.listen(address, done))
  return { pid: process.pid, address, stop: () => new Promise((done) => server.close(() => done())) }
}

it('the first gets the lock, the second is told who has it', async () => {
  const first = await listen()
  expect(await acquireLock(directory, first)).toHaveProperty('held')
  expect(await acquireLock(directory, await listen())).toMatchObject({ owner: { address: first.address } })
  expect(await findOwner(directory)).toMatchObject({ address: first.address })
})

it('is free again after it was released', async () => {
  const first = await listen()
  const lock = await acquireLock(directory, first)
  if ('held' in lock) lock.held.release()
  expect(await findOwner(directory)).toBeUndefined()
  expect(await acquireLock(directory, await listen())).toHaveProperty('held')
})

it('is taken over from an owner that died without a word', async () => {
  const script = `
    import('node:net').then(({ createServer }) => createServer().listen(process.argv[1], () => console.log('listening')))
  `
  const address = createAddress(directory)
  const child = spawn(process.execPath, ['-e', script, address])
  await new Promise((done) => child.stdout.once('data', done))
  expect(await acquireLock(directory, { pid: child.pid ?? 0, address })).toHaveProperty('held')
  expect(await findOwner(directory)).toMatchObject({ pid: child.pid })
  child.kill('SIGKILL')
  await new Promise((done) => child.once('exit', done))
  expect(await acquireLock(directory, await listen())).toHaveProperty('held')
})

it('of many that find it stale at once, exactly one gets it', async () => {
  const dead = await listen()
  await acquireLock(directory, dead)
  await dead.stop()
  const contenders = await Promise.all(Array.from({ length: 12 }, listen))
  const outcomes = await Promise.all(contenders.map((contender) => acquireLock(directory, contender)))
  expect(outcomes.filter((outcome) => 'held' in outcome)).toHaveLength(1)
  const winner = contenders[outcomes.findIndex((outcome) => 'held' in outcome)]
  for (const outcome of outcomes) if ('owner' in outcome) expect(outcome.owner.address).toBe(winner?.address)
  expect(readdirSync(directory).filter((name) => name.endsWith('.lock'))).toHaveLength(1)
})

it('a lock file that is no lock file is followed', async () => {
  writeFileSync(join(directory, 'engine.7.lock'), 'garbage')
  expect(await acquireLock(directory, await listen())).toHaveProperty('held')
})

it('listens in the temporary folder where the project lies too deep for a socket', () => {
  expect(createAddress(join('/', 'deep'.repeat(40)), 'linux').startsWith(tmpdir())).toBe(true)
  expect(createAddress('C:\\app\\.savepoint', 'win32')).toMatch(/^\\\\\.\\pipe\\savepoint-/)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DiagnosticError } from '../diagnostics/index.js'
import { findLockHolder, lockDirectory } from './directory-lock.js'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'savepoint-lock-'))
})
afterAll(() => rm(home, { recursive: true }))

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'taken',
    (error: unknown) => (error instanceof DiagnosticError ? (error.diagnostics[0]?.code ?? '') : String(error)),
  )

it('is held by one at a time, in this process too', async () => {
  const directory = join(home, 'one')
  const lock = await lockDirectory(directory)
  expect(await codeOf(lockDirectory(directory))).toBe('SP2005')
  expect(await findLockHolder(directory)).toEqual({ pid: process.pid })
  await lock.release()
  const again = await lockDirectory(directory)
  await again.release()
  await again.release()
  expect(await findLockHolder(directory)).toBeUndefined()
})

it('is given to one of many that want it at once', async () => {
  const directory = join(home, 'many')
  await writeFile(`${directory}.lock`, JSON.stringify({ pid: 999_999_999, started: '1', token: 'gone' }))
  const results = await Promise.all(Array.from({ length: 8 }, () => codeOf(lockDirectory(directory))))
  expect(results.filter((result) => result === 'taken')).toHaveLength(1)
  expect((await readdir(home)).filter((name) => name.startsWith('many'))).toEqual(['many.lock'])
})

it('is refused while another process lives, and taken over when that was killed', async () => {
  const directory = join(home, 'killed')
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(other, 'spawn')
  await writeFile(`${directory}.lock`, JSON.stringify({ pid: other.pid, started: '', token: 'theirs' }))
  expect(await codeOf(lockDirectory(directory))).toBe('SP2005')
  other.kill('SIGKILL')
  await once(other, 'exit')
  const lock = await lockDirectory(directory)
  await lock.release()
})

it('is not fooled by a process that got the same number, nor by a damaged file', async () => {
  const directory = join(home, 'reused')
  await writeFile(`${directory}.lock`, JSON.stringify({ pid: process.pid, started: 'long ago', token: 'theirs' }))
  await (await lockDirectory(directory)).release()
  await writeFile(`${directory}.lock`, '{"pid":')
  await (await lockDirectory(directory)).release()
})

import { expect, it, vi } from 'vitest'
import type { Io } from '../io.js'
import { createTalk } from './talk.js'

function createIo(overrides: Partial<Io>): { io: Io; said: () => string } {
  let stderr = ''
  const io: Io = {
    stdout: () => {},
    stderr: (text) => void (stderr += text),
    interactive: false,
    terminal: false,
    colours: false,
    resultColours: false,
    columns: () => 80,
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    confirm: () => Promise.resolve(false),
    choose: () => Promise.resolve(undefined),
    onKey: () => () => {},
    ...overrides,
  }
  return { io, said: () => stderr }
}

it('says plain lines where there is no terminal, and each once', async () => {
  const { io, said } = createIo({})
  const talk = await createTalk(io, { debug: false })
  talk.success('done')
  talk.debug('details')
  await talk.during('planning', () => Promise.resolve())
  expect(said()).toBe('done\n')
})

it('marks with colours where they are wanted', async () => {
  const { io, said } = createIo({ colours: true })
  const talk = await createTalk(io, { debug: true })
  talk.fail('refused')
  expect(said()).toBe('\u001B[31mrefused\u001B[39m\n')
})

it('takes passwords out of everything', async () => {
  const { io, said } = createIo({})
  const talk = await createTalk(io, { debug: true })
  talk.debug('Error: postgres://app:s3cret@db/app')
  talk.progress('connecting').update('postgres://app:s3cret@db/app')
  expect(said()).not.toContain('s3cret')
})

it('tells how long a piece of work goes on, in a line that does not wrap', async () => {
  vi.useFakeTimers()
  try {
    const { io, said } = createIo({ terminal: true, columns: () => 30 })
    const talk = await createTalk(io, { debug: false })
    const progress = talk.progress('statement 1 of 2: SELECT pg_sleep(300)')
    vi.advanceTimersByTime(500)
    expect(said()).not.toMatch(/\ds/)
    vi.advanceTimersByTime(65_000)
    progress.stop()
    const drawn = said().split('\r\u001B[2K')
    expect(drawn.at(-2)).toMatch(/^. statement 1 of 2: SE… 1m05s$/)
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(30)
    expect(drawn.at(-1)).toBe('')
  } finally {
    vi.useRealTimers()
  }
})

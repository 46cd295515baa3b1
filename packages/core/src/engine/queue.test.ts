import { expect, it } from 'vitest'
import { createRunQueue } from './queue.js'

/** A run that ends when the test says so. */
function createGate() {
  const runs: { changed: string[]; end: () => void }[] = []
  let started = (): void => undefined
  return {
    runs,
    run: (changed: ReadonlySet<string>) =>
      new Promise<void>((end) => {
        runs.push({ changed: [...changed], end })
        started()
      }),
    next: () =>
      new Promise<void>((resolve) => {
        started = resolve
      }),
  }
}

it('runs one at a time, and once more for everything that was asked meanwhile', async () => {
  const gate = createGate()
  const queue = createRunQueue(gate.run)
  let next = gate.next()
  const first = queue.request(['a.sql'])
  await next
  const second = queue.request(['b.sql'])
  const third = queue.request(['c.sql'])
  expect(gate.runs).toHaveLength(1)
  next = gate.next()
  gate.runs[0]?.end()
  await first
  await next
  expect(gate.runs[1]?.changed).toEqual(['b.sql', 'c.sql'])
  gate.runs[1]?.end()
  await Promise.all([second, third, queue.settled()])
  expect(gate.runs).toHaveLength(2)
  expect(queue.busy).toBe(false)
})

it('a request is answered by a run that began after it', async () => {
  let state = 0
  const seen: number[] = []
  const queue = createRunQueue(async () => {
    const read = state
    await Promise.resolve()
    seen.push(read)
  })
  const requests = Array.from({ length: 20 }, (_, index) => {
    state = index + 1
    const wanted = state
    return queue.request().then(() => expect(seen.at(-1)).toBeGreaterThanOrEqual(wanted))
  })
  await Promise.all(requests)
  expect(seen.at(-1)).toBe(20)
  expect(seen.length).toBeLessThan(20)
})

it('closing lets the run that is going on end, and answers those that wait', async () => {
  const gate = createGate()
  const queue = createRunQueue(gate.run)
  const next = gate.next()
  void queue.request()
  await next
  const waiting = queue.request()
  const closed = queue.close()
  gate.runs[0]?.end()
  await Promise.all([closed, waiting])
  expect(gate.runs).toHaveLength(1)
  await queue.request()
  expect(gate.runs).toHaveLength(1)
})

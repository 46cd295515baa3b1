/** Runs one job at a time; what is asked for meanwhile is one more run, which sees everything that was asked. */
export interface RunQueue {
  /** Notes what changed and asks for a run. Resolves when a run that began after this call has ended. */
  request(changed?: Iterable<string>): Promise<void>
  /** Resolves when no run is going on and none is waiting. */
  settled(): Promise<void>
  /** Whether a run is going on or waiting. */
  readonly busy: boolean
  /** Lets the run that is going on end, and starts no other. */
  close(): Promise<void>
}

/**
 * Single flight with coalescing: while a run is going on, any number of requests make exactly one further run.
 *
 * @param run must not reject: it has the place where failures are shown, the queue has none
 * @param settle waits until an editor has finished writing; called before each run that a change asked for
 */
export function createRunQueue(
  run: (changed: ReadonlySet<string>) => Promise<void>,
  settle: () => Promise<void> = () => Promise.resolve(),
): RunQueue {
  let waiting: { changed: Set<string>; ended: Promise<void>; resolve: () => void } | undefined
  let draining: Promise<void> | undefined
  let closed = false

  async function drain(): Promise<void> {
    while (waiting && !closed) {
      await settle()
      // Taken after settling: what arrived meanwhile belongs to this run.
      const { changed, resolve } = waiting
      waiting = undefined
      try {
        await run(changed)
      } finally {
        resolve()
      }
    }
    draining = undefined
  }

  return {
    request(changed = []) {
      if (closed) return Promise.resolve()
      if (!waiting) {
        let resolve = (): void => undefined
        const ended = new Promise<void>((done) => {
          resolve = done
        })
        waiting = { changed: new Set(), ended, resolve }
      }
      for (const path of changed) waiting.changed.add(path)
      const { ended } = waiting
      draining ??= drain()
      return ended
    },
    async settled() {
      while (draining) await draining
    },
    get busy() {
      return draining !== undefined
    },
    async close() {
      closed = true
      while (draining) await draining
      waiting?.resolve()
      waiting = undefined
    },
  }
}

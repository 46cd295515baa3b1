/** Runs one job at a time; what is asked for meanwhile is one more run, which sees everything that was asked. */
export interface RunQueue {
  /** Notes what changed and asks for a run. Resolves when a run that began after this call has ended. */
  request(changed?: Iterable<string>): Promise<void>
  /** Resolves when no run is going on and none is waiting. */
  settled(): Promise<void>
  /** Whether a run is going on or waiting. */
  readonly busy: boolean
  /** Whether a further run is waiting behind the one that is going on. */
  readonly hasNext: boolean
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
  interface Waiting {
    changed: Set<string>
    ended: Promise<void>
    resolve(): void
  }
  const state: { waiting?: Waiting | undefined; draining?: Promise<void> | undefined; closed: boolean } = {
    closed: false,
  }

  async function drain(): Promise<void> {
    while (state.waiting && !state.closed) {
      await settle()
      // Taken after settling: what arrived meanwhile belongs to this run.
      const { changed, resolve } = state.waiting
      state.waiting = undefined
      try {
        await run(changed)
      } finally {
        resolve()
      }
    }
    state.draining = undefined
  }

  async function settled(): Promise<void> {
    while (state.draining) await state.draining
  }

  return {
    request(changed = []) {
      if (state.closed) return Promise.resolve()
      state.waiting ??= createWaiting()
      for (const path of changed) state.waiting.changed.add(path)
      const { ended } = state.waiting
      state.draining ??= drain()
      return ended
    },
    settled,
    get busy() {
      return state.draining !== undefined
    },
    get hasNext() {
      return state.waiting !== undefined
    },
    async close() {
      state.closed = true
      await settled()
      state.waiting?.resolve()
      state.waiting = undefined
    },
  }

  function createWaiting(): Waiting {
    let resolve = (): void => undefined
    const ended = new Promise<void>((done) => {
      resolve = done
    })
    return { changed: new Set(), ended, resolve }
  }
}

/** Times the stages of a run, one after the other. */
export interface Stopwatch {
  /** Ends the stage before and begins this one. A stage that comes again is added to. */
  stage(name: string): void
  /** Notes something that ran beside the stages; it is not part of the sum. */
  record(name: string, milliseconds: number): void
  /** Milliseconds since the start. */
  elapsed(): number
  /** Milliseconds of each stage, in the order in which they began first. Ends the last one. */
  stop(): Record<string, number>
}

/** @param started `performance.now()` of the first notice of the save */
export function createStopwatch(started: number): Stopwatch {
  const stages = new Map<string, number>()
  let current: string | undefined = 'notice'
  let since = started
  const end = (): void => {
    const now = performance.now()
    if (current !== undefined) stages.set(current, (stages.get(current) ?? 0) + now - since)
    since = now
  }
  return {
    stage(name) {
      end()
      current = name
    },
    record(name, milliseconds) {
      stages.set(name, (stages.get(name) ?? 0) + milliseconds)
    },
    elapsed: () => round(performance.now() - started),
    stop() {
      end()
      current = undefined
      return Object.fromEntries([...stages].map(([name, time]) => [name, round(time)]))
    },
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}

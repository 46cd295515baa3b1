/** Times the stages of a run, one after the other. */
export interface Stopwatch {
  /** Ends the stage before and begins this one. A stage that comes again is added to. */
  stage(name: string): void
  /** Notes something that ran beside the stages; it is not part of the sum. */
  record(name: string, milliseconds: number): void
  /** Milliseconds of each stage, in the order in which they began first. Ends the last one. */
  stop(): { total: number; stages: Record<string, number> }
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
    stop() {
      end()
      current = undefined
      const rounded = [...stages].map(([name, time]): [string, number] => [name, Math.round(time * 10) / 10])
      return { total: Math.round((since - started) * 10) / 10, stages: Object.fromEntries(rounded) }
    },
  }
}

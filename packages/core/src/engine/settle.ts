import { setTimeout as delay } from 'node:timers/promises'

// Editors save in several steps (truncate and write; write beside and rename) that lie well under this apart.
const quiet = 4
// Someone who writes files without a pause must not keep a run from starting.
const longest = 40

/** Waits until the file system has been quiet for a moment. */
export interface Settling {
  /** Something changed. */
  notice(): void
  /** Returns at once when nothing has changed since the last wait. */
  wait(): Promise<void>
}

export function createSettling(): Settling {
  let noticed = 0
  return {
    notice() {
      noticed = performance.now()
    },
    async wait() {
      const deadline = performance.now() + longest
      for (let left = remaining(); left > 0 && performance.now() < deadline; left = remaining()) await delay(left)
      noticed = 0
    },
  }

  function remaining(): number {
    return noticed === 0 ? 0 : noticed + quiet - performance.now()
  }
}

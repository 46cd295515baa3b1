import { stat } from 'node:fs/promises'
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

// Between deleting or truncating a file and writing it anew, editors and formatters take a few milliseconds at most.
const rewrite = 60

/**
 * Waits a moment when a file that had content is missing or empty now: most likely it is being written, and taken at its
 * word it would mean that everything in it is to be dropped.
 *
 * @param changed absolute paths that may have changed
 * @param known absolute paths of the files of the last run
 */
export async function waitForRewrite(changed: Iterable<string>, known: ReadonlySet<string>): Promise<void> {
  const sizes = await Promise.all(
    [...changed].map(async (path) =>
      known.has(path)
        ? await stat(path).then(
            ({ size }) => size,
            () => 0,
          )
        : 1,
    ),
  )
  if (sizes.includes(0)) await delay(rewrite)
}

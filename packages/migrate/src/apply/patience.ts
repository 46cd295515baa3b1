import { setTimeout } from 'node:timers/promises'
import type { ServerError } from '../connection.js'

export interface PatienceOptions {
  /**
   * How often a file whose transaction got no lock within `lock_timeout` is run again, each time after a longer pause. Files
   * that run statement by statement end at once: what they have done stays, and the next run goes on there. @default 0
   */
  lockRetries?: number | undefined
}

/**
 * Runs `work` again while it ends for want of a lock.
 *
 * @param beforeRetry takes back what it did, before a pause of so many milliseconds
 */
export async function withPatience<T>(
  { lockRetries = 0 }: PatienceOptions,
  work: () => Promise<T>,
  beforeRetry: (pause: number) => Promise<void>,
): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await work()
    } catch (error) {
      if (attempt >= lockRetries || !isLockTimeout(error)) throw error
      // Doubles, up to half a minute; by chance a little less, so that two who wait for each other do not meet again.
      const pause = Math.round(Math.min(30_000, 500 * 2 ** attempt) * (0.75 + Math.random() / 4))
      await beforeRetry(pause)
      await setTimeout(pause)
    }
}

/** 55P03 lock_not_available, at whatever depth. */
function isLockTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as Partial<ServerError>
  return code === '55P03' || isLockTimeout(error.cause)
}

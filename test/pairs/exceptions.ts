import type { Direction } from './run-pair.js'

/** A pair that is known to fail, and why it must. One that passes after all fails the suite, so that the list stays true. */
export interface Exception {
  name: string
  /** Both, where it is left out. */
  direction?: Direction
  /** All servers, where it is left out. */
  server?: string
  reason: string
}

export const exceptions: readonly Exception[] = []

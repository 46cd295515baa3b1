import type { Case } from '../run-pair.js'

/** A case that goes both ways, and whose schemas are printed and loaded again. */
export const both = (name: string, from: string, to: string, more: Partial<Case> = {}): Case => ({
  name,
  from,
  to,
  printed: true,
  ...more,
})

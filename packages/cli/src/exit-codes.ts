/** Every command ends with one of these. */
export const exitCodes = { done: 0, failed: 1, usage: 2, undecided: 3 } as const

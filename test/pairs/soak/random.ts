/** A stream of numbers that depends on nothing but its seed, so that a printed seed is a reproduction. */
export interface Random {
  /** 0 ≤ n < below. */
  integer(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Between `least` and all of the items, in their order. */
  some<T>(items: readonly T[], least?: number): T[]
}

/** mulberry32 over a hash of the key: streams with different keys are independent of each other. */
export function createRandom(key: string): Random {
  let state = 2166136261
  for (const character of key) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  next()
  const random: Random = {
    integer: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    some(items, least = 0) {
      const chosen = items.filter(() => next() < 0.5)
      for (const item of items) {
        if (chosen.length >= least) break
        if (!chosen.includes(item)) chosen.push(item)
      }
      return items.filter((item) => chosen.includes(item))
    },
  }
  return random
}

/** Repeatable randomness for tests: the same seed gives the same run on every machine. */
export interface Random {
  /** An integer from 0 up to and without `limit`. */
  below(limit: number): number
  pick<Item>(items: readonly Item[]): Item | undefined
  chance(share: number): boolean
  shuffle<Item>(items: readonly Item[]): Item[]
}

/** The mulberry32 generator. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: (items) => items[below(items.length)],
    chance: (share) => next() < share,
    shuffle(items) {
      const shuffled = [...items]
      for (let index = shuffled.length - 1; index > 0; index--) {
        const other = below(index + 1)
        const [a, b] = [shuffled[index], shuffled[other]]
        if (a !== undefined && b !== undefined) [shuffled[index], shuffled[other]] = [b, a]
      }
      return shuffled
    },
  }
}

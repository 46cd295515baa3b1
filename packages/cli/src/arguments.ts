import { UsageError } from './usage.js'

/**
 * A number of things.
 *
 * @throws UsageError for anything else
 */
export function parseAmount(value: string | undefined, least = 1): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value)
  throw new UsageError(`"${value}" is not a number of at least ${least}`)
}

/**
 * The value of an option that takes one of a few words.
 *
 * @throws UsageError naming them
 */
export function oneOf<const Word extends string>(
  option: string,
  value: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined
  const word = words.find((known) => known === value)
  if (word !== undefined) return word
  throw new UsageError(`--${option} takes ${words.join(', ')}, not "${value}"`)
}

import type { Codec } from '../runtime/query.js'

/** Encodes a parameter; null and undefined become NULL. */
export function bind<T>(codec: Pick<Codec<unknown, T>, 'encode'>, value: T | null | undefined): string | null {
  return value === null || value === undefined ? null : codec.encode(value)
}

/** Options of foreign-data objects that hold what nobody may read in a plan, a log or a file. */
const secretOptionRE = /pass|secret|token|credential|private|api_?key|access_?key/i

export const isSecretOption = (name: string): boolean => secretOptionRE.test(name)

const secrets = new WeakMap<object, string[]>()

/**
 * Keeps the secret part of facts beside them: not enumerable and not reachable from them, so that no copy, hash, comparison or JSON
 * of a catalog has it. A catalog that was read from a cache has none.
 */
export function keepSecret(facts: object, secret: string[]): void {
  secrets.set(facts, secret)
}

/** What `keepSecret` kept for these facts; undefined where the catalog does not come straight from a database. */
export function secretOf(facts: object): string[] | undefined {
  return secrets.get(facts)
}

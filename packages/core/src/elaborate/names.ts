import type { QualifiedName } from '../sources/tree.js'

/**
 * What a name names. Names of one space cannot be taken twice in a schema. `key` stands for "a unique key of this
 * table", which foreign keys and GROUP BY need and which a later statement may add; `constraint key` is one that is a
 * constraint, and `revoke` the taking away of privileges on an object.
 */
export type NameSpace =
  | 'relation'
  | 'type'
  | 'function'
  | 'operator'
  | 'schema'
  | 'extension'
  | 'role'
  | 'collation'
  | 'constraint'
  | 'key'
  | 'constraint key'
  | 'revoke'
  | 'trigger'
  | 'policy'
  | 'other'

/** `schema` is absent where the statement relies on the search path, and for things outside of schemas. */
export interface Name extends QualifiedName {
  space: NameSpace
}

/**
 * How much a statement needs a name. `hard`: it fails without. `clause`: only a clause needs it that can be run later
 * by itself (foreign key, OWNED BY). `soft`: better to have it first, as for the body of a function.
 */
export type Strength = 'hard' | 'clause' | 'soft'

export interface Reference extends Name {
  strength: Strength
}

/** Names outside of schemas, for which the search path does not matter. */
const globalSpaces = new Set<NameSpace>(['schema', 'extension', 'role', 'other', 'revoke'])

/** Finds who defines a name, the way the server would resolve it. */
export class NameIndex<Owner> {
  readonly #owners = new Map<string, { schema: string | undefined; owner: Owner }[]>()

  /** @param searchPath schemas in order; the first one is where an unqualified name is created */
  add(name: Name, searchPath: readonly string[], owner: Owner): void {
    const key = `${name.space} ${name.name}`
    const entry = { schema: globalSpaces.has(name.space) ? undefined : (name.schema ?? searchPath[0]), owner }
    const entries = this.#owners.get(key)
    if (entries) entries.push(entry)
    else this.#owners.set(key, [entry])
  }

  /** Everyone who defines what the name can mean; overloads of a function are all in it. */
  find(name: Name, searchPath: readonly string[]): Owner[] {
    const found = this.#find(name.space, name, searchPath)
    // Every relation is a type as well.
    return name.space === 'type' ? [...found, ...this.#find('relation', name, searchPath)] : found
  }

  #find(space: NameSpace, name: QualifiedName, searchPath: readonly string[]): Owner[] {
    const entries = this.#owners.get(`${space} ${name.name}`)
    if (!entries) return []
    return entries
      .filter(({ schema }) => {
        if (schema === undefined) return true
        return name.schema === undefined ? searchPath.includes(schema) : schema === name.schema
      })
      .map(({ owner }) => owner)
  }

  /** Every known name of a space, for suggestions. */
  *names(space: NameSpace): Generator<string, void> {
    const prefix = `${space} `
    for (const key of this.#owners.keys()) if (key.startsWith(prefix)) yield key.slice(prefix.length)
  }
}

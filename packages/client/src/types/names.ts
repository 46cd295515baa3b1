import { NameScope, pascalCase } from '../naming/identifiers.js'
import { singular } from '../naming/singular.js'
import type { Relation, Schema, UserType } from '../schema/schema.js'

/** Names that a generated module uses itself or that would hide a global it refers to. */
const reservedTypeNames = [
  'Json',
  'Range',
  'DB',
  'Generated',
  'GeneratedAlways',
  'ColumnType',
  'Date',
  'Uint8Array',
  'Buffer',
  'Array',
  'ReadonlyArray',
  'Record',
  'Partial',
  'Promise',
  'Object',
  'Symbol',
]

/** Names of the types of all schemas, unique in each schema's module. */
export interface TypeNames {
  relation(schema: string, name: string): string
  type(schema: string, name: string): string
  /** Module of a Postgres schema, without extension: `public`, `my_schema`. */
  module(schema: string): string
}

export const relationTypeNames = (name: string): readonly string[] => [name, `New${name}`, `${name}Patch`]

/**
 * Chooses the names. A table wins over a type of the same name, and within each the order is that of the Postgres names, so
 * that one schema always gives the same names.
 *
 * @param options.singular name a row after one thing: `users` gives `User`
 */
export function nameTypes(schema: Schema, options: { singular: boolean }): TypeNames {
  const relations = new Map<string, string>()
  const types = new Map<string, string>()
  const modules = new Map<string, string>()
  const scopes = new Map<string, NameScope>()
  const fileNames = new NameScope(['index', 'kysely', 'validators'])
  const key = (schemaName: string, name: string): string => `${schemaName}\0${name}`
  const scopeOf = (schemaName: string): NameScope => {
    let scope = scopes.get(schemaName)
    if (!scope) scopes.set(schemaName, (scope = new NameScope(reservedTypeNames)))
    return scope
  }
  const ordered = <T extends Relation | UserType>(list: readonly T[]): T[] =>
    list.toSorted((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))

  for (const name of [...new Set([...schema.relations, ...schema.types].map((each) => each.schema))].sort(compare))
    modules.set(name, claimFile(fileNames, name))
  for (const { schema: schemaName, name } of ordered(schema.relations)) {
    const plural = pascalCase(name)
    const candidates = options.singular
      ? [pascalCase(singular(name)), plural, `${plural}Row`]
      : [plural, `${plural}Row`]
    relations.set(key(schemaName, name), scopeOf(schemaName).claim(candidates, relationTypeNames))
  }
  for (const { schema: schemaName, name, type } of ordered(schema.types)) {
    const base = pascalCase(name)
    const suffix = { enum: 'Enum', domain: 'Domain', composite: 'Composite' }[type.kind]
    types.set(key(schemaName, name), scopeOf(schemaName).claim([base, base + suffix]))
  }
  return {
    relation: (schemaName, name) => relations.get(key(schemaName, name)) ?? pascalCase(name),
    type: (schemaName, name) => types.get(key(schemaName, name)) ?? pascalCase(name),
    module: (schemaName) => modules.get(schemaName) ?? schemaName,
  }
}

/** Code unit order: the same on every machine, unlike `localeCompare`. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// Lower case, because two files that differ only in case are one file on some file systems.
function claimFile(scope: NameScope, schema: string): string {
  const safe = schema
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_-]+/gu, '_')
    .replace(/^_+$/, '')
  return scope.claim([safe === '' ? 'schema' : safe, `${safe}_schema`])
}

import { createHash } from 'node:crypto'
import type { Catalog, ObjectId } from '@savepoint/catalog'
import type { CompileOutcome } from './compile.js'
import type { QueryDefinition } from './annotations.js'

/** Answers of earlier analyses, to be committed: with it a clone without a database can build. Plain JSON with a stable order. */
export interface AnalysisCache {
  version: 1
  /** Of the schema that the answers are for: what the caller passed as `schemaHash`. */
  schemaHash: string
  /** By `queryKey`. */
  queries: Record<string, CachedQuery>
}

export interface CachedQuery {
  /** For a person who reads the file. */
  name: string
  outcome: CompileOutcome
  /** Hash of what the query depends on, where a catalog was at hand. */
  dependencies?: string
}

export function emptyCache(schemaHash = ''): AnalysisCache {
  return { version: 1, schemaHash, queries: {} }
}

/** Reads a cache file; anything that is not one is as good as none. */
export function parseCache(text: string): AnalysisCache | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isCache =
      typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'queries' in value
    return isCache ? (value as AnalysisCache) : undefined
  } catch (error) {
    // A merge conflict or a cut file: the queries are analysed again.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function serializeCache(cache: AnalysisCache): string {
  const queries = Object.fromEntries(Object.entries(cache.queries).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify({ ...cache, queries }, null, 1)}\n`
}

/** Counts up with the rules of the analysis, so that what older ones answered is asked again. */
const RULES = 6

/** Identity of a query's text with everything beside the schema that decides what comes of it. */
export function queryKey(query: QueryDefinition, options: unknown): string {
  return createHash('sha256')
    .update(
      JSON.stringify([
        RULES,
        query.name,
        query.command,
        query.text,
        query.documentation,
        [...query.parameterDocumentation],
        query.flags.map((flag) => [flag.name, flag.value]),
        options,
      ]),
    )
    .digest('hex')
    .slice(0, 32)
}

type DependencyHasher = (dependencies: readonly string[]) => string

// A save of a query meets the same catalog and the same answers as the save before.
const hashers = new WeakMap<Catalog, DependencyHasher>()

/** Gives the hash of what `dependencies` are in a catalog; changes when any of them does, columns, constraints and triggers included. */
export function dependencyHasher(catalog: Catalog): DependencyHasher {
  let hasher = hashers.get(catalog)
  if (!hasher) {
    const known = new WeakMap<readonly string[], string>()
    const compute = createDependencyHasher(catalog)
    hasher = (dependencies) => {
      const hash = known.get(dependencies) ?? compute(dependencies)
      known.set(dependencies, hash)
      return hash
    }
    hashers.set(catalog, hasher)
  }
  return hasher
}

function createDependencyHasher(catalog: Catalog): DependencyHasher {
  const texts = new Map<string, string>()
  const keys = new Map<ObjectId, string>()
  for (const object of catalog.objects.values()) {
    const parent = object.parent === undefined ? undefined : keys.get(object.parent)
    const key = parent ?? keyOf(object.kind, object.schema, object.name)
    if (key === undefined) continue
    keys.set(object.id, key)
    // Comments are part of what is generated, the position decides the order of `*`; hashes hold neither.
    const position = object.kind === 'column' ? object.facts.position : 0
    const text = `${object.id} ${object.hash} ${position} ${object.comment ?? ''}`
    const before = texts.get(key)
    texts.set(key, before === undefined ? text : `${before}\n${text}`)
  }
  return (dependencies) => {
    const hash = createHash('sha256').update(String(catalog.version))
    for (const dependency of dependencies) hash.update(`\n${dependency}`).update(texts.get(dependency) ?? 'missing')
    return hash.digest('hex').slice(0, 32)
  }
}

function keyOf(kind: string, schema: string | undefined, name: string): string | undefined {
  switch (kind) {
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence':
      return `relation ${schema}.${name}`
    case 'enum':
    case 'domain':
    case 'composite':
      return `type ${schema}.${name}`
    case 'function':
    case 'procedure':
    case 'aggregate':
      return `function ${schema}.${name}`
    default:
      return undefined
  }
}

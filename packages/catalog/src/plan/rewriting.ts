import { quoteIdentifier, quoteLiteral, quoteQualified } from '../identifier.js'
import type { AnyObject, Catalog, ObjectId } from '../model/object.js'
import { hasTextBody } from './bodies.js'

/** What gets another name: an object, which may also move to another schema, or a label of an enum. */
export type Rewriting =
  | { object: AnyObject; schema: string | undefined; name: string; label?: undefined }
  | { object: AnyObject; label: { from: string; to: string } }

/**
 * The catalog as it reads after a rename: ids, names and those texts that Postgres deparses with the new name. Texts that it prints
 * otherwise afterwards (a view keeps the old table name as an alias) are left as they were, so that they differ and are written anew.
 */
export function rewriteCatalog(
  catalog: Catalog,
  rewriting: Rewriting,
): { catalog: Catalog; ids: Map<ObjectId, ObjectId> } {
  const { inId, inText } = rewriters(catalog, rewriting)
  const ids = new Map<ObjectId, ObjectId>()
  const objects = new Map<ObjectId, AnyObject>()
  for (const object of catalog.objects.values()) {
    const changed = rewriteObject(object, rewriting, inId, inText)
    if (changed.id !== object.id) ids.set(object.id, changed.id)
    objects.set(changed.id, changed)
  }
  const now = (id: ObjectId): ObjectId => ids.get(id) ?? id
  const addresses = new Map<string, ObjectId>()
  for (const [address, id] of catalog.addresses) addresses.set(address, now(id))
  return {
    catalog: {
      ...catalog,
      objects,
      addresses,
      dependencies: catalog.dependencies.map(({ from, to }) => ({ from: now(from), to: now(to) })),
    },
    ids,
  }
}

type TextRewriter = (text: string, object: AnyObject) => string

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function rewriters(catalog: Catalog, rewriting: Rewriting): { inId: (id: string) => string; inText: TextRewriter } {
  const { object } = rewriting
  if (rewriting.label) {
    const type = quoteQualified(object.schema, object.name)
    const constant = (label: string): string => `${quoteLiteral(label).trim()}::${type}`
    const { from, to } = rewriting.label
    return { inId: (id) => id, inText: (text) => text.replaceAll(constant(from), constant(to)) }
  }
  const { schema, name } = rewriting
  const isRoutine = object.kind === 'function' || object.kind === 'procedure' || object.kind === 'aggregate'
  if (object.kind === 'schema') {
    const pattern = new RegExp(`(?<![\\w$".])${escape(quoteIdentifier(object.name))}\\.(?=[\\w"])`, 'gu')
    const replace = (text: string): string => text.replace(pattern, `${quoteIdentifier(name).replaceAll('$', '$$$$')}.`)
    return { inId: (id) => (id === object.id ? `schema ${quoteIdentifier(name)}` : replace(id)), inText: replace }
  }
  if (object.parent !== undefined) {
    const oldId = object.id
    const newId = oldId.slice(0, oldId.length - quoteIdentifier(object.name).length) + quoteIdentifier(name)
    const identity = (id: string): string => id.slice(object.kind.length + 1)
    const inId = (id: string): string =>
      id === oldId
        ? newId
        : object.kind === 'column' && id === `default ${identity(oldId)}`
          ? `default ${identity(newId)}`
          : id
    return { inId, inText: partRewriter(catalog, object, name) }
  }
  const oldName = escape(quoteQualified(object.schema, object.name))
  const pattern = new RegExp(`(?<![\\w$".])${oldName}${isRoutine ? '(?=\\()' : '(?![\\w$"])'}`, 'gu')
  const newName = quoteQualified(schema, name).replaceAll('$', '$$$$')
  const inText = (text: string): string => text.replace(pattern, newName)
  // A function may have the name of a table.
  const call = new RegExp(`^(?:function|procedure|aggregate) ${oldName}\\(`, 'u')
  const inId = (id: string): string => (!isRoutine && call.test(id) ? id : id.replace(pattern, newName))
  return { inId, inText: (text, within) => (keepsAlias(object, within) ? text : inText(text)) }
}

/** A stored query names a renamed relation by its new name, with the old one as its alias. */
function keepsAlias(renamed: AnyObject, within: AnyObject): boolean {
  if (!['table', 'view', 'materialized view', 'foreign table'].includes(renamed.kind)) return false
  return ['view', 'materialized view', 'rule', 'policy'].includes(within.kind)
}

/** A column, constraint, index or trigger: its bare name, in what depends on it. Stored queries keep their output columns' names. */
function partRewriter(catalog: Catalog, part: AnyObject, name: string): TextRewriter {
  const dependents = new Set<ObjectId>([part.id])
  for (const { from, to } of catalog.dependencies) if (to === part.id) dependents.add(from)
  const old = quoteIdentifier(part.name)
  // String constants stay as they are.
  const pattern = new RegExp(`'(?:[^']|'')*'|(?<![\\w$"])${escape(old)}(?![\\w$"])`, 'gu')
  const isQuery = (kind: string): boolean => kind === 'view' || kind === 'materialized view' || kind === 'rule'
  return (text, within) => {
    const concerned = dependents.has(within.id) || dependents.has(within.parent ?? '') || within.parent === part.parent
    if (!concerned || isQuery(within.kind)) return text
    // Lists of columns have the names without quotes.
    if (text === part.name) return name
    return text.replace(pattern, (match) => (match.startsWith("'") ? match : quoteIdentifier(name)))
  }
}

function rewriteObject(
  object: AnyObject,
  rewriting: Rewriting,
  inId: (id: string) => string,
  inText: TextRewriter,
): AnyObject {
  const isIt = object.id === rewriting.object.id
  const label = rewriting.label
  if (label && isIt && object.kind === 'enum') {
    const labels = object.facts.labels.map((one) => (one === label.from ? label.to : one))
    return { ...object, facts: { labels }, hash: '' }
  }
  const id = inId(object.id)
  const parent = object.parent === undefined ? undefined : inId(object.parent)
  const facts = mapTexts(object.facts, (text, key) => rewriteFact(text, key, object, inId, inText))
  const changes = id !== object.id || parent !== object.parent || JSON.stringify(facts) !== JSON.stringify(object.facts)
  if (!changes) return object
  const moved = namesAfter(object, rewriting, isIt)
  // The hash is of the old text; without one the kind itself looks whether anything is left to do. The rewriting keeps the shape
  // of the facts, which the compiler cannot follow through `mapTexts`.
  return { ...object, ...moved, id, ...(parent !== undefined && { parent }), facts, hash: '' } as unknown as AnyObject
}

function namesAfter(object: AnyObject, rewriting: Rewriting, isIt: boolean): { schema?: string; name?: string } {
  if (rewriting.label) return {}
  const renamed = rewriting.object
  if (renamed.kind === 'schema') {
    if (isIt) return { schema: rewriting.name, name: rewriting.name }
    return object.schema === renamed.name ? { schema: rewriting.name } : {}
  }
  if (isIt) return { name: rewriting.name, ...(rewriting.schema !== undefined && { schema: rewriting.schema }) }
  // The default of a column and the links of a table carry the name of that.
  const carries = object.parent === renamed.id && (object.kind === 'default' || object.kind === 'inheritance')
  const belongs =
    object.parent === renamed.id || object.id.includes(` ${quoteQualified(renamed.schema, renamed.name)}.`)
  return {
    ...(carries && { name: rewriting.name }),
    ...(belongs && rewriting.schema !== undefined && { schema: rewriting.schema }),
  }
}

const referenceKeys = new Set([
  'parent',
  'typeId',
  'baseId',
  'table',
  'ownedBy',
  'partOf',
  'partitionOf',
  'inherits',
  'parentOrder',
])

function rewriteFact(
  text: string,
  key: string,
  object: AnyObject,
  inId: (id: string) => string,
  inText: TextRewriter,
): string {
  if (referenceKeys.has(key)) return inId(text)
  // Postgres does not look into bodies that are text: only what stands around them changes.
  if (hasTextBody(object) && (object.kind === 'function' || object.kind === 'procedure')) {
    if (key === 'body') return text
    const at = key === 'definition' ? text.indexOf(object.facts.body) : -1
    if (at >= 0) return inText(text.slice(0, at), object) + text.slice(at)
  }
  // A body that Postgres has parsed is a stored query.
  if (key === 'body' || (key === 'definition' && object.kind === 'function' && object.facts.atomic)) return text
  return inText(text, object)
}

function mapTexts(value: unknown, map: (text: string, key: string) => string, key = ''): unknown {
  if (typeof value === 'string') return map(value, key)
  if (Array.isArray(value)) return value.map((member) => mapTexts(member, map, key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, map, name)]))
}

import type { Kind } from '../model/facts.js'
import type { Catalog, ObjectId } from '../model/object.js'

/**
 * A catalog without the relations that a pattern names, and what belongs to them: partitions that a library makes at run time
 * are its data, and not there to be compared.
 *
 * @param exclude those with a dot count, `schema.name`, with `*` for any characters and `?` for one
 */
export function leaveOut(catalog: Catalog, exclude: readonly string[] = []): Catalog {
  const patterns = exclude.filter((pattern) => pattern.includes('.')).map(toRegExp)
  if (patterns.length === 0) return catalog
  const objects = new Map(catalog.objects)
  const gone = new Set<ObjectId>()
  const isGone = (id: ObjectId): boolean => {
    const object = catalog.objects.get(id)
    if (gone.has(id) || !object) return gone.has(id)
    const { kind, parent, schema, name } = object
    if (parent !== undefined) return isGone(parent)
    return relations.has(kind) && patterns.some((one) => one.test(`${schema}.${name}`))
  }
  for (const id of catalog.objects.keys()) {
    if (!isGone(id)) continue
    gone.add(id)
    objects.delete(id)
  }
  if (gone.size === 0) return catalog
  return {
    ...catalog,
    objects,
    dependencies: catalog.dependencies.filter(({ from, to }) => !gone.has(from) && !gone.has(to)),
  }
}

const relations = new Set<Kind>(['table', 'foreign table', 'view', 'materialized view', 'sequence'])

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}

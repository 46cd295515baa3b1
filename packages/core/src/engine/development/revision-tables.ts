import type { Catalog, ObjectId } from '@savepoint/catalog'
import { revisionTableNames } from '@savepoint/migrate'

const names = new Set(revisionTableNames)

/**
 * The catalog without the tables in which migration tools write what they applied: they belong to the tool, stand in no
 * schema file, and must never be dropped for that.
 */
export function withoutRevisionTables(catalog: Catalog): Catalog {
  const gone = new Set<ObjectId>()
  const columns = columnsByTable(catalog)
  for (const object of catalog.objects.values())
    if (object.kind === 'table' && (names.has(object.name) || shapes.has(columns.get(object.id) ?? '')))
      gone.add(object.id)
  if (gone.size === 0) return catalog
  for (const object of catalog.objects.values()) {
    // Atlas has a schema of the same name for its table.
    if (object.kind === 'schema' && names.has(object.name)) gone.add(object.id)
    if (
      object.kind === 'sequence' &&
      object.facts.ownedBy !== undefined &&
      gone.has(tableOf(object.facts.ownedBy, catalog))
    )
      gone.add(object.id)
    if (object.parent !== undefined && gone.has(object.parent)) gone.add(object.id)
  }
  return {
    ...catalog,
    objects: new Map([...catalog.objects].filter(([id]) => !gone.has(id))),
    dependencies: catalog.dependencies.filter(({ from, to }) => !gone.has(from) && !gone.has(to)),
  }
}

// goose and golang-migrate take another name for their table, which no setting of ours says: it is known by its columns.
const shapes = new Set([
  'dirty boolean, version bigint',
  'id integer, is_applied boolean, tstamp timestamp without time zone, version_id bigint',
])

function columnsByTable({ objects }: Catalog): ReadonlyMap<ObjectId, string> {
  const lists = new Map<ObjectId, string[]>()
  for (const object of objects.values()) {
    if (object.kind !== 'column' || object.parent === undefined) continue
    const list = lists.get(object.parent)
    const column = `${object.name} ${object.facts.type}`
    if (list) list.push(column)
    else lists.set(object.parent, [column])
  }
  return new Map([...lists].map(([table, list]) => [table, list.sort().join(', ')]))
}

function tableOf(column: ObjectId, catalog: Catalog): ObjectId {
  return catalog.objects.get(column)?.parent ?? column
}

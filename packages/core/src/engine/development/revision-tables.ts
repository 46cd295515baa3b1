import type { AnyObject, Catalog, ObjectId } from '@savepoint/catalog'
import { revisionTableNames } from '@savepoint/migrate'

const names = new Set(revisionTableNames)

/**
 * The catalog without the tables in which migration tools write what they applied: they belong to the tool, stand in no
 * schema file, and must never be dropped for that.
 */
export function withoutRevisionTables(catalog: Catalog): Catalog {
  const gone = new Set<ObjectId>()
  for (const object of catalog.objects.values()) if (isRevisionTable(object)) gone.add(object.id)
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

function isRevisionTable(object: AnyObject): boolean {
  return object.kind === 'table' && names.has(object.name)
}

function tableOf(column: ObjectId, catalog: Catalog): ObjectId {
  return catalog.objects.get(column)?.parent ?? column
}

import { quoteIdentifier } from '../identifier.js'
import type { CatalogObject, Catalog } from '../model/object.js'

/** Postgres refuses to change the type of such a column. */
export function isInPartitionKey(column: CatalogObject<'column'>, catalog: Catalog): boolean {
  const table = catalog.objects.get(column.parent ?? '')
  if (table?.kind !== 'table' || table.facts.partitionKey === undefined) return false
  const name = quoteIdentifier(column.name).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w$"])${name}(?![\\w$"])`, 'u').test(table.facts.partitionKey.replace(/^\w+/, ''))
}

import type { Relation, Schema } from '../schema/schema.js'
import { columnKey } from './relation.js'

/** The table whose key a column holds. */
export interface Brand {
  schema: string
  table: string
  column: string
}

/**
 * For each single-column primary key, and each column that refers to one through foreign keys, whose key it is.
 * Keyed as `columnKey` does.
 */
export function resolveBrands(schema: Schema): ReadonlyMap<string, Brand> {
  const relations = new Map(schema.relations.map((relation) => [`${relation.schema}\0${relation.name}`, relation]))
  const brands = new Map<string, Brand>()
  const follow = (relation: Relation, column: string, visited: ReadonlySet<string>): Brand | undefined => {
    const key = columnKey(relation.schema, relation.name, column)
    if (visited.has(key)) return undefined
    for (const foreign of relation.foreignKeys) {
      const referenced = foreign.referenced[foreign.columns.indexOf(column)]
      const target = relations.get(`${foreign.schema}\0${foreign.table}`)
      if (referenced === undefined || !target) continue
      const brand = follow(target, referenced, new Set([...visited, key]))
      if (brand) return brand
    }
    const isKey = relation.primaryKey.length === 1 && relation.primaryKey[0] === column
    return isKey ? { schema: relation.schema, table: relation.name, column } : undefined
  }
  for (const relation of schema.relations)
    for (const column of relation.columns) {
      const brand = follow(relation, column.name, new Set())
      if (brand) brands.set(columnKey(relation.schema, relation.name, column.name), brand)
    }
  return brands
}

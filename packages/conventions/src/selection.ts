import type { AnyObject, Catalog, CatalogObject, Kind, ObjectId } from '@savepoint/catalog'

export interface SelectionOptions {
  /** Postgres schemas that the rule is for. @default all */
  schemas?: readonly string[]
  /** Tables that the rule is for, by `schema.table`. @default all */
  tables?: RegExp
  /** Tables that it is not for, by `schema.table`. */
  except?: RegExp
}

/** The part of a catalog that a rule is for. */
export interface Selection {
  /** Tables, without partitions and children: what they inherit is their parent's business. */
  readonly tables: readonly CatalogObject<'table'>[]
  /** Objects of a kind that belong to a table. */
  of<K extends Kind>(kind: K, table: ObjectId): readonly CatalogObject<K>[]
  column(table: ObjectId, name: string): CatalogObject<'column'> | undefined
  /** Whether other tables inherit from it. */
  hasChildren(table: CatalogObject<'table'>): boolean
  /** Every selected object of a kind, whatever it belongs to. */
  all<K extends Kind>(kind: K): readonly CatalogObject<K>[]
}

export function createSelection(catalog: Catalog, options: SelectionOptions): Selection {
  const byParent = new Map<string, AnyObject[]>()
  const byKind = new Map<string, AnyObject[]>()
  for (const object of catalog.objects.values()) {
    if (object.schema !== undefined && options.schemas && !options.schemas.includes(object.schema)) continue
    push(byKind, object.kind, object)
    if (object.parent !== undefined) push(byParent, `${object.kind} of ${object.parent}`, object)
  }
  // Few rules ask.
  let parents: Set<ObjectId> | undefined
  const isSelected = (table: CatalogObject): boolean => {
    const name = `${table.schema ?? ''}.${table.name}`
    return (options.tables?.test(name) ?? true) && !options.except?.test(name)
  }
  const all = <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly CatalogObject<K>[]
  const of = <K extends Kind>(kind: K, table: ObjectId) =>
    (byParent.get(`${kind} of ${table}`) ?? []) as unknown as readonly CatalogObject<K>[]
  return {
    tables: all('table').filter(
      (table) => isSelected(table) && !table.facts.partitionOf && table.facts.inherits.length === 0,
    ),
    of,
    all,
    hasChildren: ({ id }) => (parents ??= findParents(catalog)).has(id),
    column: (table, name) => of('column', table).find((column) => column.name === name),
  }
}

/** Tables that others inherit from, whichever schema those are in. */
function findParents(catalog: Catalog): Set<ObjectId> {
  const parents = new Set<ObjectId>()
  for (const object of catalog.objects.values())
    if (object.kind === 'table') for (const parent of object.facts.inherits) parents.add(parent)
  return parents
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

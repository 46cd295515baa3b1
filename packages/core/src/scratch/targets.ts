import type { AnyObject, Catalog, ObjectId } from '@savepoint/catalog'
import type { Name, NameSpace } from '../elaborate/names.js'
import type { Unit } from '../elaborate/unit.js'

const kindsOfSpace: Partial<Record<NameSpace, ReadonlySet<string>>> = {
  relation: new Set(['table', 'view', 'materialized view', 'sequence', 'foreign table', 'index']),
  type: new Set(['enum', 'domain', 'composite', 'range', 'type']),
  function: new Set(['function', 'procedure', 'aggregate']),
  schema: new Set(['schema']),
  constraint: new Set(['constraint']),
}

// Built once per catalog: looking at every object for each statement would cost more than running them.
const indexes = new WeakMap<Catalog, Map<string, AnyObject[]>>()

/** The objects that a statement's own names mean: what GRANT names, what ALTER TABLE … ADD CONSTRAINT defines. */
export function findTargets(unit: Unit, catalog: Catalog): ObjectId[] {
  const { addsConstraintsOnly, defines, references } = unit.analysis
  const names: readonly Name[] = addsConstraintsOnly
    ? defines.filter(({ space }) => space === 'constraint')
    : references
  const index = indexOf(catalog)
  return names.flatMap((name) => {
    const kinds = kindsOfSpace[name.space]
    if (!kinds) return []
    return (index.get(name.name) ?? []).flatMap(({ id, kind, schema }) => {
      const isReached = name.schema === undefined ? unit.searchPath.includes(schema ?? '') : schema === name.schema
      return kinds.has(kind) && (kind === 'schema' || isReached) ? [id] : []
    })
  })
}

function indexOf(catalog: Catalog): Map<string, AnyObject[]> {
  const known = indexes.get(catalog)
  if (known) return known
  const index = new Map<string, AnyObject[]>()
  for (const object of catalog.objects.values()) {
    // A constraint is named within its table, as in `Name`.
    const owner =
      object.kind === 'constraint' && object.parent !== undefined ? catalog.objects.get(object.parent) : undefined
    const name = owner ? `${owner.name}.${object.name}` : object.name
    const entries = index.get(name)
    if (entries) entries.push(object)
    else index.set(name, [object])
  }
  indexes.set(catalog, index)
  return index
}

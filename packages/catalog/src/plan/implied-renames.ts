import { canonical } from '../hash.js'
import { quoteIdentifier } from '../identifier.js'
import type { AnyObject, Catalog, ObjectId } from '../model/object.js'
import type { Rename } from '../model/plan.js'

/**
 * Keys, constraints and indexes that are the same in everything but their name, on the same table, and the one sequence of a column:
 * to rename them is to say the same as dropping one and making the other, without the work. Nothing here could be a wrong guess.
 */
export function impliedRenames(from: Catalog, to: Catalog): Rename[] {
  const gone = new Map<string, ObjectId[]>()
  for (const object of from.objects.values()) {
    const shape = to.objects.has(object.id) ? undefined : shapeOf(object)
    if (shape === undefined) continue
    const ids = gone.get(shape)
    if (ids) ids.push(object.id)
    else gone.set(shape, [object.id])
  }
  if (gone.size === 0) return []
  const renames: Rename[] = []
  for (const object of to.objects.values()) {
    const shape = from.objects.has(object.id) ? undefined : shapeOf(object)
    const match = shape === undefined ? undefined : gone.get(shape)?.shift()
    if (match !== undefined) renames.push({ from: match, to: object.id })
  }
  return renames
}

function shapeOf(object: AnyObject): string | undefined {
  switch (object.kind) {
    case 'constraint': {
      // Those of a partition or a child are renamed with the parent's.
      if (object.facts.inherited) return undefined
      const { index, ...facts } = object.facts
      return canonical([object.kind, object.parent, facts, index && { ...index, name: '' }])
    }
    case 'index': {
      const { definition, valid, ...facts } = object.facts
      if (!valid) return undefined
      const unnamed = definition.replace(`INDEX ${quoteIdentifier(object.name)} `, 'INDEX ')
      return canonical([object.kind, object.parent, unnamed, facts])
    }
    case 'sequence': {
      const { ownedBy, type, persistence } = object.facts
      return ownedBy === undefined ? undefined : canonical([object.kind, object.schema, ownedBy, type, persistence])
    }
    default:
      return undefined
  }
}

import { canonical } from './hash.js'
import type { AnyObject, Catalog, ObjectId } from './model/object.js'
import type { RenameCandidate } from './model/plan.js'

/**
 * What could be a rename from `from` to `to`, by structure: of what is gone and what is new, the pairs that are alike in
 * everything but their name. Several candidates for one object are all given. Never acted upon by itself: whoever
 * decides says so.
 */
export function renameCandidates(from: Catalog, to: Catalog): RenameCandidate[] {
  const gone = difference(from, to)
  const added = difference(to, from)
  const alike = new Map<string, AnyObject[]>()
  for (const object of added) {
    const key = shapeOf(object, to)
    if (key !== undefined) alike.set(key, [...(alike.get(key) ?? []), object])
  }
  const candidates: RenameCandidate[] = []
  for (const object of gone) {
    const key = shapeOf(object, from)
    if (key === undefined) continue
    for (const other of alike.get(key) ?? []) {
      candidates.push({
        from: object.id,
        to: other.id,
        kind: object.kind,
        reason: reasons[object.kind] ?? 'same definition',
      })
    }
  }
  return [...candidates, ...labelCandidates(from, to)]
}

const reasons: Partial<Record<AnyObject['kind'], string>> = {
  schema: 'same contents',
  table: 'same columns',
  column: 'same type',
  enum: 'same labels',
  composite: 'same attributes',
}

/** In the first catalog only, and not merely because what it belongs to is. */
function difference(one: Catalog, other: Catalog): AnyObject[] {
  return [...one.objects.values()].filter(
    ({ id, parent }) => !other.objects.has(id) && (parent === undefined || other.objects.has(parent)),
  )
}

/** Equal for two objects that differ in their name at most; undefined for kinds that are not renamed. */
function shapeOf(object: AnyObject, catalog: Catalog): string | undefined {
  switch (object.kind) {
    case 'schema':
      return `schema ${contents(catalog, (one) => one.schema === object.name && one.parent === undefined)}`
    case 'table': {
      const columns = contents(catalog, (one) => one.parent === object.id && one.kind === 'column')
      // Every table without columns is like every other, which says nothing.
      return columns === '' ? undefined : `table ${object.facts.partitionKey ?? ''} ${columns}`
    }
    case 'column': {
      const { type, generated, identity, collation } = object.facts
      return `column of ${object.parent ?? ''} ${canonical({ type, generated, identity: identity?.mode, collation })}`
    }
    case 'enum':
    case 'domain':
    case 'composite':
    case 'range':
    case 'sequence':
    case 'view':
    case 'materialized view':
      return `${object.kind} ${object.schema ?? ''} ${canonical(object.facts)}`
    case 'function':
    case 'procedure':
    case 'aggregate':
    case 'constraint':
    case 'index':
    case 'trigger':
    case 'policy':
      return `${object.kind} of ${object.parent ?? object.schema ?? ''} ${unnamed(canonical(object.facts), object)}`
    default:
      return undefined
  }
}

/** Names and shapes of the parts, in the order of their names. */
function contents(catalog: Catalog, belongs: (object: AnyObject) => boolean): string {
  const parts: string[] = []
  for (const object of catalog.objects.values()) {
    if (!belongs(object)) continue
    parts.push(`${object.kind} ${object.name} ${object.kind === 'column' ? object.facts.type : ''}`)
  }
  return parts.sort().join(', ')
}

/** A definition as Postgres prints it holds the object's own name. */
function unnamed(text: string, object: AnyObject): string {
  return text.replaceAll(object.name, '·')
}

/** A label that stands where another one stood, in an enum of as many labels. */
function labelCandidates(from: Catalog, to: Catalog): RenameCandidate[] {
  const candidates: RenameCandidate[] = []
  for (const before of from.objects.values()) {
    const after: AnyObject | undefined = to.objects.get(before.id)
    if (before.kind !== 'enum' || after?.kind !== 'enum') continue
    const [old, current] = [before.facts.labels, after.facts.labels]
    if (old.length !== current.length) continue
    for (const [index, label] of old.entries()) {
      const other = current[index]
      if (other === undefined || other === label || current.includes(label) || old.includes(other)) continue
      candidates.push(labelRename(before.id, label, other))
    }
  }
  return candidates
}

function labelRename(id: ObjectId, from: string, to: string): RenameCandidate {
  return { from: id, to: id, label: { from, to }, kind: 'enum label', reason: 'same place in the enum' }
}

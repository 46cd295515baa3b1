import { inheritedState, parentColumns } from '../kinds/column-inheritance.js'
import { typedState } from '../kinds/column.js'
import { comesWithWhole, wholeOf } from '../kinds/parts.js'
import { standsAgainst } from '../kinds/not-null.js'
import { kindOf } from '../kinds/registry.js'
import type { AnyObject, ObjectId } from '../model/object.js'
import type { PlanState } from './context.js'

/** Decides which new children are written within their parent's CREATE. Whatever makes a circle is taken out again later. */
export function decideInlining(state: PlanState): void {
  const { to, inlined } = state
  inlined.clear()
  const wholes = new Set<ObjectId>()
  for (const object of to.objects.values()) {
    const whole = wholeOf(object)
    if (whole !== undefined && !comesWithWhole(object, state)) wholes.add(whole)
  }
  const apart = new Set<ObjectId>()
  const keys = new Set<string>()
  for (const object of to.objects.values()) {
    if (object.parent === undefined || !state.isCreated(object.id) || !state.isCreated(object.parent)) continue
    const parent = to.objects.get(object.parent)
    if (!parent || !(kindOf(object).inlines?.(object, parent) ?? false)) continue
    // The parts of a partitioned table's key come first, and they need the table.
    if (wholes.has(object.id) || comesWithWhole(object, state)) continue
    // The clause of an inherited column is its parent's.
    if (object.kind === 'default' && parent.kind === 'column' && parent.facts.inherited && !parent.facts.local) continue
    // Parents that come later are added later, or their order would be another.
    if (object.kind === 'inheritance' && (apart.has(object.parent) || !canBeMadeInPlace(object, state))) {
      apart.add(object.parent)
      continue
    }
    const key = keyOf(object)
    if (key !== undefined && keys.has(key)) continue
    if (key !== undefined) keys.add(key)
    inlined.add(object.id)
  }
  // A column that comes from a parent table or from a type is not written, and so its default cannot be either.
  for (const id of inlined) {
    const object = to.objects.get(id)
    const column = object?.kind === 'default' ? to.objects.get(object.parent ?? '') : undefined
    if (column?.kind !== 'column') continue
    const table = to.objects.get(column.parent ?? '')
    if (inheritedState(column, state) ?? (table && typedState(column, table, state))) inlined.delete(id)
  }
}

/** CREATE TABLE makes one of two keys over the same columns (transformIndexConstraints in parse_utilcmd.c), ADD makes both. */
function keyOf(object: AnyObject): string | undefined {
  if (object.kind !== 'constraint' || !object.facts.index) return undefined
  return `${object.parent} ${object.facts.definition.replace(/^(?:PRIMARY KEY|UNIQUE) /, '')}`
}

/**
 * CREATE TABLE … PARTITION OF makes an index for each that the partitioned table has, under names of Postgres's choice. Where
 * such indexes stay from before, the partition is made apart with indexes under their own names, and attached. So is a table whose NOT
 * NULL differs from its parent's.
 */
function canBeMadeInPlace(link: AnyObject, state: PlanState): boolean {
  for (const own of state.childrenIn(state.to, link.parent ?? '')) {
    const whole = wholeOf(own)
    if (whole !== undefined && !state.isCreated(whole)) return false
    if (own.kind !== 'column' || !own.facts.inherited) continue
    // Until Postgres 16 a column that is computed cannot say so beside its parent's; ALTER TABLE … INHERIT takes it.
    if (own.facts.local && own.facts.generated && state.version < 160000) return false
    if (own.facts.local) continue
    const isUnchecked = own.facts.notNullConstraint?.notValid === true
    for (const { column, link: above } of parentColumns(own, state, 'to'))
      if (above.id === link.id && (isUnchecked || standsAgainst(own.facts, column.facts))) return false
  }
  return true
}

import { afterParents, childColumns, parentColumns } from '../kinds/column-inheritance.js'
import { isConverted } from '../kinds/column-alter.js'
import { isInPartitionKey } from '../kinds/partition-key.js'
import { standsAgainst } from '../kinds/not-null.js'
import { wholeOf } from '../kinds/parts.js'
import { kindOf } from '../kinds/registry.js'
import type { AnyObject, CatalogObject, ObjectId } from '../model/object.js'
import type { PlanState } from './context.js'
import { foreignKeysAbove, isForeignKey, keysInPersistenceCircles } from './foreign-keys.js'

/**
 * Decides for every object what happens to it: by comparing hashes first, and then by following what needs what. Whatever needs
 * an object that goes must go before, and come back after if it is wanted; so must what stands in the way of a change. `forced`
 * are objects that are recreated although an alteration would exist.
 */
export function decideChanges(state: PlanState, forced: ReadonlySet<ObjectId>): void {
  const { from, to, changes } = state
  const queue: ObjectId[] = []
  const set = (id: ObjectId, change: 'drop' | 'recreate' | 'alter'): void => {
    changes.set(id, change)
    queue.push(id)
  }
  for (const id of to.objects.keys()) if (!from.objects.has(id)) changes.set(id, 'create')
  for (const object of from.objects.values()) {
    const wanted = to.objects.get(object.id)
    if (!wanted) set(object.id, 'drop')
    else if (wanted.hash !== object.hash) changes.set(object.id, 'alter')
  }
  for (const [id, change] of changes)
    if (change === 'alter') set(id, needsRecreation(id, state, forced) ? 'recreate' : 'alter')
  for (const link of misplacedParents(state)) set(link, 'recreate')
  for (const link of misfitLinks(state)) set(link, 'recreate')
  for (const part of partsSetFree(state)) set(part, 'recreate')
  for (const key of keysInPersistenceCircles(state)) if (to.objects.has(key)) set(key, 'recreate')

  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const change = changes.get(id)
    if (change === 'alter') followAlteration(id, state, set)
    else if (change !== undefined) followRemoval(id, state, set, forced)
  }
  moveTogether(state)
}

/** A type that only makes room holds on to the types that it is made of, so those make room as well. */
function moveTogether(state: PlanState): void {
  for (const id of state.rebuilt)
    for (const need of state.links('from').needs(id)) {
      const type = state.from.objects.get(need)
      if (type && state.changes.get(need) === 'recreate' && kindOf(type).moveAway) state.rebuilt.add(need)
    }
}

/** A parent that a table gets comes last, so those that have to stand behind it are taken off and put back. */
function* misplacedParents({ from, to, changes }: PlanState): Generator<ObjectId> {
  for (const id of changes.keys()) {
    const before = from.objects.get(id)
    const after = to.objects.get(id)
    if (before?.kind !== 'table' || after?.kind !== 'table' || changes.get(id) !== 'alter') continue
    const link = (parent: ObjectId): ObjectId =>
      `inheritance ${id.slice('table '.length)} from ${parent.replace(/^(?:foreign )?table /, '')}`
    const kept = before.facts.inherits.filter((parent) => to.objects.has(link(parent)) && !changes.has(link(parent)))
    const rest = [...after.facts.inherits]
    while (rest.length > 0 && rest[0] === kept[0]) {
      rest.shift()
      kept.shift()
    }
    for (const parent of rest) if (kept.includes(parent)) yield link(parent)
  }
}

/** Links of tables whose NOT NULL is to be called otherwise than the one that the parent hands down. */
function* misfitLinks(state: PlanState): Generator<ObjectId> {
  const { from, to, changes } = state
  for (const [id, change] of changes) {
    const before = from.objects.get(id)
    const after = to.objects.get(id)
    if (change !== 'alter' || before?.kind !== 'column' || after?.kind !== 'column') continue
    for (const { column: child, link } of childColumns(after, state)) yield* misfit(child, link, state)
    for (const { link } of parentColumns(after, state, 'to')) yield* misfit(after, link, state)
  }
}

function* misfit(column: CatalogObject<'column'>, link: AnyObject, state: PlanState): Generator<ObjectId> {
  const before = state.from.objects.get(column.id)
  if (before?.kind !== 'column' || !state.from.objects.has(link.id) || state.changes.has(link.id)) return
  const wanted = column.facts
  const arrives = afterParents(before, column, state)
  for (const above of parentColumns(column, state, 'to'))
    if (above.link.id === link.id && standsAgainst(wanted, above.column.facts) && standsAgainst(arrives, wanted))
      yield link.id
}

/** Parts of an index that stays, which are to stand alone on a partition that stays. */
function* partsSetFree(state: PlanState): Generator<ObjectId> {
  const { from, to, changes } = state
  for (const part of from.objects.values()) {
    const whole = wholeOf(part)
    const wanted = to.objects.get(part.id)
    if (whole === undefined || !wanted || wholeOf(wanted) === whole || !to.objects.has(whole)) continue
    if (isForeignKey(part) || changes.get(whole) !== undefined) continue
    const links = state.childrenIn(from, part.parent ?? '').filter(({ kind }) => kind === 'inheritance')
    if (links.every(({ id }) => to.objects.has(id))) yield part.id
  }
}

type Set_ = (id: ObjectId, change: 'drop' | 'recreate' | 'alter') => void

function needsRecreation(id: ObjectId, state: PlanState, forced: ReadonlySet<ObjectId>): boolean {
  if (forced.has(id)) return true
  const from = state.from.objects.get(id)
  const to = state.to.objects.get(id)
  return from !== undefined && to !== undefined && alterationOf(from, to, state) === 'recreate'
}

/** Both have the same id, hence the same kind. */
export function alterationOf(
  from: AnyObject,
  to: AnyObject,
  state: PlanState,
): ReturnType<ReturnType<typeof kindOf>['alter']> {
  return kindOf(to).alter(from, to, state)
}

function followAlteration(id: ObjectId, state: PlanState, set: Set_): void {
  const from = state.from.objects.get(id)
  const to = state.to.objects.get(id)
  if (!from || !to) return
  const alteration = alterationOf(from, to, state)
  if (alteration === 'recreate') return set(id, 'recreate')
  if (from.kind === 'inheritance') freeRows(from, state, set)
  if (!alteration.disturbs) return
  if (from.kind === 'column' && to.kind === 'column' && isConverted(from, to, state))
    for (const link of foreignHeirs(to, state)) set(link, 'recreate')
  // The partitions keep the rows: they are taken off the table before it goes, and put under the new one.
  if (from.kind === 'column' && from.parent !== undefined && isInPartitionKey(from, state.from))
    return set(from.parent, 'recreate')
  for (const dependent of dependentsOf(id, state))
    if (state.to.objects.has(dependent.id) && !state.isDropped(dependent.id) && alteration.disturbs(dependent))
      set(dependent.id, 'recreate')
}

/** Foreign tables below a column's table: ALTER COLUMN … USING would go down to them, and they refuse it. */
function* foreignHeirs(column: CatalogObject<'column'>, state: PlanState): Generator<ObjectId> {
  for (const { column: child, link } of childColumns(column, state)) {
    if (child.facts.of !== 'foreign table') yield* foreignHeirs(child, state)
    else if (state.from.objects.has(link.id) && state.to.objects.has(link.id) && !state.isDropped(link.id))
      yield link.id
  }
}

function* dependentsOf(id: ObjectId, state: PlanState): Generator<AnyObject> {
  for (const dependent of state.links('from').neededBy(id)) {
    const object = state.from.objects.get(dependent)
    if (object) yield object
  }
}

function followRemoval(id: ObjectId, state: PlanState, set: Set_, forced: ReadonlySet<ObjectId>): void {
  const removed = state.from.objects.get(id)
  if (!removed) return
  // A view's columns stand and fall with it.
  const parent = removed.parent === undefined ? undefined : state.from.objects.get(removed.parent)
  if ((parent?.kind === 'view' || parent?.kind === 'materialized view') && removed.kind === 'column')
    if (state.to.objects.has(parent.id) && state.changes.get(id) === 'recreate' && !state.isDropped(parent.id))
      set(parent.id, 'recreate')
  for (const dependent of dependentsOf(id, state)) {
    const { id: other } = dependent
    if (state.isDropped(other) || !state.to.objects.has(other)) continue
    const belongs = dependent.parent === id
    if (!belongs && isTakenOff(removed, dependent, state)) continue
    if (!belongs && convertsColumn(removed, dependent, state)) {
      if (!state.rebuilt.has(id) || state.changes.get(other) !== 'alter') {
        state.rebuilt.add(id)
        set(other, 'alter')
      }
      continue
    }
    // What is altered anyway lets go of what does not come back.
    const letsGo = state.changes.get(id) === 'drop' && state.changes.get(other) === 'alter' && !forced.has(other)
    if (belongs || !letsGo) set(other, 'recreate')
  }
  rebuildWhole(removed, state, set)
  if (removed.kind === 'inheritance' && state.to.objects.has(id)) freeRows(removed, state, set)
  if (removed.kind === 'type')
    for (const routine of state.functionsOfType(id))
      if (state.to.objects.has(routine) && !state.isDropped(routine)) set(routine, 'recreate')
  // A sequence that belongs to a column which goes is set free before.
  if (removed.kind !== 'column') return
  for (const sequence of state.ownedSequences(id))
    if (state.to.objects.has(sequence) && !state.isDropped(sequence)) set(sequence, 'alter')
}

/** What a table has from a parent is its own from the moment that it is taken off the parent, with the rows in it. */
function isTakenOff(removed: AnyObject, dependent: AnyObject, state: PlanState): boolean {
  if (dependent.kind !== 'column' && dependent.kind !== 'constraint' && dependent.kind !== 'index') return false
  // A foreign key goes before anything is taken off, with its parts.
  if (isForeignKey(dependent)) return false
  const isPart = wholeOf(dependent) === removed.id
  const isCopy = dependent.kind === removed.kind && dependent.kind !== 'index' && dependent.facts.inherited
  if (!isPart && !isCopy) return false
  return state
    .childrenIn(state.from, dependent.parent ?? '')
    .some((link) => link.kind === 'inheritance' && link.facts.parent === removed.parent && state.isDropped(link.id))
}

/** The part of an index cannot be dropped, and cannot be detached: where the partition stays one, that takes the whole. */
function rebuildWhole(part: AnyObject, state: PlanState, set: Set_): void {
  const whole = wholeOf(part)
  if (whole === undefined || !state.to.objects.has(whole) || state.isDropped(whole)) return
  if (isForeignKey(part) || state.isDropped(part.parent ?? '')) return
  const links = state.childrenIn(state.from, part.parent ?? '').filter(({ kind }) => kind === 'inheritance')
  if (links.every((link) => !state.isDropped(link.id))) set(whole, 'recreate')
}

/** A partition whose rows something points to cannot leave its table, not even to come back. */
function freeRows(link: CatalogObject<'inheritance'>, state: PlanState, set: Set_): void {
  for (const { id } of foreignKeysAbove(link, state))
    if (state.to.objects.has(id) && !state.isDropped(id)) set(id, 'recreate')
}

/** A table's column whose type is built anew keeps its values. */
function convertsColumn(removed: AnyObject, dependent: AnyObject, state: PlanState): boolean {
  if (dependent.kind !== 'column' || kindOf(removed).moveAway === undefined) return false
  if (dependent.facts.of === 'view' || dependent.facts.of === 'materialized view') return false
  return state.changes.get(removed.id) === 'recreate' && dependent.facts.generated === undefined
}

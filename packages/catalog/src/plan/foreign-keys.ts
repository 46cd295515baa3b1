import type { AnyObject, Catalog, CatalogObject, ObjectId } from '../model/object.js'
import type { PlanState } from './context.js'

type ForeignKey = CatalogObject<'constraint'>
type Link = CatalogObject<'inheritance'>
type Side = 'from' | 'to'

/** Where the units of a plan are that do something to an object. */
export interface Places {
  creates: ReadonlyMap<ObjectId, number>
  alters: ReadonlyMap<ObjectId, number>
  drops: ReadonlyMap<ObjectId, number>
}

type Before = (first: number | undefined, second: number | undefined) => void

export const isForeignKey = (object: AnyObject | undefined): object is ForeignKey =>
  object?.kind === 'constraint' && object.facts.type === 'foreign key'

const known = new WeakMap<Catalog, Map<ObjectId, ForeignKey[]>>()

/** Foreign keys that point to the table, those of partitions left out, which are parts of their table's. */
function foreignKeysTo(table: ObjectId, catalog: Catalog): readonly ForeignKey[] {
  let byTable = known.get(catalog)
  if (!byTable) {
    byTable = new Map()
    for (const object of catalog.objects.values()) {
      if (!isForeignKey(object) || !object.facts.references || object.facts.partOf !== undefined) continue
      const keys = byTable.get(object.facts.references.table)
      if (keys) keys.push(object)
      else byTable.set(object.facts.references.table, [object])
    }
    known.set(catalog, byTable)
  }
  return byTable.get(table) ?? []
}

function linksAbove(table: ObjectId | undefined, side: Side, state: PlanState): Link[] {
  return state
    .childrenIn(state[side], table ?? '')
    .flatMap((child) => (child.kind === 'inheritance' && child.facts.bound !== undefined ? [child] : []))
}

/** The links of a partitioned table's partitions, at every level. */
function* linksBelow(table: ObjectId, side: Side, state: PlanState): Generator<Link> {
  for (const link of state.heirs(table)) {
    if (state[side].objects.get(link.id) !== link || link.facts.bound === undefined) continue
    yield link
    yield* linksBelow(link.parent ?? '', side, state)
  }
}

/** Foreign keys of the old catalog to a table that the partition belongs to, at whatever level. */
export function* foreignKeysAbove(link: Link, state: PlanState): Generator<ForeignKey> {
  yield* foreignKeysTo(link.facts.parent, state.from)
  for (const above of linksAbove(link.facts.parent, 'from', state)) yield* foreignKeysAbove(above, state)
}

/**
 * A foreign key that points to a partitioned table holds on to each partition by a copy of itself, which goes and comes with it: a
 * partition can only go after the key has gone, and a key that finds the partitions there numbers its copies in their order.
 */
export function orderForeignKeys(state: PlanState, { creates, drops }: Places, before: Before): void {
  for (const [places, side] of [
    [drops, 'from'],
    [creates, 'to'],
  ] as const)
    for (const [id, unit] of places) {
      const key = state[side].objects.get(id)
      if (!isForeignKey(key)) continue
      if (side === 'from' && key.facts.partOf !== undefined)
        for (const link of linksAbove(key.parent, side, state)) before(drops.get(key.facts.partOf), drops.get(link.id))
      if (key.facts.partOf !== undefined) continue
      for (const link of linksBelow(key.facts.references?.table ?? '', side, state))
        if (side === 'to') before(creates.get(link.id), unit)
        else for (const gone of [link.id, link.parent ?? '']) before(unit, drops.get(gone))
    }
}

/**
 * A permanent table may only point to permanent ones, at every moment (ATPrepChangePersistence in tablecmds.c): the table that is
 * pointed to becomes LOGGED first and UNLOGGED last.
 */
export function orderPersistence(state: PlanState, { alters }: Places, before: Before): void {
  for (const { key, target } of keysAmongChanging(state)) {
    if (state.isDropped(key.id)) continue
    const source = key.parent ?? ''
    const toLogged = persistenceOf(source, state.to) === 'permanent'
    if (toLogged) before(alters.get(target), alters.get(source))
    else before(alters.get(source), alters.get(target))
  }
}

/** Of tables that point to each other in a circle none can change first: these keys are taken off and put back. */
export function keysInPersistenceCircles(state: PlanState): ObjectId[] {
  const keys = [...keysAmongChanging(state)]
  const targets = new Map<ObjectId, ObjectId[]>()
  for (const { key, target } of keys) targets.set(key.parent ?? '', [...(targets.get(key.parent ?? '') ?? []), target])
  const reaches = (start: ObjectId, goal: ObjectId): boolean => {
    const seen = new Set([start])
    for (const table of seen) for (const next of targets.get(table) ?? []) seen.add(next)
    return seen.has(goal)
  }
  return keys.flatMap(({ key, target }) => (reaches(target, key.parent ?? '') ? [key.id] : []))
}

function* keysAmongChanging(state: PlanState): Generator<{ key: ForeignKey; target: ObjectId }> {
  for (const [target, change] of state.changes) {
    if (change !== 'alter' || !changesPersistence(target, state)) continue
    for (const key of foreignKeysTo(target, state.from))
      if (key.parent !== undefined && key.parent !== target && changesPersistence(key.parent, state))
        yield { key, target }
  }
}

function persistenceOf(table: ObjectId, catalog: Catalog): string | undefined {
  const object = catalog.objects.get(table)
  return object?.kind === 'table' ? object.facts.persistence : undefined
}

function changesPersistence(table: ObjectId, state: PlanState): boolean {
  const before = persistenceOf(table, state.from)
  const after = persistenceOf(table, state.to)
  return before !== undefined && after !== undefined && before !== after
}

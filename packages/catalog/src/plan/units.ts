import { quoteIdentifier } from '../identifier.js'
import { comesWithWhole, wholeOf } from '../kinds/parts.js'
import { kindOf } from '../kinds/registry.js'
import type { LateStatement } from '../kinds/kind.js'
import type { AnyObject, ObjectId } from '../model/object.js'
import type { PlanState } from './context.js'
import { isForeignKey, orderForeignKeys, orderPersistence } from './foreign-keys.js'
import { Graph } from './graph.js'
import { collectRelinks, orderRelinks } from './relinks.js'

/**
 * What is done to objects in one go: a table with the columns and constraints that its CREATE carries is one unit.
 * `move` puts a type out of the way while columns are converted to the new one, `purge` drops it then.
 */
export interface Unit {
  action: 'stand in' | 'drop' | 'move' | 'create' | 'alter' | 'late' | 'purge'
  /** The first is the one that gives the unit its place. */
  members: AnyObject[]
  late?: LateStatement
}

export interface Units {
  list: Unit[]
  graph: Graph
}

/** A dependency that Postgres does not know of, and that is given up where it would make a circle. */
export interface Hint {
  from: ObjectId
  to: ObjectId
}

/** Makes the units of a plan and says which must come before which. */
export function buildUnits(state: PlanState, hints: readonly Hint[]): Units {
  const list: Unit[] = []
  const drops = new Map<ObjectId, number>()
  const purges = new Map<ObjectId, number>()
  const creates = new Map<ObjectId, number>()
  const alters = new Map<ObjectId, number>()
  const begin = (unit: Unit): number => list.push(unit) - 1

  collectDrops(state, drops, purges, begin, list)
  collectCreates(state, creates, begin, list)
  for (const [id, change] of state.changes) {
    const object = state.to.objects.get(id)
    if (change === 'alter' && object) alters.set(id, begin({ action: 'alter', members: [object] }))
  }
  const lates: { unit: number; id: ObjectId; needs: ObjectId[] }[] = []
  for (const object of state.to.objects.values()) {
    const kind = kindOf(object)
    if (!kind.late) continue
    const from = state.isCreated(object.id) ? undefined : state.from.objects.get(object.id)
    for (const late of kind.late(object, from, state))
      lates.push({ unit: begin({ action: 'late', members: [object], late }), id: object.id, needs: late.needs })
  }

  const relinks = collectRelinks(state, begin)
  const standIns = new Map<ObjectId, number>()
  for (const id of state.standIns) {
    const before_ = state.from.objects.get(id)
    if (before_ && drops.has(id)) standIns.set(id, begin({ action: 'stand in', members: [before_] }))
    const view = state.to.objects.get(id)
    const statement = view && creates.has(id) ? kindOf(view).replaceStandIn?.(view, state) : undefined
    if (view && statement !== undefined) {
      const needs = [...state.links('to').needs(id)]
      lates.push({ unit: begin({ action: 'late', members: [view], late: { statement, needs } }), id, needs })
    }
  }
  const graph = new Graph(list.length)
  const before = (first: number | undefined, second: number | undefined): void => {
    if (first !== undefined && second !== undefined) graph.add(first, second)
  }
  const freed = freedSlots(state, drops, alters)
  const from = state.links('from')
  const to = state.links('to')
  for (const [id, unit] of creates) {
    const object = state.to.objects.get(id)
    const isImplied = comesWithWhole(object, state)
    const whole = isImplied ? undefined : wholeOf(object)
    for (const need of to.needs(id)) {
      if (need === whole || (state.standIns.has(id) && !isForStandIn(need))) continue
      before(creates.get(need), unit)
      before(alters.get(need), unit)
    }
    // A partition that is made in place needs nothing of its own before.
    const isInPlace = object?.kind === 'inheritance' && state.isInlined(id)
    for (const earlier of isInPlace ? [] : to.after(id)) {
      if (comesWithWhole(state.to.objects.get(earlier), state)) continue
      before(creates.get(earlier), unit)
      before(alters.get(earlier), unit)
    }
    before(drops.get(id), unit)
    if (object)
      for (const slot of kindOf(object).slots?.(object) ?? [])
        for (const gone of freed.get(slot) ?? []) before(gone, unit)
  }
  for (const [id, unit] of drops) {
    const purge = purges.get(id)
    for (const need of from.needs(id)) {
      const standIn = standIns.get(id)
      if (standIn !== undefined && !isForStandIn(need)) {
        before(standIn, drops.get(need))
        before(standIn, alters.get(need))
        continue
      }
      // A type that was moved out of the way still needs what it needed.
      before(purges.has(need) ? unit : (purge ?? unit), drops.get(need))
      // What a schema or a role holds, and what an enum is used by, is not touched by its alterations.
      if (!/^(?:schema|role|enum) /.test(need)) before(unit, alters.get(need))
      before(purge ?? unit, purges.get(need))
    }
  }
  for (const [id, unit] of drops) {
    const link = state.from.objects.get(id)
    if (link?.kind !== 'inheritance') continue
    // A table is taken off its parent before anything changes that the parent would hand down.
    for (const side of [link.parent ?? '', link.facts.parent])
      for (const member of state.childrenIn(state.from, side)) {
        if (member.kind === 'inheritance') continue
        // A foreign key goes before, with its parts; the part of one that stays becomes the table's own.
        if (isForeignKey(member) && (member.facts.partOf === undefined || state.isDropped(member.facts.partOf)))
          continue
        before(unit, drops.get(member.id))
        before(unit, alters.get(member.id))
        before(unit, creates.get(member.id))
      }
  }
  for (const [id, unit] of alters) {
    for (const need of to.needs(id)) {
      if (isApart(id, need, 'to', state)) continue
      before(creates.get(need), unit)
      before(alters.get(need), unit)
    }
    for (const earlier of to.after(id))
      if (!comesWithWhole(state.to.objects.get(earlier), state)) before(creates.get(earlier), unit)
    for (const need of from.needs(id))
      if (!isApart(id, need, 'from', state)) before(unit, purges.get(need) ?? drops.get(need))
    for (const slot of slotsOf(state.to.objects.get(id))) for (const gone of freed.get(slot) ?? []) before(gone, unit)
    const object = state.from.objects.get(id)
    if (object?.kind === 'sequence') before(unit, drops.get(object.facts.ownedBy ?? ''))
  }
  orderMerges(state, creates, drops, before)
  const places = { creates, alters, drops }
  orderRelinks(state, relinks, places, before)
  orderForeignKeys(state, places, before)
  orderPersistence(state, places, before)
  for (const [id, unit] of purges) before(creates.get(id), unit)
  for (const { unit, id, needs } of lates) {
    before(creates.get(id) ?? alters.get(id), unit)
    for (const need of needs) before(creates.get(need) ?? alters.get(need), unit)
  }
  for (const hint of hints) {
    before(creates.get(hint.to) ?? alters.get(hint.to), creates.get(hint.from) ?? alters.get(hint.from))
  }
  return { list, graph }
}

/** Before a table is put under a parent, and once it is taken off, what the two have in common is its own. */
function isApart(id: ObjectId, need: ObjectId, side: 'from' | 'to', state: PlanState): boolean {
  const own = state[side].objects.get(id)
  const parents = state[side].objects.get(need)
  if ((own?.kind !== 'column' && own?.kind !== 'constraint') || own.kind !== parents?.kind) return false
  return state.childrenIn(state[side], own.parent ?? '').some((link) => {
    if (link.kind !== 'inheritance' || link.facts.parent !== parents.parent) return false
    return side === 'from' ? state.isDropped(link.id) : state.isCreated(link.id) && !state.isInlined(link.id)
  })
}

/**
 * A column or check that a child table declares as its parent does: made at the child first, then the parent's takes it up
 * (the other way round Postgres says that it is there already); and dropped at the parent first, which leaves the child its own.
 */
function orderMerges(
  state: PlanState,
  creates: ReadonlyMap<ObjectId, number>,
  drops: ReadonlyMap<ObjectId, number>,
  before: (first: number | undefined, second: number | undefined) => void,
): void {
  for (const catalog of [state.from, state.to])
    for (const link of catalog.objects.values()) {
      if (link.kind !== 'inheritance' || state.isCreated(link.id) || state.isDropped(link.id)) continue
      const parent = link.facts.parent.replace(/^(?:foreign )?table /, '')
      for (const own of state.childrenIn(catalog, link.parent ?? '')) {
        if (own.kind !== 'column' && own.kind !== 'constraint') continue
        if (!own.facts.local || !own.facts.inherited) continue
        const merged = `${own.kind} ${parent}.${quoteIdentifier(own.name)}`
        if (catalog === state.to) before(creates.get(own.id), creates.get(merged))
        else before(drops.get(merged), drops.get(own.id))
      }
    }
}

/** All that a stand-in needs: its schema, and the types of its columns. */
const isForStandIn = (id: ObjectId): boolean => /^(?:schema|enum|domain|composite|range|type|extension) /.test(id)

function collectDrops(
  state: PlanState,
  drops: Map<ObjectId, number>,
  purges: Map<ObjectId, number>,
  begin: (unit: Unit) => number,
  list: Unit[],
): void {
  const host = (object: AnyObject): AnyObject => {
    const into = state.foldInto(object)
    const parent = into === undefined ? undefined : state.from.objects.get(into)
    return parent ? host(parent) : object
  }
  const place = (object: AnyObject): number => {
    const known = drops.get(object.id)
    if (known !== undefined) return known
    const top = host(object)
    if (top.id !== object.id) {
      const unit = place(top)
      list[unit]?.members.push(object)
      drops.set(object.id, unit)
      return unit
    }
    const moves = state.rebuilt.has(object.id)
    const unit = begin({ action: moves ? 'move' : 'drop', members: [object] })
    drops.set(object.id, unit)
    if (moves) purges.set(object.id, begin({ action: 'purge', members: [object] }))
    return unit
  }
  for (const [id] of state.changes) {
    const object = state.from.objects.get(id)
    if (object && state.isDropped(id)) place(object)
  }
}

function collectCreates(
  state: PlanState,
  creates: Map<ObjectId, number>,
  begin: (unit: Unit) => number,
  list: Unit[],
): void {
  // The catalog's order has parents before their children.
  for (const object of state.to.objects.values()) {
    if (!state.isCreated(object.id)) continue
    const host = state.isInlined(object.id) && object.parent !== undefined ? creates.get(object.parent) : undefined
    if (host === undefined) creates.set(object.id, begin({ action: 'create', members: [object] }))
    else {
      list[host]?.members.push(object)
      creates.set(object.id, host)
    }
  }
}

/** Names that become free, by the units that free them; an identity column that is none any more frees its sequence's. */
function freedSlots(
  state: PlanState,
  drops: ReadonlyMap<ObjectId, number>,
  alters: ReadonlyMap<ObjectId, number>,
): Map<string, number[]> {
  const freed = new Map<string, number[]>()
  const free = (slot: string, unit: number): void => {
    freed.set(slot, [...(freed.get(slot) ?? []), unit])
  }
  for (const [id, unit] of drops) for (const slot of slotsOf(state.from.objects.get(id))) free(slot, unit)
  for (const [id, unit] of alters) {
    const kept = new Set(slotsOf(state.to.objects.get(id)))
    for (const slot of slotsOf(state.from.objects.get(id))) if (!kept.has(slot)) free(slot, unit)
  }
  return freed
}

const slotsOf = (object: AnyObject | undefined): readonly string[] =>
  object ? (kindOf(object).slots?.(object) ?? []) : []

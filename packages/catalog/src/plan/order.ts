import { kindOf } from '../kinds/registry.js'
import type { AnyObject, ObjectId } from '../model/object.js'
import type { PlanState } from './context.js'
import { buildUnits, type Hint, type Unit, type Units } from './units.js'

export interface Ordered {
  units: Unit[]
  /** Hints that could not be kept. */
  broken: Hint[]
  /** Objects that must be recreated although they could be altered; planning starts again with them. */
  force: ObjectId[]
}

/**
 * Sorts the units of a plan. A circle is broken by taking things apart, the harmless first: foreign keys, defaults and other
 * constraints out of their CREATE TABLE, then hints from function bodies, then alterations turned into drop and create.
 *
 * @throws Error when a circle remains, with its members: then the catalogs say something that Postgres would not have allowed.
 */
export function orderUnits(state: PlanState, allHints: readonly Hint[]): Ordered {
  let hints = [...allHints]
  const broken: Hint[] = []
  for (;;) {
    const units = buildUnits(state, hints)
    const sorted = units.graph.sort(ranksOf(units, state))
    if (sorted.length === units.list.length)
      return { units: sorted.flatMap((index) => units.list[index] ?? []), broken, force: [] }
    for (const cycle of units.graph.cycles()) {
      const members = new Set<ObjectId>(cycle.flatMap((index) => units.list[index]?.members.map(({ id }) => id) ?? []))
      if (takeApart(cycle, units, state, detachable)) continue
      const inside = hints.filter(({ from, to }) => members.has(from) && members.has(to))
      if (inside.length > 0) {
        broken.push(...inside)
        const lost = new Set(inside)
        hints = hints.filter((hint) => !lost.has(hint))
        continue
      }
      if (takeApart(cycle, units, state, indivisible)) continue
      if (makeStandIns(cycle, units, state)) continue
      if (takeApart(cycle, units, state, [() => true], true)) continue
      const force = alterationsIn(cycle, units)
      if (force.length > 0) return { units: [], broken, force }
      throw new Error(
        `the plan has a circle: ${cycle.map((index) => `${units.list[index]?.action} ${units.list[index]?.members[0]?.id}`).join(' → ')}`,
      )
    }
  }
}

/** In the order in which they are taken out of their parent's statement. */
const detachable: ((object: AnyObject) => boolean)[] = [
  (object) => object.kind === 'constraint' && object.facts.type === 'foreign key',
  (object) => object.kind === 'default',
  (object) => object.kind === 'constraint' || object.kind === 'index',
  (object) => object.kind === 'trigger' || object.kind === 'rule' || object.kind === 'policy',
]

/** Only where nothing else helps, hints given up included. */
const indivisible: ((object: AnyObject) => boolean)[] = [
  (object) => object.kind === 'inheritance',
  (object) => object.kind === 'column',
]

function takeApart(
  cycle: readonly number[],
  units: Units,
  state: PlanState,
  candidates: readonly ((object: AnyObject) => boolean)[],
  evenUninvolved = false,
): boolean {
  const inCycle = new Set(cycle.flatMap((index) => units.list[index]?.members.map(({ id }) => id) ?? []))
  for (const matches of candidates) {
    let found = false
    for (const index of cycle) {
      const unit = units.list[index]
      for (const member of unit?.members.slice(1) ?? []) {
        if (!matches(member) || (!evenUninvolved && !isInvolved(member, unit, inCycle, state))) continue
        if (unit?.action === 'create') state.inlined.delete(member.id)
        else if (unit?.action === 'drop') state.unfolded.add(member.id)
        else continue
        found = true
      }
    }
    if (found) return true
  }
  return false
}

/** What the circle does not run through stays where it is written best. */
function isInvolved(
  member: AnyObject,
  unit: Unit | undefined,
  inCycle: ReadonlySet<ObjectId>,
  state: PlanState,
): boolean {
  const links = state.links(unit?.action === 'drop' ? 'from' : 'to')
  const own = new Set(unit?.members.map(({ id }) => id))
  const others = [...links.needs(member.id), ...links.neededBy(member.id)]
  return others.some((id) => inCycle.has(id) && !own.has(id))
}

function makeStandIns(cycle: readonly number[], units: Units, state: PlanState): boolean {
  let found = false
  for (const index of cycle) {
    const unit = units.list[index]
    const view = unit?.members[0]
    if (unit?.action !== 'create' && unit?.action !== 'drop') continue
    if (!view || kindOf(view).standIn === undefined || state.standIns.has(view.id)) continue
    state.standIns.add(view.id)
    found = true
  }
  return found
}

const replaceable = new Set([
  'view',
  'materialized view',
  'function',
  'procedure',
  'aggregate',
  'default',
  'policy',
  'trigger',
  'rule',
  'index',
  'constraint',
])

function alterationsIn(cycle: readonly number[], units: Units): ObjectId[] {
  return cycle.flatMap((index) => {
    const unit = units.list[index]
    const object = unit?.members[0]
    return unit?.action === 'alter' && object && replaceable.has(object.kind) ? [object.id] : []
  })
}

const phases: Record<Unit['action'], number> = {
  'stand in': 0,
  drop: 1,
  move: 2,
  create: 3,
  alter: 3,
  late: 4,
  purge: 5,
}

/**
 * What a plan creates is created under the default privileges that were there before (see `defaultAclOf`), and no new event
 * trigger watches the plan that makes it.
 */
function phaseOf(action: Unit['action'], { kind }: AnyObject): number {
  if (kind === 'default privilege') return 6
  if (kind === 'event trigger' && action !== 'drop') return 7
  return phases[action]
}

/**
 * What comes first when several could: what goes before what comes, and what comes kind by kind, with everything that belongs to
 * a table right after it, in the order of the catalog.
 */
function ranksOf(units: Units, state: PlanState): number[] {
  const { positions } = state
  const keyed = units.list.map((unit, index) => {
    const object = unit.members[0]
    if (!object) return { index, key: [0] }
    const root = rootOf(object, state)
    const weight = kindOf(object).weight
    const rootWeight = kindOf(root).weight
    const sign = unit.action === 'drop' || unit.action === 'purge' ? -1 : 1
    return {
      index,
      key: [
        phaseOf(unit.action, object),
        sign * (unit.action === 'drop' ? weight : rootWeight),
        sign * (positions.get(root.id) ?? 0),
        weight,
        sign * (positions.get(object.id) ?? 0),
      ],
    }
  })
  keyed.sort((a, b) => {
    for (let at = 0; at < a.key.length; at++) {
      const difference = (a.key[at] ?? 0) - (b.key[at] ?? 0)
      if (difference !== 0) return difference
    }
    return a.index - b.index
  })
  const ranks: number[] = []
  for (const [rank, { index }] of keyed.entries()) ranks[index] = rank
  return ranks
}

function rootOf(object: AnyObject, state: PlanState): AnyObject {
  const parent =
    object.parent === undefined
      ? undefined
      : (state.to.objects.get(object.parent) ?? state.from.objects.get(object.parent))
  return parent ? rootOf(parent, state) : object
}

import { attach, detach } from '../kinds/inheritance.js'
import type { AnyObject, CatalogObject } from '../model/object.js'
import type { PlanState } from './context.js'
import { foreignKeysAbove, type Places } from './foreign-keys.js'
import type { Unit } from './units.js'

/** A partition whose bounds change: it is taken off its table and put back. */
export interface Relink {
  link: CatalogObject<'inheritance'>
  detach: number
  attach: number
}

/**
 * Both steps come late, so that until then the partition gets what its table gets: a new identity column numbers the rows that are
 * there only as long as it is a part of the table.
 */
export function collectRelinks(state: PlanState, begin: (unit: Unit) => number): Relink[] {
  const relinks: Relink[] = []
  for (const [id, change] of state.changes) {
    const from = state.from.objects.get(id)
    const to = state.to.objects.get(id)
    if (change !== 'alter' || from?.kind !== 'inheritance' || to?.kind !== 'inheritance') continue
    if (from.facts.bound === to.facts.bound) continue
    const late = (object: AnyObject, statement: ReturnType<typeof attach>): number =>
      begin({ action: 'late', members: [object], late: { statement, needs: [] } })
    relinks.push({ link: to, detach: late(from, detach(from)), attach: late(to, attach(to)) })
  }
  return relinks
}

export function orderRelinks(
  state: PlanState,
  relinks: readonly Relink[],
  { creates, alters, drops }: Places,
  before: (first: number | undefined, second: number | undefined) => void,
): void {
  for (const { link, detach: off, attach: on } of relinks) {
    before(off, on)
    for (const { id } of foreignKeysAbove(link, state)) {
      before(drops.get(id), off)
      before(on, creates.get(id))
    }
    for (const other of relinks) if (other.link.facts.parent === link.facts.parent) before(other.detach, on)
    // New partitions may take the room that this one leaves, and it may take that of partitions that go.
    for (const heir of state.heirs(link.facts.parent)) {
      before(off, creates.get(heir.id))
      before(drops.get(heir.id), on)
    }
    for (const side of [link.parent ?? '', link.facts.parent])
      for (const catalog of [state.from, state.to])
        for (const member of state.childrenIn(catalog, side)) {
          const { id, kind } = member
          before(drops.get(id), off)
          before(creates.get(id), on)
          before(alters.get(id), on)
          const isHandedDown = kind === 'column' || (kind === 'constraint' && member.facts.type === 'check')
          if (!isHandedDown) continue
          before(creates.get(id), off)
          before(alters.get(id), off)
        }
  }
}

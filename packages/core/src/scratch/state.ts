import type { Catalog } from '@savepoint/catalog'
import type { Unit } from '../elaborate/unit.js'
import { Provenance, type UnitKey } from './provenance.js'

/** A state of the schema with the statements that lead to it. Plain data: it stays true while scratch moves on. */
export interface State {
  /** Units that ran, by key, in the order of the files. */
  units: ReadonlyMap<UnitKey, Unit>
  catalog: Catalog
  provenance: Provenance
  /** Roles that were made on scratch only. */
  assumedRoles: readonly string[]
  /** Units whose body the server found wrong when it was last asked. */
  invalidBodies: ReadonlySet<UnitKey>
}

/** Gives each unit its key: equal statements are told apart by counting them. */
export function keyUnits(units: readonly Unit[]): Map<UnitKey, Unit> {
  const counts = new Map<string, number>()
  return new Map(
    units.map((unit) => {
      const count = counts.get(unit.hash) ?? 0
      counts.set(unit.hash, count + 1)
      return [count === 0 ? unit.hash : `${unit.hash}#${count}`, unit]
    }),
  )
}

/** What lies between the statements of two states. */
export interface UnitChanges {
  removed: ReadonlyMap<UnitKey, Unit>
  added: ReadonlyMap<UnitKey, Unit>
}

export function changesBetween(before: ReadonlyMap<UnitKey, Unit>, after: ReadonlyMap<UnitKey, Unit>): UnitChanges {
  return {
    removed: new Map([...before].filter(([key]) => !after.has(key))),
    added: new Map([...after].filter(([key]) => !before.has(key))),
  }
}

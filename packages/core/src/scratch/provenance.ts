import type { Catalog, ObjectId } from '@savepoint/catalog'
import { addressKey } from './addresses.js'
import type { Touch } from '../elaborate/recorder.js'
import type { Unit } from '../elaborate/unit.js'
import { findTargets } from './targets.js'

/** Names a unit across saves: its hash, and which of several equal ones it is. Lines may move without changing it. */
export type UnitKey = string

/** Which statements made and changed which objects. Both by names that outlive a save. Never changed in place. */
export class Provenance {
  readonly #byObject: Map<ObjectId, ReadonlySet<UnitKey>>
  readonly #made: Map<UnitKey, ReadonlySet<ObjectId>>
  readonly #changed: Map<UnitKey, ReadonlySet<ObjectId>>

  constructor(base?: Provenance) {
    this.#byObject = new Map(base ? base.#byObject : [])
    this.#made = new Map(base ? base.#made : [])
    this.#changed = new Map(base ? base.#changed : [])
  }

  /** Everything that `unit` made. */
  made(unit: UnitKey): ReadonlySet<ObjectId> {
    return this.#made.get(unit) ?? nothing
  }

  /** What `unit` changed and did not make. */
  changed(unit: UnitKey): ReadonlySet<ObjectId> {
    return this.#changed.get(unit) ?? nothing
  }

  /** Every unit that made or changed the object. */
  unitsOf(id: ObjectId): ReadonlySet<UnitKey> {
    return this.#byObject.get(id) ?? nothing
  }

  /** The unit that made the object, else the first that changed it. */
  makerOf(id: ObjectId): UnitKey | undefined {
    const units = [...this.unitsOf(id)]
    return units.find((unit) => this.made(unit).has(id)) ?? units[0]
  }

  /**
   * A copy in which objects are gone and units have touched what the log says.
   *
   * @param catalog read after the log, to know the objects behind addresses
   */
  derive(
    catalog: Catalog,
    log: readonly Touch[],
    unitOf: (number: number) => { key: UnitKey; unit: Unit } | undefined,
    forgotten: { objects: Iterable<ObjectId>; units: Iterable<UnitKey> },
  ): Provenance {
    const next = new Provenance(this)
    for (const unit of forgotten.units) next.#forgetUnit(unit)
    for (const id of forgotten.objects) next.#byObject.delete(id)
    const grants = new Map<UnitKey, Unit>()
    for (const touch of log) {
      const source = unitOf(touch.statement)
      if (!source || touch.change === 'dropped') continue
      const id =
        catalog.addresses.get(addressKey(touch.classid, touch.objid, touch.objsubid)) ??
        catalog.addresses.get(addressKey(touch.classid, touch.objid))
      const constraints = findAddedConstraints(source.unit, catalog)
      if (constraints.length > 0) for (const constraint of constraints) next.#add(source.key, constraint, true)
      else if (id !== undefined) next.#add(source.key, id, touch.tag.startsWith('CREATE'))
      grants.set(source.key, source.unit)
    }
    return next
  }

  /** Grants leave nothing in the log; what they touch is told by the names that they hold. */
  addGrants(catalog: Catalog, units: Iterable<{ key: UnitKey; unit: Unit }>): void {
    for (const { key, unit } of units)
      if (unit.analysis.kind === 'GrantStmt') for (const id of findTargets(unit, catalog)) this.#add(key, id, false)
  }

  #add(unit: UnitKey, id: ObjectId, made: boolean): void {
    const units = this.#byObject.get(id)
    if (!units?.has(unit)) this.#byObject.set(id, new Set([...(units ?? []), unit]))
    const list = made ? this.#made : this.#changed
    const ids = list.get(unit)
    if (!ids?.has(id)) list.set(unit, new Set([...(ids ?? []), id]))
  }

  #forgetUnit(unit: UnitKey): void {
    for (const id of [...this.made(unit), ...this.changed(unit)]) {
      const rest = new Set(this.#byObject.get(id))
      rest.delete(unit)
      this.#byObject.set(id, rest)
    }
    this.#made.delete(unit)
    this.#changed.delete(unit)
  }
}

const nothing: ReadonlySet<never> = new Set()

/** For `ALTER TABLE … ADD CONSTRAINT`, which the server reports as a change of the whole table: what it really made. */
function findAddedConstraints(unit: Unit, catalog: Catalog): ObjectId[] {
  return unit.analysis.addsConstraintsOnly ? findTargets(unit, catalog) : []
}

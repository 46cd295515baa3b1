import { isDetachedOnline } from '../kinds/inheritance.js'
import { kindOf } from '../kinds/registry.js'
import type { PlanContext } from '../kinds/kind.js'
import type { AnyObject, Catalog, CatalogObject, ObjectId } from '../model/object.js'
import type { PlanOptions } from '../model/plan.js'
import { foreignKeysAbove } from './foreign-keys.js'
import { baseTypeFunctions, linksOf, type Links } from './links.js'

/** What happens to an object. Absent: nothing. */
export type Change = 'create' | 'drop' | 'alter' | 'recreate'

/** Everything that planning knows and decides on its way; what the kinds see of it is `PlanContext`. */
export class PlanState implements PlanContext {
  readonly changes = new Map<ObjectId, Change>()
  /** Types that are built anew while columns hold values of them. */
  readonly rebuilt = new Set<ObjectId>()
  /** Views that are made as a stand-in first, or replaced by one before they are dropped. */
  readonly standIns = new Set<ObjectId>()
  /** Children that are part of their parent's CREATE. */
  readonly inlined = new Set<ObjectId>()
  /** Children of a dropped parent that need a statement of their own, because something else must go between. */
  readonly unfolded = new Set<ObjectId>()
  readonly #links: { from: Links; to: Links }
  #baseTypes: Record<'from' | 'to', ReturnType<typeof baseTypeFunctions>> | undefined
  #ownedSequences: Map<ObjectId, ObjectId[]> | undefined
  #positions: Map<ObjectId, number> | undefined
  #heirs: Map<ObjectId, CatalogObject<'inheritance'>[]> | undefined

  constructor(
    readonly from: Catalog,
    readonly to: Catalog,
    readonly version: number,
    readonly strategy: NonNullable<PlanOptions['strategy']>,
  ) {
    this.#links = { from: linksOf(from), to: linksOf(to) }
  }

  links(side: 'from' | 'to'): Links {
    return this.#links[side]
  }

  childrenIn(catalog: Catalog, parent: ObjectId): readonly AnyObject[] {
    return this.#links[catalog === this.from ? 'from' : 'to'].children(parent)
  }

  heirs(table: ObjectId): readonly CatalogObject<'inheritance'>[] {
    if (!this.#heirs) {
      this.#heirs = new Map()
      for (const catalog of [this.from, this.to])
        for (const object of catalog.objects.values())
          if (object.kind === 'inheritance') {
            const list = this.#heirs.get(object.facts.parent)
            if (list) list.push(object)
            else this.#heirs.set(object.facts.parent, [object])
          }
    }
    return this.#heirs.get(table) ?? []
  }

  baseTypeOf(id: ObjectId, side: 'from' | 'to'): { type: ObjectId; input: boolean } | undefined {
    this.#baseTypes ??= { from: baseTypeFunctions(this.from), to: baseTypeFunctions(this.to) }
    for (const [type, functions] of this.#baseTypes[side]) {
      const input = functions.get(id)
      if (input !== undefined) return { type, input: input === id }
    }
    return undefined
  }

  /** Functions of the old catalog that go with a base type when it is dropped. */
  functionsOfType(type: ObjectId): Iterable<ObjectId> {
    this.#baseTypes ??= { from: baseTypeFunctions(this.from), to: baseTypeFunctions(this.to) }
    return this.#baseTypes.from.get(type)?.keys() ?? []
  }

  /** Of the old catalog: sequences that belong to the column. */
  ownedSequences(column: ObjectId): readonly ObjectId[] {
    if (!this.#ownedSequences) {
      this.#ownedSequences = new Map()
      for (const object of this.from.objects.values())
        if (object.kind === 'sequence' && object.facts.ownedBy !== undefined)
          this.#ownedSequences.set(object.facts.ownedBy, [
            ...(this.#ownedSequences.get(object.facts.ownedBy) ?? []),
            object.id,
          ])
    }
    return this.#ownedSequences.get(column) ?? []
  }

  /** Places of objects in the catalogs, which statements keep where nothing else decides. */
  get positions(): ReadonlyMap<ObjectId, number> {
    if (!this.#positions) {
      this.#positions = new Map()
      for (const catalog of [this.to, this.from])
        for (const id of catalog.objects.keys())
          if (!this.#positions.has(id)) this.#positions.set(id, this.#positions.size)
    }
    return this.#positions
  }

  isCreated(id: ObjectId): boolean {
    const change = this.changes.get(id)
    return change === 'create' || change === 'recreate'
  }

  isDropped(id: ObjectId): boolean {
    const change = this.changes.get(id)
    return change === 'drop' || change === 'recreate'
  }

  isRebuilt(id: ObjectId | undefined): boolean {
    return id !== undefined && this.rebuilt.has(id)
  }

  isStored(type: ObjectId): boolean {
    return [this.#links.from, this.#links.to].some((links) => {
      const seen = new Set<ObjectId>([type])
      for (const id of seen)
        for (const user of links.neededBy(id)) {
          const object = this.from.objects.get(user) ?? this.to.objects.get(user)
          if (object?.kind === 'column' && object.facts.of === 'table') return true
          if (object?.kind === 'domain' || object?.kind === 'composite' || object?.kind === 'range') seen.add(user)
        }
      return false
    })
  }

  isInlined(id: ObjectId): boolean {
    return this.inlined.has(id)
  }

  createdTexts(): readonly string[] {
    const texts: string[] = []
    for (const id of this.changes.keys()) {
      const object = this.to.objects.get(id)
      if (object && object.kind !== 'enum') texts.push(JSON.stringify(object.facts))
    }
    return texts
  }

  /** Where the DROP of an object is part of another one's: its parent, or the column that a sequence belongs to. */
  foldInto(object: AnyObject): ObjectId | undefined {
    if (this.unfolded.has(object.id)) return undefined
    if (object.kind === 'inheritance' && isDetachedOnline(object, this)) return undefined
    // DROP TABLE refuses while a foreign key points to the whole table; a partition that was taken off is free.
    if (object.kind === 'inheritance')
      for (const { id } of foreignKeysAbove(object, this)) if (!this.isDropped(id)) return undefined
    const host = object.kind === 'sequence' ? object.facts.ownedBy : object.parent
    if (host === undefined || !this.isDropped(host)) return undefined
    return kindOf(object).dropsWithParent === false ? undefined : host
  }
}

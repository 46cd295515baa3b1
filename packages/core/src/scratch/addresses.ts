import { updateCatalog, type Address, type AnyObject, type Catalog, type ObjectId } from '@savepoint/catalog'
import type { ScratchSession } from './session.js'

/** Key of an address in `Catalog.addresses`. */
export function addressKey(classid: number, objid: number, objsubid = 0): string {
  return `${classid}:${objid}:${objsubid}`
}

/** The object at an address; a part that is not known by itself stands for the whole. */
export function objectAt(catalog: Catalog, { classid, objid, objsubid }: Address): ObjectId | undefined {
  return (
    catalog.addresses.get(addressKey(classid, objid, objsubid)) ?? catalog.addresses.get(addressKey(classid, objid))
  )
}

/** The outermost object that `object` belongs to: a column's table, and for a default the column's table. */
export function rootOf(object: AnyObject, catalog: Catalog): AnyObject {
  let root = object
  while (root.parent !== undefined) {
    const parent = catalog.objects.get(root.parent)
    if (!parent) break
    root = parent
  }
  return root
}

/** `ids` and everything that belongs to them, in the catalog's order, where parents stand before their parts. */
export function withParts(catalog: Catalog, ids: ReadonlySet<ObjectId>): Set<ObjectId> {
  const all = new Set(ids)
  for (const [id, { parent }] of catalog.objects) if (parent !== undefined && all.has(parent)) all.add(id)
  return all
}

/** Whoever shows the names of `ids` or of their parts: what must be read again when something was renamed. */
export function dependentsOf(catalog: Catalog, ids: ReadonlySet<ObjectId>): Set<ObjectId> {
  const renamed = withParts(catalog, ids)
  return new Set(catalog.dependencies.flatMap(({ from, to }) => (renamed.has(to) ? [from] : [])))
}

/** Tables that inherit from `ids`, and from those: a column that is added to a parent reaches them all. */
export function descendantsOf(catalog: Catalog, ids: ReadonlySet<ObjectId>): Set<ObjectId> {
  const found = new Set<ObjectId>()
  let generation = ids
  while (generation.size > 0) {
    const children = new Set<ObjectId>()
    for (const { from, to } of catalog.dependencies) {
      const object = generation.has(to) ? catalog.objects.get(from) : undefined
      const child = object?.kind === 'inheritance' ? object.parent : object?.kind === 'table' ? from : undefined
      if (child !== undefined && !found.has(child) && !ids.has(child)) children.add(child)
    }
    for (const child of children) found.add(child)
    generation = children
  }
  return found
}

/**
 * Tables that got something without a command of their own: partitions take over indexes, constraints and triggers of
 * their parent, and columns go down to all descendants.
 *
 * @param catalog read after the log
 */
export function heirsOf(catalog: Catalog, log: readonly Address[]): Set<ObjectId> {
  const roots = new Set<ObjectId>()
  for (const address of log) {
    const id = objectAt(catalog, address)
    const object = id === undefined ? undefined : catalog.objects.get(id)
    const root = object && rootOf(object, catalog)
    if (root?.kind === 'table') roots.add(root.id)
  }
  return descendantsOf(catalog, roots)
}

// pg_class, pg_type, pg_proc, pg_attrdef, pg_constraint, pg_namespace, pg_rewrite, pg_trigger, pg_policy, pg_extension:
// what is read with the object that it belongs to. Parts of other kinds (the tables of a publication) have addresses that
// no log holds.
const closedClasses = new Set([1259, 1247, 1255, 2604, 2606, 2615, 2618, 2620, 3256, 3079])

/** The scope for `extract`: the addresses of whole objects, each once. */
export class Scope {
  readonly #addresses = new Map<string, { classid: number; objid: number }>()

  addAddress({ classid, objid }: { classid: number; objid: number }): void {
    // A relationship (inheritance) is an object of the catalog without a place of its own; its owner's place is enough.
    if (classid === 0 || !Number.isInteger(objid)) return
    this.#addresses.set(`${classid}:${objid}`, { classid, objid })
  }

  /** The objects `ids` of `catalog`, each by what it belongs to. */
  addObjects(catalog: Catalog, ids: Iterable<ObjectId>): void {
    for (const id of ids) {
      const object = catalog.objects.get(id)
      if (!object) continue
      this.addAddress(object.address)
      this.addAddress(rootOf(object, catalog).address)
    }
  }

  /** Whether reading these addresses gives all that belongs to them. */
  get isClosed(): boolean {
    return [...this.#addresses.values()].every(({ classid }) => closedClasses.has(classid))
  }

  has(object: AnyObject): boolean {
    return this.#addresses.has(`${object.address.classid}:${object.address.objid}`)
  }

  get addresses(): { classid: number; objid: number }[] {
    return [...this.#addresses.values()]
  }
}

/** `catalog` with what lies in `scope` as scratch has it now, and with what the commands in `log` reached besides. */
export async function readAgain(
  session: ScratchSession,
  catalog: Catalog,
  scope: Scope,
  log: readonly Address[],
  hiddenRoles: readonly string[],
): Promise<Catalog> {
  if (scope.addresses.length === 0) return catalog
  if (!scope.isClosed) return session.read(undefined, hiddenRoles)
  const { addresses } = scope
  const first = updateCatalog(catalog, await session.read(addresses, hiddenRoles), addresses)
  const rest = new Scope()
  for (const id of heirsOf(first, log)) {
    const object = first.objects.get(id)
    if (object && !scope.has(object)) rest.addAddress(object.address)
  }
  if (rest.addresses.length === 0) return first
  return updateCatalog(first, await session.read(rest.addresses, hiddenRoles), rest.addresses)
}

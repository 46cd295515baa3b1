import type { Address, AnyObject, Catalog, ObjectId } from '@savepoint/catalog'

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

/** What must be read again when `ids` changed in place: themselves and whoever shows their names or columns. */
export function dependentsOf(catalog: Catalog, ids: ReadonlySet<ObjectId>): Set<ObjectId> {
  const changed = withParts(catalog, ids)
  const found = new Set<ObjectId>()
  let grown = true
  // Columns of a parent table reach its children, and theirs.
  while (grown) {
    grown = false
    for (const { from, to } of catalog.dependencies) {
      if (!changed.has(to) || found.has(from)) continue
      found.add(from)
      const object = catalog.objects.get(from)
      if (object?.kind !== 'table' || changed.has(from)) continue
      for (const part of withParts(catalog, new Set([from]))) changed.add(part)
      grown = true
    }
  }
  return found
}

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

  get addresses(): { classid: number; objid: number }[] {
    return [...this.#addresses.values()]
  }
}

import type { Catalog, ObjectId } from './model/object.js'

/** A catalog with nothing in it, to print or to plan from. */
export function emptyCatalog(version: number): Catalog {
  return { version, objects: new Map(), dependencies: [], unmodelled: [], addresses: new Map(), outside: [] }
}

/** Key of an address in `Catalog.addresses`. */
export function addressKey(classid: number | string, objid: number | string, objsubid: number | string = 0): string {
  return `${classid}:${objid}:${objsubid}`
}

/**
 * `base` with the objects of `scope` replaced by those of `partial`, which is what `extract` with that scope gave. Objects
 * of `base` in the scope that `partial` lacks are gone. What belongs to a relation (columns, constraints …) goes with it.
 */
export function updateCatalog(
  base: Catalog,
  partial: Catalog,
  scope: readonly { classid: number; objid: number }[],
): Catalog {
  const gone = new Set<ObjectId>(partial.objects.keys())
  for (const { classid, objid } of scope) {
    const id = base.addresses.get(addressKey(classid, objid))
    if (id) gone.add(id)
  }
  // Parents stand before what belongs to them, so one pass is enough.
  for (const { id, parent } of base.objects.values()) if (parent !== undefined && gone.has(parent)) gone.add(id)
  // Copied whole and then mended: a save changes next to nothing of a large catalog.
  const objects = new Map(base.objects)
  for (const id of gone) objects.delete(id)
  for (const [id, object] of partial.objects) objects.set(id, object)

  const addresses = new Map(base.addresses)
  for (const [address, id] of base.addresses) if (partial.objects.has(id)) addresses.delete(address)
  for (const [address, id] of partial.addresses) addresses.set(address, id)

  const dependencies = base.dependencies.filter(({ from, to }) => !gone.has(from) && (objects.has(to) || !gone.has(to)))
  dependencies.push(...partial.dependencies)
  for (const { from, address } of partial.outside) {
    const to = addresses.get(address) ?? addresses.get(address.replace(/:\d+$/, ':0'))
    if (to !== undefined && to !== from) dependencies.push({ from, to })
  }
  return {
    version: base.version,
    objects,
    dependencies,
    unmodelled: partial.unmodelled,
    addresses,
    outside: base.outside,
  }
}

/**
 * `to`, and besides it the objects `ids` with everything that belongs to them as `from` has them: how a drop that somebody
 * must decide on is held back. An id that `to` has is replaced by the state of `from`.
 */
export function retain(to: Catalog, from: Catalog, ids: readonly ObjectId[]): Catalog {
  const kept = new Set(ids)
  for (const [id, object] of from.objects) if (object.parent !== undefined && kept.has(object.parent)) kept.add(id)
  const objects = new Map(to.objects)
  for (const id of kept) {
    const object = from.objects.get(id)
    if (object) objects.set(id, object)
  }
  const dependencies = to.dependencies.filter((dependency) => !kept.has(dependency.from))
  for (const dependency of from.dependencies)
    if (kept.has(dependency.from) && objects.has(dependency.to)) dependencies.push(dependency)
  return { ...to, objects, dependencies }
}

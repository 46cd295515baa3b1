import type { AnyObject, Catalog } from './model/object.js'
import type { Difference } from './model/plan.js'
import { canonical } from './hash.js'

/** What `b` has otherwise than `a`; empty when they are equal. Sorted by id. Linear in the number of objects. */
export function differences(a: Catalog, b: Catalog): Difference[] {
  const found: Difference[] = []
  for (const [id, object] of a.objects) {
    const other = b.objects.get(id)
    if (!other) found.push({ id, change: 'extra' })
    else if (other.hash !== object.hash) found.push({ id, change: 'different', facts: differingFacts(object, other) })
  }
  for (const id of b.objects.keys()) if (!a.objects.has(id)) found.push({ id, change: 'missing' })
  return found.sort((x, y) => (x.id < y.id ? -1 : x.id > y.id ? 1 : 0))
}

function differingFacts(a: AnyObject, b: AnyObject): string[] {
  const left = comparable(a)
  const right = comparable(b)
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => canonical(left[name]) !== canonical(right[name]))
    .sort()
}

function comparable(object: AnyObject): Record<string, unknown> {
  const { owner, comment, privileges, securityLabels, extensions, facts } = object
  return { ...facts, owner, comment, privileges, securityLabels, extensions }
}

import { addressKey } from '../catalog.js'
import type { Dependency, ObjectId } from '../model/object.js'
import { classes } from './classes.js'
import type { QueryContext } from './reader.js'
import { firstUserOid, scopedClasses, scopedOids } from './remarks.js'

export interface DependencyRow {
  classid: number | string
  objid: number | string
  objsubid: number
  refclassid: number | string
  refobjid: number | string
  refobjsubid: number
  deptype: string
  /** Name of the extension, where ALTER … DEPENDS ON EXTENSION made it. */
  extension: string | null
}

/**
 * `pg_depend` as it is; what it means is resolved here, which is far cheaper than joining it with every catalog. What rests on
 * built-in objects is left out, and so are schemas, which every object's own name tells, and the inner parts of relations and types
 * (row types, arrays, TOAST tables, the index of a key), which count for what they are parts of.
 */
export function dependencySql(context: QueryContext): string {
  const scoped = scopedOids(context)
  // With both columns as arrays each pair is one probe of the index; joined, or with a condition on `refobjid` that another
  // index could serve, the planner reads everything.
  const condition =
    scoped === undefined
      ? `objid >= ${firstUserOid}`
      : `classid = ANY ('{${scopedClasses(context).join(',')}}'::oid[]) AND objid = ANY (ARRAY(${scoped}))`
  return `SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype,
    CASE WHEN deptype = 'x' THEN (SELECT e.extname FROM pg_catalog.pg_extension e WHERE e.oid = refobjid) END AS extension
  FROM pg_catalog.pg_depend
  WHERE ${condition}
    AND ${scoped === undefined ? 'refobjid' : 'refobjid::int8'} >= ${firstUserOid} AND refclassid <> ${classes.pg_namespace}
    AND NOT (deptype = 'i' AND classid IN (${classes.pg_class}, ${classes.pg_type}))`
}

/**
 * Turns addresses into ids. A column that is no object of its own (an attribute of an index) counts for its relation. Members
 * of an extension count for the extension.
 */
export function resolveDependencies(
  rows: readonly DependencyRow[],
  addresses: Map<string, ObjectId>,
): { dependencies: Dependency[]; outside: { from: ObjectId; address: string }[] } {
  for (const row of rows) {
    if (row.deptype !== 'e') continue
    const extension = addresses.get(addressKey(row.refclassid, row.refobjid))
    if (extension !== undefined) addresses.set(addressKey(row.classid, row.objid), extension)
  }
  const at = (classid: number | string, objid: number | string, objsubid: number): ObjectId | undefined =>
    addresses.get(addressKey(classid, objid, objsubid)) ??
    (objsubid === 0 ? undefined : addresses.get(addressKey(classid, objid)))

  const dependencies: Dependency[] = []
  const outside: { from: ObjectId; address: string }[] = []
  const seen = new Set<string>()
  for (const row of rows) {
    if (row.deptype === 'e') continue
    const from = at(row.classid, row.objid, row.objsubid)
    if (from === undefined) continue
    const to = at(row.refclassid, row.refobjid, row.refobjsubid)
    if (to === from) continue
    const address = addressKey(row.refclassid, row.refobjid, row.refobjsubid)
    const key = `${from}\n${to ?? address}`
    if (seen.has(key)) continue
    seen.add(key)
    if (to === undefined) outside.push({ from, address })
    else dependencies.push({ from, to })
  }
  return { dependencies, outside }
}

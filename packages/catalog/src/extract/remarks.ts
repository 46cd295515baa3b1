import { classes } from './classes.js'
import type { QueryContext } from './reader.js'

/** First oid that initdb does not use: FirstNormalObjectId in access/transam.h. */
export const firstUserOid = 16384

export interface RemarkRow {
  classid: number | string
  objid: number | string
  objsubid: number
  text: string
}

export interface LabelRow extends RemarkRow {
  provider: string
}

/**
 * Oids (of whatever class) in the scope and of what belongs to its relations and domains, for the catalogs that list every kind
 * of object in one table. Undefined when everything is asked for.
 */
export function scopedOids(context: QueryContext): string | undefined {
  if (context.inScope([0, 'x']) === 'true') return undefined
  const { pg_class, pg_type } = classes
  const parts = [
    `SELECT oid FROM pg_catalog.pg_class WHERE ${context.inScope([pg_class, 'oid'])}`,
    `SELECT oid FROM pg_catalog.pg_constraint WHERE ${context.inScope([pg_class, 'conrelid'], [pg_type, 'contypid'], [classes.pg_constraint, 'oid'])}`,
    `SELECT indexrelid FROM pg_catalog.pg_index WHERE ${context.inScope([pg_class, 'indrelid'])}`,
    `SELECT oid FROM pg_catalog.pg_attrdef WHERE ${context.inScope([pg_class, 'adrelid'])}`,
    `SELECT oid FROM pg_catalog.pg_trigger WHERE ${context.inScope([pg_class, 'tgrelid'], [classes.pg_trigger, 'oid'])}`,
    `SELECT oid FROM pg_catalog.pg_policy WHERE ${context.inScope([pg_class, 'polrelid'], [classes.pg_policy, 'oid'])}`,
    `SELECT oid FROM pg_catalog.pg_rewrite WHERE ${context.inScope([pg_class, 'ev_class'], [classes.pg_rewrite, 'oid'])}`,
    `SELECT typrelid FROM pg_catalog.pg_type WHERE typrelid <> 0 AND ${context.inScope([pg_type, 'oid'])}`,
    `SELECT reltype FROM pg_catalog.pg_class WHERE reltype <> 0 AND ${context.inScope([pg_class, 'oid'])}`,
  ]
  const own = Object.values(classes)
    .filter((classid) => classid !== pg_class)
    .flatMap((classid) => context.scopeOf(classid) ?? [])
  return [...own.map((oids) => `SELECT unnest(${oids})`), ...parts].join(' UNION ')
}

/** The classes that objects of `scopedOids` can be of. */
export function scopedClasses(context: QueryContext): number[] {
  const { pg_class, pg_type, pg_constraint, pg_attrdef, pg_trigger, pg_policy, pg_rewrite } = classes
  const named = Object.values(classes).filter((classid) => context.scopeOf(classid) !== undefined)
  return [...new Set([pg_class, pg_type, pg_constraint, pg_attrdef, pg_trigger, pg_policy, pg_rewrite, ...named])]
}

export function commentSql(context: QueryContext): string {
  return `SELECT classoid AS classid, objoid AS objid, objsubid, description AS text FROM pg_catalog.pg_description ${where(context)}`
}

export function labelSql(context: QueryContext): string {
  return `SELECT classoid AS classid, objoid AS objid, objsubid, label AS text, provider FROM pg_catalog.pg_seclabel ${where(context)}`
}

function where(context: QueryContext): string {
  const scoped = scopedOids(context)
  // The schema public is older than the first user's object.
  return scoped === undefined
    ? `WHERE objoid >= ${firstUserOid} OR classoid = ${classes.pg_namespace}`
    : `WHERE objoid = ANY (ARRAY(${scoped}))`
}

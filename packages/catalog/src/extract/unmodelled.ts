import type { QueryContext } from './reader.js'
import { classes, standaloneClasses } from './classes.js'
import { firstUserOid } from './remarks.js'
import { readers } from '../kinds/registry.js'

/** Every user's object that no reader reads, by the name that Postgres gives it. */
export function unmodelledSql(context: QueryContext): string {
  const read = new Set(readers.flatMap((reader) => reader.classes))
  // A class disappears from here as soon as a reader names it.
  const parts = standaloneClasses
    .filter((name) => !read.has(classes[name]))
    .map(
      (name) => `SELECT ${classes[name]} AS classid, oid AS objid FROM pg_catalog.${name} WHERE oid >= ${firstUserOid}`,
    )
  parts.push(
    // Base types and shell types; the types of tables, arrays and the like are parts of other objects.
    `SELECT ${classes.pg_type} AS classid, oid AS objid FROM pg_catalog.pg_type WHERE oid >= ${firstUserOid} AND typcategory <> 'A'
       AND (NOT typisdefined OR typtype = 'b' AND ${readers.some(({ name }) => name === 'type') ? 'false' : 'true'})`,
    `SELECT ${classes.pg_class}, oid FROM pg_catalog.pg_class WHERE oid >= ${firstUserOid} AND relkind = 'f'
       AND ${readers.some(({ name }) => name === 'foreign tables') ? 'false' : 'true'}`,
  )
  return `SELECT i.type || ' ' || i.identity AS description, i.type AS kind, i.schema, COALESCE(i.name, i.identity) AS name
    FROM (${parts.join(' UNION ALL ')}) o, LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) i
    WHERE ${context.notMember(0, 'o.objid').replace('e.classid = 0', 'e.classid = o.classid')}
      AND (i.schema IS NULL OR i.schema !~ '^pg_' AND i.schema <> 'information_schema')
    ORDER BY 1`
}

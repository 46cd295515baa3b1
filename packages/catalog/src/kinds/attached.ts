import { classes } from '../extract/classes.js'
import type { Draft, QueryContext, Sink } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { Kind } from '../model/facts.js'

/** What the rows of triggers, rules and policies have in common: they hang on a relation, within which their name is theirs alone. */
export interface AttachedRow {
  oid: number
  relation: number
  schema: string
  table_name: string
  name: string
}

/**
 * SELECT of the columns of `AttachedRow` and of `further` ones from a catalog under the alias `o`, whose columns `relation` and `name`
 * hold the relation's oid and the object's name.
 */
export function attachedSql(
  context: QueryContext,
  catalog: 'pg_trigger' | 'pg_rewrite' | 'pg_policy',
  { relation, name, further, where }: { relation: string; name: string; further: string; where: string },
): string {
  return `SELECT o.oid, o.${relation} AS relation, n.nspname AS schema, c.relname AS table_name, o.${name} AS name, ${further}
    FROM pg_catalog.${catalog} o JOIN pg_catalog.pg_class c ON c.oid = o.${relation} JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ${where} AND ${context.inSchemas('c.relnamespace')} AND ${context.notMember(classes.pg_class, 'c.oid')}
      AND ${context.inScope([classes.pg_class, `o.${relation}`], [classes[catalog], 'o.oid'])}`
}

/** The part of a draft that follows from the row. With only the object itself in the scope its relation is not read. */
export function attachedTo<K extends Kind>(
  row: AttachedRow,
  sink: Sink,
): Pick<Draft<K>, 'identity' | 'schema' | 'name' | 'parent' | 'objid'> {
  const table = quoteQualified(row.schema, row.table_name)
  return {
    identity: `${table}.${quoteIdentifier(row.name)}`,
    schema: row.schema,
    name: row.name,
    parent: sink.at(classes.pg_class, row.relation)?.id ?? `table ${table}`,
    objid: row.oid,
  }
}

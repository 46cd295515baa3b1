import type { Connection } from '../connection.js'
import { quoteLiteral } from '../identifier.js'
import { readers } from '../kinds/registry.js'
import type { Catalog } from '../model/object.js'
import type { ExtractOptions } from '../model/plan.js'
import { collect, type Found } from './collect.js'
import { dependencySql } from './dependencies.js'
import { leaveOut } from './leave-out.js'
import { probe } from './probe.js'
import { prepare } from './prepared.js'
import type { QueryContext } from './reader.js'
import { commentSql, labelSql } from './remarks.js'
import { inSnapshot } from './session.js'
import { unmodelledSql } from './unmodelled.js'

/**
 * Reads everything that users defined in the database behind `connection`, in one snapshot. Inside an open transaction it reads
 * what that transaction sees and leaves it as it was. With `scope`, only the objects named there, in two round trips.
 *
 * @throws the driver's error when a query fails, an Error when the schema changes all the while; a server older than 14 is refused.
 */
export async function extract(connection: Connection, options: ExtractOptions = {}): Promise<Catalog> {
  const read = async (): Promise<Catalog> => {
    const { rows } = await connection.query<{
      version: string
      user: string
      superuser: boolean
      schemas: { oid: string; name: string }[]
    }>(
      `SELECT set_config('search_path', '', true), current_setting('server_version_num') AS version, current_user AS user,
        (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS superuser,
        (SELECT json_agg(json_build_object('oid', oid, 'name', nspname)) FROM pg_catalog.pg_namespace
         WHERE nspname !~ '^pg_' AND nspname <> 'information_schema') AS schemas`,
    )
    const row = rows[0]
    if (!row) throw new Error('the server answered without a row')
    const version = Number(row.version)
    if (version < 140000)
      throw new Error(`Postgres ${row.version} is older than 14, the oldest version that can be read`)
    const schemas = (row.schemas ?? [])
      .filter(({ name }) => !options.include || options.include.includes(name))
      .filter(({ name }) => !options.exclude?.includes(name))
      .map(({ oid }) => Number(oid))
    const context = createQueryContext(version, row.superuser, schemas, options)
    const found = options.scope
      ? await queryAtOnce(connection, context, options.scope, options.warm ?? false)
      : await queryOneByOne(connection, context)
    return leaveOut(collect(found, version, row.user), options.exclude)
  }
  return options.warm ? read() : inSnapshot(connection, read)
}

function queriesOf(context: QueryContext, scoped: boolean): Map<string, string> {
  const queries = new Map<string, string>()
  for (const reader of readers) {
    const sql = reader.sql(context)
    if (sql !== undefined) queries.set(reader.name, sql)
  }
  queries.set('comments', commentSql(context))
  queries.set('labels', labelSql(context))
  queries.set('dependencies', dependencySql(context))
  if (!scoped) queries.set('unmodelled', unmodelledSql(context))
  return queries
}

async function queryOneByOne(connection: Connection, context: QueryContext): Promise<Found> {
  const found = new Map<string, Record<string, unknown>[]>()
  const queries = queriesOf(context, false)
  const present = await probe(
    connection,
    readers.filter(({ name }) => queries.has(name)),
  )
  for (const { name } of readers) if (!present.has(name)) queries.delete(name)
  for (const [name, sql] of queries) found.set(name, (await connection.query(sql)).rows)
  return found
}

// A save waits for this: one statement, because each costs a millisecond on PGlite whatever it finds.
async function queryAtOnce(
  connection: Connection,
  context: QueryContext,
  scope: readonly { classid: number; objid: number }[],
  warm: boolean,
): Promise<Found> {
  const touched = new Set(scope.map(({ classid }) => classid))
  const queries = queriesOf(context, true)
  for (const reader of readers) if (!reader.classes.some((class_) => touched.has(class_))) queries.delete(reader.name)
  const columns = [...queries].map(([name, sql]) => `(SELECT json_agg(q) FROM (${sql}) q) AS "${name}"`)
  const text = `SELECT ${columns.join(',\n')}`
  const { rows } = await connection.query<Record<string, Record<string, unknown>[] | null>>(
    warm ? await prepare(connection, text, parametersOf(scope)) : text,
  )
  return new Map(Object.entries(rows[0] ?? {}).map(([name, list]) => [name, list ?? []]))
}

/** The scope as arrays, one for each class; a text that holds `$1`, `$2` … in their place can be used again. */
function parametersOf(scope: readonly { classid: number; objid: number }[]): Map<number, number[]> {
  const byClass = new Map<number, number[]>()
  for (const { classid, objid } of scope) {
    const oids = byClass.get(classid)
    if (oids) oids.push(objid)
    else byClass.set(classid, [objid])
  }
  return new Map([...byClass].sort(([a], [b]) => a - b))
}

function createQueryContext(
  version: number,
  superuser: boolean,
  schemas: readonly number[],
  { scope, roles, warm }: ExtractOptions,
): QueryContext {
  const parameters = parametersOf(scope ?? [])
  const places = [...parameters.keys()]
  const scopeOf = (classid: number): string | undefined => {
    const oids = parameters.get(classid)
    return oids && (warm ? `$${places.indexOf(classid) + 1}` : quoteOids(oids))
  }
  const inSchemas = quoteOids(schemas)
  return {
    version,
    superuser,
    roles,
    inSchemas: (column) => `${column} = ANY (${inSchemas})`,
    notMember: (classid, column) =>
      `NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = ${classid} AND e.objid = ${column} AND e.deptype = 'e')`,
    inScope: (...columns) =>
      scope === undefined
        ? 'true'
        : `(${columns.map(([classid, column]) => `${column} = ANY (${scopeOf(classid) ?? quoteOids([])})`).join(' OR ')})`,
    scopeOf,
  }
}

function quoteOids(oids: readonly number[]): string {
  return `${quoteLiteral(`{${oids.map(Number).join(',')}}`)}::oid[]`
}

import type { Connection } from '../connection.js'
import { classes, standaloneClasses } from './classes.js'
import type { Reader } from './reader.js'
import { firstUserOid } from './remarks.js'

/** Every role may look into these, and into the standalone ones. */
const probed = [
  ...standaloneClasses,
  'pg_policy',
  'pg_publication_rel',
  'pg_publication_namespace',
  'pg_default_acl',
] as const

const some = (from: string): string => `EXISTS (SELECT FROM pg_catalog.${from})`

/** Readers whose catalog holds other kinds, too. */
const byName: Record<string, string> = {
  // One without labels has nothing in pg_enum.
  enums: some(`pg_type WHERE oid >= ${firstUserOid} AND typtype = 'e'`),
  ranges: some(`pg_range WHERE rngtypid >= ${firstUserOid}`),
  domains: some(`pg_type WHERE oid >= ${firstUserOid} AND typtype = 'd'`),
  composites: some(`pg_class WHERE oid >= ${firstUserOid} AND relkind = 'c'`),
  views: some(`pg_class WHERE oid >= ${firstUserOid} AND relkind = 'v'`),
  'materialized views': some(`pg_class WHERE oid >= ${firstUserOid} AND relkind = 'm'`),
  'foreign tables': some(`pg_class WHERE oid >= ${firstUserOid} AND relkind = 'f'`),
  inheritance: some('pg_inherits'),
  functions: some(`pg_proc WHERE oid >= ${firstUserOid}`),
  aggregates: some(`pg_proc WHERE oid >= ${firstUserOid} AND prokind = 'a'`),
  triggers: some(`pg_trigger WHERE NOT tgisinternal`),
  rules: some(`pg_rewrite WHERE oid >= ${firstUserOid} AND rulename <> '_RETURN'`),
  sequences: some('pg_sequence'),
}

/**
 * Names of the readers that have something to read. Planning a query costs milliseconds whatever it finds, and a usual database has
 * neither operators nor event triggers; all the questions together are one cheap query.
 */
export async function probe(connection: Connection, readers: readonly Reader[]): Promise<Set<string>> {
  const byClass = new Map<number, string>(
    probed.map((name) => [classes[name], some(`${name} WHERE oid >= ${firstUserOid}`)]),
  )
  const questions = new Map<string, string>()
  for (const reader of readers) {
    const [first, second] = reader.classes
    const question = byName[reader.name] ?? (second === undefined ? byClass.get(first ?? 0) : undefined)
    if (question !== undefined) questions.set(reader.name, question)
  }
  const columns = [...questions].map(([name, question]) => `${question} AS "${name}"`)
  const { rows } = await connection.query<Record<string, boolean>>(`SELECT ${columns.join(',\n')}`)
  const answers = rows[0] ?? {}
  return new Set(readers.filter(({ name }) => answers[name] !== false).map(({ name }) => name))
}

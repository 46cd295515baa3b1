import type { Connection } from '@savepoint/catalog'
import { suggestNearest } from '../diagnostics/suggestion.js'
import { parseStatement } from '../sources/parse.js'
import { isRecord, walk } from '../sources/tree.js'
import type { NameIndex, NameSpace } from './names.js'
import type { Unit } from './unit.js'

/** What the server's message says is missing. */
export interface MissingThing {
  space: NameSpace | 'column'
  schema?: string
  name: string
}

// In the order of trying: the more specific form first.
const missingPatterns: readonly [RegExp, NameSpace | 'column'][] = [
  [
    /column "([^"]+)" (?:of relation "[^"]+" |referenced in foreign key constraint |named in key )?does not exist/,
    'column',
  ],
  [/column (?:[^\s.]+\.)*([^\s.]+) does not exist/, 'column'],
  [/relation "([^"]+)" does not exist/, 'relation'],
  [/(?:view|sequence|index|table) "([^"]+)" does not exist/, 'relation'],
  [/type "([^"]+)" does not exist/, 'type'],
  [/(?:function|procedure|aggregate) (\S+)\(.*\) does not exist/, 'function'],
  [/could not find a function named "([^"]+)"/, 'function'],
  [/schema "([^"]+)" does not exist/, 'schema'],
  [/role "([^"]+)" does not exist/, 'role'],
  [/extension "([^"]+)" does not exist/, 'extension'],
  [/collation "([^"]+)" for encoding/, 'collation'],
  [/operator class "([^"]+)" does not exist/, 'other'],
]

// What people use without saying where it comes from.
const extensionOf: Readonly<Record<string, string>> = {
  citext: 'citext',
  hstore: 'hstore',
  ltree: 'ltree',
  lquery: 'ltree',
  cube: 'cube',
  vector: 'vector',
  halfvec: 'vector',
  sparsevec: 'vector',
  vector_cosine_ops: 'vector',
  vector_l2_ops: 'vector',
  geometry: 'postgis',
  geography: 'postgis',
  uuid_generate_v4: '"uuid-ossp"',
  uuid_generate_v1: '"uuid-ossp"',
  uuid_generate_v5: '"uuid-ossp"',
  crypt: 'pgcrypto',
  gen_salt: 'pgcrypto',
  digest: 'pgcrypto',
  hmac: 'pgcrypto',
  gen_random_bytes: 'pgcrypto',
  similarity: 'pg_trgm',
  gin_trgm_ops: 'pg_trgm',
  gist_trgm_ops: 'pg_trgm',
  unaccent: 'unaccent',
  gist__int_ops: 'intarray',
  gin__int_ops: 'intarray',
}

const commonTypes = (
  'bigint bigserial bit boolean bool box bytea char character varchar cidr circle date decimal double float4 float8 inet int int2 ' +
  'int4 int8 integer interval json jsonb jsonpath line lseg macaddr money numeric path point polygon real serial smallint ' +
  'smallserial text time timestamp timestamptz timetz tsquery tsvector uuid xml int4range int8range numrange tsrange tstzrange daterange'
).split(' ')

/** Reads what is missing out of the server's words; undefined when they say something else. */
export function readMissing(message: string): MissingThing | undefined {
  for (const [pattern, space] of missingPatterns) {
    const path = pattern.exec(message)?.[1]
    if (path === undefined) continue
    // A quoted name with a dot inside is rare enough for a message.
    const parts = space === 'column' || space === 'schema' ? [path] : path.replaceAll('"', '').split('.')
    const name = parts.at(-1) ?? path
    const schema = parts.length > 1 ? parts.at(-2) : undefined
    return schema === undefined ? { space, name } : { space, schema, name }
  }
  return undefined
}

/** What to write instead of a name that does not exist. Reads the server's own names only for functions. */
export async function suggestFix(
  missing: MissingThing,
  unit: Unit,
  units: readonly Unit[],
  index: NameIndex<Unit>,
  connection: Connection,
): Promise<string> {
  const quoted = `"${missing.name}"`
  if (missing.space === 'column') {
    const nearest = suggestNearest(missing.name, columnsNear(unit, units, index))
    return nearest
      ? `Did you mean column "${nearest}"?`
      : `Add the column ${quoted} to the table, or write a column that it has.`
  }
  const elsewhere = findElsewhere(missing, units)
  if (elsewhere !== undefined)
    return `It exists as "${elsewhere}.${missing.name}": write the schema, or set the search_path at the top of the file.`
  const extension = extensionOf[missing.name.toLowerCase()]
  if (extension !== undefined) return `Add \`CREATE EXTENSION ${extension};\` to a schema file.`
  const known = [...index.names(missing.space), ...(missing.space === 'type' ? index.names('relation') : [])]
  if (missing.space === 'type') known.push(...commonTypes)
  if (missing.space === 'function') known.push(...(await readFunctionNames(connection)))
  const nearest = suggestNearest(missing.name, new Set(known))
  if (nearest !== undefined && nearest !== missing.name) return `Did you mean "${nearest}"?`
  if (missing.space === 'schema') return `Add \`CREATE SCHEMA ${missing.name};\` to a schema file.`
  if (missing.space === 'extension') return `Add \`CREATE EXTENSION ${missing.name};\` to a schema file.`
  return `Define ${quoted} in one of the schema files, or check that its file matches the globs of \`schema\`.`
}

/** The schema of a definition of the same name that the search path does not reach. */
function findElsewhere(missing: MissingThing, units: readonly Unit[]): string | undefined {
  for (const { analysis, searchPath } of units) {
    for (const { space, schema, name } of analysis.defines) {
      const matches = space === missing.space || (missing.space === 'type' && space === 'relation')
      const effective = schema ?? searchPath[0]
      if (matches && name === missing.name && effective !== missing.schema) return effective
    }
  }
  return undefined
}

/** Columns of the tables that the statement names, and of the one that it defines. */
function columnsNear(unit: Unit, units: readonly Unit[], index: NameIndex<Unit>): Set<string> {
  const tables = new Set<Unit>([unit])
  for (const reference of unit.analysis.references)
    if (reference.space === 'relation')
      for (const definer of index.find(reference, unit.searchPath)) tables.add(definer)
  const names = new Set(
    [...tables].flatMap(({ analysis }) =>
      analysis.defines.flatMap(({ space, name }) => (space === 'relation' ? name : [])),
    ),
  )
  const altering = units.filter(
    ({ analysis }) =>
      analysis.kind === 'AlterTableStmt' &&
      analysis.references.some(({ space, name }) => space === 'relation' && names.has(name)),
  )
  const columns = new Set<string>()
  for (const { statement } of [...tables, ...altering]) {
    const parsed = parseStatement(statement.sql)
    if ('error' in parsed) continue
    walk(parsed.node, (kind, node) => {
      if (kind === 'ColumnDef' && typeof node['colname'] === 'string') columns.add(node['colname'])
      // The columns of a view are named by its query.
      if (kind === 'ResTarget' && statement !== unit.statement) addTargetName(node, columns)
    })
  }
  return columns
}

function addTargetName(node: Record<string, unknown>, columns: Set<string>): void {
  if (typeof node['name'] === 'string') columns.add(node['name'])
  else if (isRecord(node['val']) && isRecord(node['val']['ColumnRef'])) {
    const { fields } = node['val']['ColumnRef']
    const last: unknown = Array.isArray(fields) ? fields.at(-1) : undefined
    if (isRecord(last) && isRecord(last['String']) && typeof last['String']['sval'] === 'string')
      columns.add(last['String']['sval'])
  }
}

async function readFunctionNames(connection: Connection): Promise<string[]> {
  const { rows } = await connection.query<{ names: string[] }>(
    `SELECT array_agg(DISTINCT proname::text) AS names FROM pg_catalog.pg_proc WHERE proname !~ '^(RI_|pg_|binary_)'`,
  )
  return rows[0]?.names ?? []
}

import { executableSql, type Connection, type LockMode, type Step } from '@savepoint/catalog'

/** What a statement did to the tables that were there before the transaction, as Postgres itself has it. */
export interface Observation {
  /** The strongest lock that it took beyond those that the transaction held already; absent where there is none. */
  lock?: LockMode
  /** A table got new files: all of it was written anew. */
  rewrites: boolean
}

const modes: readonly LockMode[] = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

export const rank = (mode: LockMode | undefined): number => (mode === undefined ? -1 : modes.indexOf(mode))

const tablesText = `
SELECT c.oid::text AS oid, pg_catalog.pg_relation_filenode(c.oid)::text AS file
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

const locksText = `
SELECT relation::text AS oid, upper(regexp_replace(regexp_replace(mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')) AS mode
FROM pg_catalog.pg_locks
WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`

interface Table {
  oid: string
  file: string | null
}

/** Runs a step inside the open transaction and looks at what it did. \`tables\` are those that were there before. */
export async function observeStep(
  connection: Connection,
  step: Step,
  tables: ReadonlyMap<string, string | null>,
): Promise<Observation> {
  // Each step in a transaction of its own: what one holds already, another would not be seen to take.
  await connection.query(executableSql(step))
  const held = await connection.query<{ oid: string; mode: LockMode }>(locksText)
  const now = new Map((await connection.query<Table>(tablesText)).rows.map(({ oid, file }) => [oid, file]))
  let lock: LockMode | undefined
  for (const { oid, mode } of held.rows) if (tables.has(oid) && rank(mode) > rank(lock)) lock = mode
  const rewrites = [...tables].some(([oid, file]) => now.has(oid) && now.get(oid) !== file)
  return { ...(lock !== undefined && { lock }), rewrites }
}

export async function readTables(connection: Connection): Promise<Map<string, string | null>> {
  return new Map((await connection.query<Table>(tablesText)).rows.map(({ oid, file }) => [oid, file]))
}

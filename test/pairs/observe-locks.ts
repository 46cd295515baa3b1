import { executableSql, type Connection, type LockMode, type Step } from '@savepoint/catalog'

/** What a statement did to the tables and views that were there before, as Postgres itself has it. */
export interface Observation {
  /** The strongest lock; absent where there is none. */
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
const rank = (mode: LockMode | undefined): number => (mode === undefined ? -1 : modes.indexOf(mode))

/** Whether anybody who reads or writes rows, or changes definitions, could wait for it. */
export const isFelt = (mode: LockMode | undefined): boolean => rank(mode) >= rank('SHARE UPDATE EXCLUSIVE')

const tablesText = `
SELECT c.oid::text AS oid, pg_catalog.pg_relation_filenode(c.oid)::text AS file
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

const locksText = `
SELECT relation::text AS oid,
  upper(regexp_replace(regexp_replace(mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')) AS mode
FROM pg_catalog.pg_locks
WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`

/** Numbers of tables and views, each with the number of its file. */
export async function readTables(connection: Connection): Promise<Map<string, string | null>> {
  const { rows } = await connection.query<{ oid: string; file: string | null }>(tablesText)
  return new Map(rows.map(({ oid, file }) => [oid, file]))
}

/**
 * Runs a step in a transaction of its own, since what another holds already it would not be seen to take.
 *
 * @param there numbers of the tables and views that were there before the plan
 */
export async function observeStep(
  connection: Connection,
  step: Step,
  there: ReadonlySet<string>,
): Promise<Observation> {
  await connection.query('BEGIN')
  const before = await readTables(connection)
  await connection.query(executableSql(step))
  const held = await connection.query<{ oid: string; mode: LockMode }>(locksText)
  const after = await readTables(connection)
  await connection.query('COMMIT')
  let lock: LockMode | undefined
  for (const { oid, mode } of held.rows) if (there.has(oid) && rank(mode) > rank(lock)) lock = mode
  const rewrites = [...there].some((oid) => before.has(oid) && after.has(oid) && before.get(oid) !== after.get(oid))
  return { ...(lock !== undefined && { lock }), rewrites }
}

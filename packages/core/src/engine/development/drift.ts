import type { Connection } from '@savepoint/catalog'

// Every catalog that a definition can live in and that any role may read. A row that is made, changed or removed
// changes the number of rows or the sum of their xmin. VACUUM and ANALYZE write pg_class in place and change neither.
const catalogs = [
  'pg_aggregate',
  'pg_am',
  'pg_amop',
  'pg_amproc',
  'pg_attrdef',
  'pg_attribute',
  'pg_cast',
  'pg_class',
  'pg_collation',
  'pg_constraint',
  'pg_conversion',
  'pg_default_acl',
  'pg_description',
  'pg_enum',
  'pg_event_trigger',
  'pg_extension',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_foreign_table',
  'pg_index',
  'pg_inherits',
  'pg_language',
  'pg_namespace',
  'pg_opclass',
  'pg_operator',
  'pg_opfamily',
  'pg_partitioned_table',
  'pg_policy',
  'pg_proc',
  'pg_publication',
  'pg_publication_rel',
  'pg_range',
  'pg_rewrite',
  'pg_seclabel',
  'pg_sequence',
  'pg_statistic_ext',
  'pg_transform',
  'pg_trigger',
  'pg_ts_config',
  'pg_ts_config_map',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
  'pg_type',
]

/** Gives the `snapshot` of a `DriftToken`. */
export const snapshotText = 'SELECT pg_catalog.pg_current_snapshot()::text AS snapshot'

const tokenText = `SELECT pg_catalog.pg_current_snapshot()::text AS snapshot, pg_catalog.concat_ws(' ',
${catalogs
  .map((name) => `  (SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.${name})`)
  .join(',\n')}) AS token`

/** What tells, without reading the definitions, whether they are still the ones that were read. */
export interface DriftToken {
  /**
   * `pg_current_snapshot()`: as long as it is the same, nobody has written anything at all.
   * Costs nothing, but every row that the app writes changes it.
   */
  snapshot: string
  /** Row counts and xmin sums of the catalogs; changes only with a definition. Reads every catalog row: some 10 ms. */
  token?: string
}

/** The token of this moment. */
export async function readDriftToken(connection: Connection): Promise<Required<DriftToken>> {
  const { rows } = await connection.query<{ snapshot: string; token: string }>(tokenText)
  const [row] = rows
  if (!row) throw new Error('the query of the drift token gave no row')
  return row
}

/**
 * Whether the definitions are still those of `known`.
 *
 * @param snapshot of now, where the caller has just asked for it
 * @returns the token of now when they are; undefined when they changed, or when nobody can tell
 */
export async function confirmUnchanged(
  connection: Connection,
  known: DriftToken,
  snapshot?: string,
): Promise<DriftToken | undefined> {
  const now = snapshot ?? (await connection.query<{ snapshot: string }>(snapshotText)).rows[0]?.snapshot
  if (now === known.snapshot) return known
  if (known.token === undefined) return undefined
  const drift = await readDriftToken(connection)
  return drift.token === known.token ? drift : undefined
}

/**
 * To run last in a transaction that changed definitions: what the snapshot will be when it has ended and nobody else
 * has written meanwhile.
 */
export const snapshotAfterCommitText = `SELECT (x + 1) || ':' || (x + 1) || ':' AS snapshot
FROM (SELECT pg_catalog.pg_current_xact_id()::text::bigint AS x) AS current`

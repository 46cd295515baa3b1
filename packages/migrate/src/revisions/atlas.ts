import { atlasKey } from '../lock/keys.js'
import { quoteIdentifier, type Connection } from '../connection.js'
import { commentOf, elapsed, type FileRecord, type Revision, type RevisionStore } from './store.js'

const ownSchema = 'atlas_schema_revisions'
/** Atlas's bits: 1 baseline, 2 executed, 4 set by hand. */
const type = { baseline: 1, executed: 2, resolved: 4 } as const
// A row of Atlas's own service; never ours to read or delete.
const cloudIdentifier = '.atlas_cloud_identifier'

const upsert = (table: string): string => `
  INSERT INTO ${table} AS r (version, description, type, applied, total, executed_at, execution_time, error, error_stmt,
    hash, partial_hashes, operator_version)
  VALUES ($1, $2, $3, $4, $5, now(), round(${elapsed('$6::float8')} * 1e6), $7, $8, $9, $10::jsonb, $11)
  ON CONFLICT (version) DO UPDATE SET type = excluded.type, applied = excluded.applied, total = excluded.total,
    execution_time = excluded.execution_time, error = excluded.error, error_stmt = excluded.error_stmt,
    hash = excluded.hash, partial_hashes = excluded.partial_hashes, operator_version = excluded.operator_version`

interface Row {
  comment: string | null
  version: string | null
  description: string
  type: string
  applied: string
  total: string
  hash: string
  partial_hashes: string[] | null
  error: string | null
  error_stmt: string | null
  executed_at: Date
}

interface Written {
  type: number
  applied: number
  total?: number
  error?: string
  errorStatement?: string
  hash?: string
  partialHashes?: readonly string[]
}

async function write(connection: Connection, table: string, record: FileRecord, row: Written): Promise<void> {
  await connection.query(upsert(table), [
    record.file.version,
    record.file.description,
    row.type,
    row.applied,
    row.total ?? record.total,
    record.milliseconds ?? null,
    row.error ?? '',
    row.errorStatement ?? '',
    row.hash ?? record.sumHash,
    // The JSON value null, as Atlas writes it after success, not SQL's NULL.
    row.partialHashes ? JSON.stringify(row.partialHashes) : 'null',
    record.operator,
  ])
}

function parseRow(row: Row): Revision {
  const bits = Number(row.type)
  const [applied, total] = [Number(row.applied), Number(row.total)]
  const state =
    bits & type.resolved
      ? 'set'
      : bits === type.baseline
        ? 'baseline'
        : applied === total && !row.error
          ? 'applied'
          : 'partial'
  return {
    version: row.version ?? '',
    description: row.description,
    state,
    applied,
    total,
    hash: row.hash,
    partialHashes: row.partial_hashes ?? [],
    ...(row.error ? { error: row.error } : {}),
    ...(row.error_stmt ? { errorStatement: row.error_stmt } : {}),
    appliedAt: row.executed_at,
  }
}

/** Atlas's `atlas_schema_revisions`. It drops columns that it does not know, so none is ever added. */
export const atlasRevisions: RevisionStore = {
  format: 'atlas',
  locate: (session, { revisionsSchema, boundSchema, table }) => ({
    schema: revisionsSchema ?? boundSchema ?? ownSchema,
    name: table ?? ownSchema,
  }),
  lockKeys: () => [atlasKey],
  create: (table, { name }) => [
    `CREATE TABLE IF NOT EXISTS ${table} (
  version character varying NOT NULL,
  description character varying NOT NULL,
  type bigint NOT NULL DEFAULT 2,
  applied bigint NOT NULL DEFAULT 0,
  total bigint NOT NULL DEFAULT 0,
  executed_at timestamp with time zone NOT NULL,
  execution_time bigint NOT NULL,
  error text,
  error_stmt text,
  hash character varying NOT NULL,
  partial_hashes jsonb,
  operator_version character varying NOT NULL,
  CONSTRAINT ${quoteIdentifier(`${name}_pkey`)} PRIMARY KEY (version)
)`,
  ],
  async read(connection, table) {
    const { rows } = await connection.query<Row>(`
      SELECT d.comment, r.version, r.description, r.type, r.applied, r.total, r.hash, r.partial_hashes, r.error,
        r.error_stmt, r.executed_at
      FROM ${commentOf(table)} LEFT JOIN ${table} r ON r.version <> '${cloudIdentifier}'
      ORDER BY r.version COLLATE "C"`)
    return {
      comment: rows[0]?.comment ?? null,
      revisions: rows.filter(({ version }) => version !== null).map(parseRow),
    }
  },
  countsStatements: true,
  begin: (connection, table, record) =>
    write(connection, table, record, { type: type.executed, applied: 0, partialHashes: [] }),
  progress: (connection, table, record, partial) =>
    write(connection, table, record, { type: type.executed, ...partial }),
  finish: (connection, table, record) =>
    write(connection, table, record, { type: type.executed, applied: record.total }),
  async remove(connection, table, { file }) {
    await connection.query(`DELETE FROM ${table} WHERE version = $1`, [file.version])
  },
  async baseline(connection, table, records) {
    const last = records.at(-1)
    if (last) await write(connection, table, last, { type: type.baseline, applied: 0, total: 0, hash: '' })
  },
  async set(connection, table, { add, remove, resolve }) {
    await connection.query(`DELETE FROM ${table} WHERE version = ANY ($1) AND version <> $2`, [remove, cloudIdentifier])
    await connection.query(`UPDATE ${table} SET type = $1 WHERE version = ANY ($2)`, [
      type.executed | type.resolved,
      resolve,
    ])
    for (const record of add) await write(connection, table, record, { type: type.resolved, applied: 0, total: 0 })
  },
}

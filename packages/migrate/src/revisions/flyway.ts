import { quoteIdentifier, type Connection } from '../connection.js'
import { flywayKey } from '../lock/keys.js'
import { commentOf, elapsed, type FileRecord, type Revision, wholeFiles, type RevisionStore } from './store.js'
import { splitTable } from './table.js'

interface Row {
  comment: string | null
  installed_rank: number | null
  version: string | null
  description: string
  type: string
  checksum: number | null
  installed_on: Date
  success: boolean
}

const insert = (table: string): string => `
  INSERT INTO ${table} (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
  SELECT coalesce(max(installed_rank), 0) + 1, $1, $2, $3, $4, $5, current_user, round(${elapsed('$6::float8')}), $7 FROM ${table}`

async function write(
  connection: Connection,
  table: string,
  record: FileRecord,
  row: { type?: string; script?: string | undefined; success?: boolean } = {},
): Promise<void> {
  const { file } = record
  const script = row.script ?? file.name
  const baseline = row.type === 'BASELINE'
  await connection.query(insert(table), [
    file.kind === 'repeatable' ? null : file.version,
    baseline ? '<< Flyway Baseline >>' : file.description,
    row.type ?? (file.kind === 'baseline' ? 'SQL_BASELINE' : 'SQL'),
    baseline ? '<< Flyway Baseline >>' : script,
    baseline ? null : record.checksum,
    record.milliseconds ?? null,
    row.success ?? true,
  ])
}

/** The rows that count: an undone version is none, of a repeatable file the newest row. */
function reduceRows(rows: readonly Row[]): Revision[] {
  const found = new Map<string, Revision>()
  for (const row of rows) {
    if (row.installed_rank === null) continue
    const key = row.version ?? `R ${row.description}`
    found.delete(key)
    if (row.type.startsWith('UNDO') || row.type === 'DELETE') continue
    found.set(key, {
      version: row.version ?? '',
      description: row.description,
      state: !row.success ? 'failed' : row.type === 'BASELINE' ? 'baseline' : 'applied',
      ...(row.checksum === null ? {} : { hash: String(row.checksum) }),
      appliedAt: row.installed_on,
    })
  }
  return [...found.values()]
}

/** Flyway's `flyway_schema_history`. */
export const flywayRevisions: RevisionStore = {
  format: 'flyway',
  locate: (session, options) => splitTable(options, session.schema, 'flyway_schema_history'),
  lockKeys: (session, { schema, name }) => [flywayKey(schema, name)],
  create: (table, { name }) => [
    `CREATE TABLE IF NOT EXISTS ${table} (
  "installed_rank" INT NOT NULL,
  "version" VARCHAR(50),
  "description" VARCHAR(200) NOT NULL,
  "type" VARCHAR(20) NOT NULL,
  "script" VARCHAR(1000) NOT NULL,
  "checksum" INTEGER,
  "installed_by" VARCHAR(100) NOT NULL,
  "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
  "execution_time" INTEGER NOT NULL,
  "success" BOOLEAN NOT NULL,
  CONSTRAINT ${quoteIdentifier(`${name}_pk`)} PRIMARY KEY ("installed_rank")
)`,
    `CREATE INDEX IF NOT EXISTS ${quoteIdentifier(`${name}_s_idx`)} ON ${table} ("success")`,
  ],
  async read(connection, table) {
    const { rows } = await connection.query<Row>(`
      SELECT d.comment, r.installed_rank, r.version, r.description, r.type, r.checksum, r.installed_on, r.success
      FROM ${commentOf(table)} LEFT JOIN ${table} r ON true ORDER BY r.installed_rank`)
    return { comment: rows[0]?.comment ?? null, revisions: reduceRows(rows) }
  },
  ...wholeFiles,
  finish: (connection, table, record) => write(connection, table, record),
  remove: (connection, table, record) =>
    write(connection, table, record, { type: 'UNDO_SQL', script: record.file.down }),
  async baseline(connection, table, records) {
    const last = records.at(-1)
    if (last) await write(connection, table, last, { type: 'BASELINE' })
  },
  async set(connection, table, change) {
    for (const version of change.remove) await connection.query(`DELETE FROM ${table} WHERE version = $1`, [version])
    for (const record of change.add) await write(connection, table, record)
  },
}

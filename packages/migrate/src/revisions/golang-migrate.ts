import type { Connection } from '../connection.js'
import { golangMigrateKeys } from '../lock/keys.js'
import { commentOf, wholeFiles, type RevisionStore } from './store.js'
import { splitTable } from './table.js'

interface Row {
  comment: string | null
  version: string | null
  dirty: boolean
}

/** Leaves one row at most. golang-migrate truncates; a delete leaves the same rows and locks no reader out. */
async function setVersion(
  connection: Connection,
  table: string,
  version: string | undefined,
  dirty: boolean,
): Promise<void> {
  if (version === undefined) await connection.query(`DELETE FROM ${table}`)
  else
    await connection.query(
      `WITH gone AS (DELETE FROM ${table} WHERE version <> $1)
       INSERT INTO ${table} (version, dirty) VALUES ($1, $2) ON CONFLICT (version) DO UPDATE SET dirty = excluded.dirty`,
      [version, dirty],
    )
}

/** golang-migrate's `schema_migrations`: one row, the version, and whether a run ended in the middle of it. */
export const golangMigrateRevisions: RevisionStore = {
  format: 'golang-migrate',
  locate: (session, options) => splitTable(options, session.schema, 'schema_migrations'),
  lockKeys: (session, { schema, name }) => golangMigrateKeys(schema, name, session.database),
  create: (table) => [
    `CREATE TABLE IF NOT EXISTS ${table} (version bigint not null primary key, dirty boolean not null)`,
  ],
  async read(connection, table) {
    const { rows } = await connection.query<Row>(
      `SELECT d.comment, r.version, r.dirty FROM ${commentOf(table)} LEFT JOIN ${table} r ON true`,
    )
    const row = rows[0]
    return {
      comment: row?.comment ?? null,
      revisions: [],
      ...(row?.version === null || row === undefined ? {} : { current: row.version, dirty: row.dirty }),
    }
  },
  ...wholeFiles,
  begin: (connection, table, { file }) => setVersion(connection, table, file.version, true),
  async finish(connection, table, { file }, isNewest) {
    if (isNewest) await setVersion(connection, table, file.version, false)
  },
  remove: (connection, table, record, previous) => setVersion(connection, table, previous, false),
  baseline: (connection, table, records) => setVersion(connection, table, records.at(-1)?.file.version, false),
  set: (connection, table, { current }) => setVersion(connection, table, current, false),
}

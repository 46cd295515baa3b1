import { dbmateKey } from '../lock/keys.js'
import { commentOf, type RevisionStore } from './store.js'
import { splitTable } from './table.js'

interface Row {
  comment: string | null
  version: string | null
}

const insert = (table: string): string => `INSERT INTO ${table} (version) VALUES ($1)`
const remove = (table: string): string => `DELETE FROM ${table} WHERE version = $1`

/** dbmate's `schema_migrations`: one row per version. */
export const dbmateRevisions: RevisionStore = {
  format: 'dbmate',
  locate: (session, options) => splitTable(options, session.schema, 'schema_migrations'),
  lockKeys: () => [dbmateKey],
  create: (table) => [`CREATE TABLE IF NOT EXISTS ${table} (version varchar PRIMARY KEY)`],
  async read(connection, table) {
    const { rows } = await connection.query<Row>(
      `SELECT d.comment, r.version FROM ${commentOf(table)} LEFT JOIN ${table} r ON true ORDER BY r.version COLLATE "C"`,
    )
    return {
      comment: rows[0]?.comment ?? null,
      revisions: rows.flatMap(({ version }) =>
        version === null ? [] : [{ version, description: '', state: 'applied' as const }],
      ),
    }
  },
  countsStatements: false,
  keepsTime: false,
  async begin() {},
  async progress() {},
  async finish(connection, table, { file }) {
    await connection.query(insert(table), [file.version])
  },
  async remove(connection, table, { file }) {
    await connection.query(remove(table), [file.version])
  },
  async baseline(connection, table, records) {
    for (const { file } of records) await connection.query(insert(table), [file.version])
  },
  async set(connection, table, change) {
    for (const version of change.remove) await connection.query(remove(table), [version])
    for (const { file } of change.add) await connection.query(insert(table), [file.version])
  },
}

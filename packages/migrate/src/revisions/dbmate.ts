import { dbmateKey } from '../lock/keys.js'
import { commentOf, type RevisionStore } from './store.js'
import { splitTable } from './table.js'
import { versionRows } from './version-rows.js'

interface Row {
  comment: string | null
  version: string | null
}

/** dbmate's `schema_migrations`: one row per version. */
export const dbmateRevisions: RevisionStore = {
  format: 'dbmate',
  ...versionRows((table) => `INSERT INTO ${table} (version) VALUES ($1)`, 'version'),
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
}

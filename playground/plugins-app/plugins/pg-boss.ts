import { defineObjectKind, definePlugin, quoteIdentifier, type Plugin } from '@savepoint/core/plugin'
import PgBoss from 'pg-boss'

// The one row that pg-boss's plan writes. Rows are no schema; this one is kept as an object kind.
const versionRowRE = /^\s*INSERT INTO \S+\.version\s*\(version\) VALUES \('(\d+)'\);?\s*$/m

/**
 * pg-boss makes its own tables when it starts. With this they are in the migrations like all others, and the app's
 * role needs no right to create anything. Its construction plan is public and needs no database.
 */
export function pgBoss(options: { schema?: string } = {}): Plugin {
  const { schema = 'pgboss' } = options
  const plan = PgBoss.getConstructionPlans(schema)
  const [row, version] = versionRowRE.exec(plan) ?? []
  if (row === undefined || version === undefined)
    throw new Error('the construction plan of pg-boss writes no row with its version')
  const table = `${quoteIdentifier(schema)}.version`

  const versionRow = defineObjectKind<{ version: number }>({
    name: 'pg-boss version',
    desired: () => [{ name: schema, facts: { version: Number(version) } }],
    async read(connection) {
      const {
        rows: [found],
      } = await connection.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [table])
      if (!found?.there) return []
      const { rows } = await connection.query<{ version: number }>(`SELECT version FROM ${table}`)
      return rows.map((facts) => ({ name: schema, facts }))
    },
    create: ({ facts }) => `INSERT INTO ${table} (version) VALUES (${facts.version})`,
    alter: (_from, { facts }) => `UPDATE ${table} SET version = ${facts.version}`,
    drop: () => `DELETE FROM ${table}`,
  })

  return definePlugin({
    name: 'playground:pg-boss',
    // The tables change with pg-boss's own version of them.
    cacheKey: JSON.stringify([options, version]),
    // A queue's partition is made when the app creates the queue: that is data, and not ours to drop.
    config: ({ exclude = [] }) => ({ exclude: [...exclude, `${schema}.j????????*`] }),
    sources: () => ({ id: schema, sql: plan.replace(row, '') }),
    kinds: [versionRow],
  })
}

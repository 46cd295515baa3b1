import { definePlugin, type Plugin } from '@savepoint/core/plugin'
import PgBoss from 'pg-boss'

/**
 * pg-boss makes its own tables when it starts. With this they are in the migrations like all others, and the app's
 * role needs no right to create anything. Its construction plan is public and needs no database.
 */
export function pgBoss(options: { schema?: string } = {}): Plugin {
  const { schema = 'pgboss' } = options
  return definePlugin({
    name: 'playground:pg-boss',
    cacheKey: JSON.stringify(options),
    sources() {
      const plan = PgBoss.getConstructionPlans(schema)
      // Its own transaction and the row with its version are for a database, not for a schema.
      const sql = plan
        .replace(/^\s*BEGIN;|COMMIT;\s*$/gm, '')
        .replace(/^\s*SET LOCAL [^;]*;|^\s*SELECT pg_advisory_xact_lock\([^;]*;/gm, '')
        .replace(/^\s*INSERT INTO [^;]*;|^\s*SELECT [^;]*;/gm, '')
      return { id: schema, sql }
    },
  })
}

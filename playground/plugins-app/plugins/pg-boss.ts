import { loadParser, readStatements } from '@savepoint/core'
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
    async sources() {
      await loadParser()
      const plan = { path: 'pg-boss', phase: 'schema', text: PgBoss.getConstructionPlans(schema), hash: '' } as const
      // Its transaction, its lock and the row with its version are for a database, not for a schema.
      const definitions = readStatements(plan).statements.filter(({ sql }) => /^(?:CREATE|ALTER)\b/i.test(sql))
      return { id: schema, sql: definitions.map(({ sql }) => `${sql};`).join('\n\n') }
    },
  })
}

import type { Connection } from '@savepoint/catalog'
import { columnKey } from '../types/relation.js'
import { createAnalysis } from './infer.js'
import { rootLevel } from './open-level.js'
import { createFactsLoader } from './load-facts.js'
import { outputIsNotNull } from './range-table.js'

const viewsQuery = `
SELECT c.oid::pg_catalog.int8::pg_catalog.text AS oid
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY c.oid`

/**
 * Finds the columns of views that can never be NULL, from the trees that Postgres keeps of the views' queries.
 *
 * @returns for `viewColumnsNotNull` of `generateTypes`
 */
export async function analyseViews(connection: Connection): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query<{ oid: string }>(viewsQuery, [])
  const facts = createFactsLoader(connection)
  await facts.loadRelations(rows.map((row) => row.oid))
  const analysis = createAnalysis(facts, () => true)
  const notNull = new Set<string>()
  for (const { oid } of rows) {
    const view = facts.relations.get(oid)
    if (!view?.query) continue
    const level = rootLevel(analysis, view.query, view.kind === 'm')
    for (const [number, column] of view.columns)
      if (outputIsNotNull(level, number - 1)) notNull.add(columnKey(view.schema, view.name, column.name))
  }
  return notNull
}

import { emptyCatalog } from './catalog.js'
import { withSecret } from './executable.js'
import type { Catalog, CatalogObject } from './model/object.js'
import type { PrintedStatement } from './model/plan.js'
import { relaxedBodies } from './plan/bodies.js'
import { plan } from './plan/plan.js'

/**
 * The statements that make an empty database equal to `catalog`, in an order in which they run: the plan from nothing. The schema
 * `public` is taken to be there, as it is in every new database.
 */
export function print(catalog: Catalog): PrintedStatement[] {
  const empty = emptyCatalog(catalog.version)
  const publicSchema = catalog.objects.get('schema public')
  const base =
    publicSchema?.kind === 'schema'
      ? { ...empty, objects: new Map([[publicSchema.id, bornPublic(publicSchema)]]) }
      : empty
  const statements = plan(base, catalog).steps.map((step) => withSecret({ sql: step.sql, id: step.object }, step.run))
  // A printed schema may be run without a transaction, where SET LOCAL says nothing; pg_dump sets it for the session, too.
  const relaxing = statements.find(({ sql }) => sql === relaxedBodies)
  if (!relaxing) return statements
  const rest = statements.filter(({ sql }) => sql !== relaxedBodies)
  return [{ sql: 'SET check_function_bodies = off', id: relaxing.id }, ...rest]
}

function bornPublic(schema: CatalogObject<'schema'>): CatalogObject<'schema'> {
  const { id, kind, name, facts, address } = schema
  return { id, kind, name, schema: name, comment: 'standard public schema', facts, address, privileges: [], hash: '' }
}

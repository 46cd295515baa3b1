import { isServerError, type Connection } from '@savepoint/catalog'
import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'
import type { Project } from '../project.js'
import { isRemote } from '../servers.js'
import type { ElaboratedSchema } from './desired.js'
import {
  around,
  currentObjects,
  desiredObjects,
  describeObjects,
  isEmpty,
  planObjects,
  withoutDrops,
  type PluginSteps,
} from './plugin-objects.js'
import { objectsFailed, proveObjects, unproved } from './prove-objects.js'

export interface SynchronisedObjects {
  statements: readonly string[]
  warnings: readonly Diagnostic[]
  proved: boolean
}

/**
 * Brings the objects of plugins' kinds to what the plugins want for the schema, which is applied already.
 *
 * @throws DiagnosticError SP5004 for a plugin that fails, SP3002 for statements that do not arrive, SP3003 in strict mode
 */
export async function synchroniseObjects(
  { plugins, elaborator, config }: Pick<Project, 'plugins' | 'elaborator' | 'config'>,
  { catalog }: ElaboratedSchema,
  connection: Connection,
): Promise<SynchronisedObjects> {
  if (plugins.kinds.length === 0) return { statements: [], warnings: [], proved: true }
  const wanted = await desiredObjects(plugins, catalog)
  const from = await currentObjects(plugins, connection)
  // What is on another machine is never dropped on save.
  const to = isRemote(config) ? withoutDrops(from, wanted) : wanted
  const steps = await planObjects(plugins, from, to)
  if (isEmpty(steps)) return { statements: [], warnings: [], proved: true }

  const proof =
    (await elaborator.use(catalog, (scratch) => proveObjects(plugins, scratch, { from, to, steps }))) ??
    unproved('it does not stand at the schema.')
  if (proof.kind !== 'proved' && (proof.kind === 'failed' || config.strict))
    throw new DiagnosticError(proof.diagnostics.map((one) => ({ ...one, severity: 'error' })))
  await apply(connection, steps, async () => {
    const wrong = describeObjects(plugins, await currentObjects(plugins, connection, { isInTransaction: true }), to)
    if (wrong.length > 0) throw new DiagnosticError(objectsFailed(wrong.join('\n')).diagnostics)
  })
  return {
    statements: around([], steps).map(({ sql }) => sql),
    warnings: proof.kind === 'proved' ? [] : proof.diagnostics,
    proved: proof.kind === 'proved',
  }
}

/** All of it or nothing. @param verify runs before the end of the transaction, and keeps it from being committed by throwing */
async function apply(connection: Connection, steps: PluginSteps, verify: () => Promise<void>): Promise<void> {
  await connection.query('BEGIN')
  try {
    for (const { sql, object } of around([], steps)) {
      await connection.query(sql).catch((error: unknown) => {
        if (!isServerError(error)) throw error
        throw new DiagnosticError(objectsFailed(`${object}: ${error.message}\n${sql}`).diagnostics, { cause: error })
      })
    }
    await verify()
    await connection.query('COMMIT')
  } catch (error) {
    await connection.query('ROLLBACK')
    throw error
  }
}

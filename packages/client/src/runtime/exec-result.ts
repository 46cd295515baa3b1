import type { Database } from './database.js'
import type { Query } from './query.js'

/** What the driver itself answers to a statement: the result object of `pg`, the row list of postgres.js, the results of PGlite. */
export type DriverResult = object

export async function execResult(
  db: Database,
  { text, name }: Query,
  parameters: readonly unknown[] = [],
): Promise<DriverResult> {
  const values = parameters.map((value) => value ?? null)
  if (typeof db === 'function')
    return (await db.unsafe(text, values as never[], { prepare: !!name })) as unknown as DriverResult
  if ('exec' in db) return await (db.query as (text: string, values: unknown[]) => Promise<DriverResult>)(text, values)
  return await (db.query as (config: object) => Promise<DriverResult>)({ text, values, name })
}

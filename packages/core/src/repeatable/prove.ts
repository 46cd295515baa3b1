import {
  differences,
  extract,
  isServerError,
  quoteQualified,
  type Catalog,
  type Connection,
  type ExtractOptions,
} from '@savepoint/catalog'
import type { Diagnostic } from '../diagnostics/index.js'
import { forScratch } from '../state/on-scratch.js'
import { listStatementsOf, type RepeatableScripts } from './scripts.js'

/**
 * Runs repeatable scripts twice where everything that they make is there already, and looks whether that changes anything.
 *
 * @param connection to a scratch database at the desired state, in a transaction; what the scripts do is taken back
 * @returns SP1012 for a script that cannot run again, or that comes to something else each time; nothing when all are idempotent
 */
export async function proveIdempotence(
  connection: Connection,
  scripts: RepeatableScripts,
  options: ExtractOptions,
): Promise<Diagnostic[]> {
  if (scripts.pre.length + scripts.post.length === 0) return []
  await connection.query('SAVEPOINT savepoint_scripts')
  try {
    return await runTwice(connection, scripts, options)
  } finally {
    await connection.query('ROLLBACK TO SAVEPOINT savepoint_scripts; RELEASE SAVEPOINT savepoint_scripts')
  }
}

async function runTwice(
  connection: Connection,
  scripts: RepeatableScripts,
  options: ExtractOptions,
): Promise<Diagnostic[]> {
  const declared = await extract(connection, options)
  const refused = await runAll(connection, scripts)
  if (refused) return [refused]
  const once = await read(connection, options)
  const again = await runAll(connection, scripts)
  if (again) return [again]
  const twice = await read(connection, options)
  const changed = [...describeChanges(declared, once.catalog), ...describeChanges(once.catalog, twice.catalog)]
  for (const [table, rows] of twice.rows) {
    const before = once.rows.get(table) ?? 0
    if (before !== rows) changed.push(`${table} has ${rows} rows after the second run, ${before} after the first`)
  }
  const [first] = changed
  const location = (scripts.post[0] ?? scripts.pre[0])?.path
  if (first === undefined || location === undefined) return []
  return [
    {
      code: 'SP1012',
      severity: 'error',
      message: `the repeatable scripts change something each time they run: ${first}`,
      location: { file: location, line: 1, column: 1 },
      why: `${why}\n${changed.slice(0, 8).join('\n')}`,
      fix,
    },
  ]
}

const why =
  'Repeatable scripts run around every apply, so that a run where everything is there already must leave it as it is.'
const fix =
  'Write `CREATE OR REPLACE`, `IF NOT EXISTS`, `DROP … IF EXISTS` before a `CREATE`, `ON CONFLICT DO NOTHING`; or leave `repeatable` out of the config, and the files are diffed like all others.'

async function runAll(connection: Connection, { pre, post }: RepeatableScripts): Promise<Diagnostic | undefined> {
  let begun: string | undefined
  for (const { sql, file, line, column } of await listStatementsOf([...pre, ...post])) {
    const text = forScratch(sql)
    if (text === undefined) continue
    // Each script begins as a new session would.
    if (file !== begun) await connection.query('RESET search_path; RESET ROLE; RESET check_function_bodies')
    begun = file
    try {
      await connection.query(text)
    } catch (error) {
      if (!isServerError(error)) throw error
      return {
        code: 'SP1012',
        severity: 'error',
        message: `a repeatable script fails when it runs again: ${error.message}`,
        location: { file, line, column },
        why,
        fix,
      }
    }
  }
  return undefined
}

async function read(
  connection: Connection,
  options: ExtractOptions,
): Promise<{ catalog: Catalog; rows: ReadonlyMap<string, number> }> {
  const catalog = await extract(connection, options)
  const tables = [...catalog.objects.values()].flatMap((object) =>
    object.kind === 'table' ? [quoteQualified(object.schema, object.name)] : [],
  )
  if (tables.length === 0) return { catalog, rows: new Map() }
  const counts = tables.map((table, index) => `SELECT ${index} AS index, count(*)::integer AS rows FROM ${table}`)
  const { rows } = await connection.query<{ index: number; rows: number }>(counts.join(' UNION ALL '))
  return { catalog, rows: new Map(rows.map(({ index, rows: count }) => [tables[index] ?? '', count])) }
}

function describeChanges(from: Catalog, to: Catalog): string[] {
  return differences(from, to).map(({ id, change }) =>
    change === 'missing' ? `${id} appears` : change === 'extra' ? `${id} is gone` : `${id} changes`,
  )
}

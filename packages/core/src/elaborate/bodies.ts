import { isServerError, type Connection } from '@savepoint/catalog'
import { fromCharacterOffset } from '../sources/positions.js'
import { quoteLiteral } from '../sources/quote.js'
import type { Failure } from './run.js'
import type { Unit } from './unit.js'

/** A routine on scratch and the unit that defines it. */
export interface Routine {
  oid: number
  unit: Unit
}

interface RoutineRow {
  oid: number
  validator: string
  search_path: string | null
}

const routinesText = `
SELECT p.oid, l.lanvalidator::regproc::text AS validator,
  (SELECT substr(setting, length('search_path=') + 1) FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%') AS search_path
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid = ANY ($1::oid[]) AND l.lanvalidator <> 0 AND l.lanname NOT IN ('internal', 'c')`

/**
 * Lets the server check the bodies of routines, which were created unchecked so that their order does not matter.
 * Routines of files that turn `check_function_bodies` off are left alone, as pg_dump's are.
 *
 * @returns the failures, each at its place in the body where that is known
 */
export async function validateBodies(connection: Connection, routines: readonly Routine[]): Promise<Failure[]> {
  const checked = routines.filter(({ unit }) => !isUnchecked(unit))
  if (checked.length === 0) return []
  const { rows } = await connection.query<RoutineRow>(routinesText, [checked.map(({ oid }) => oid)])
  const unitOf = new Map(checked.map(({ oid, unit }) => [oid, unit]))
  const groups = new Map<string, { row: RoutineRow; unit: Unit }[]>()
  for (const row of rows) {
    const unit = unitOf.get(row.oid)
    if (!unit) continue
    const key = callPrefix(row, unit)
    groups.set(key, [...(groups.get(key) ?? []), { row, unit }])
  }
  const failures: Failure[] = []
  for (const [prefix, members] of groups) {
    if (!(await call(connection, prefix, members))) continue
    for (const member of members) {
      const error = await call(connection, prefix, [member])
      if (error) failures.push({ unit: member.unit, error, offset: locateInBody(member.unit, error) })
    }
  }
  return failures
}

function isUnchecked(unit: Unit): boolean {
  return /^(?:off|false|0|no)$/i.test(unit.settings['check_function_bodies'] ?? '')
}

// The server applies a routine's own SET search_path before it validates; called directly, a validator does not.
function callPrefix(row: RoutineRow, unit: Unit): string {
  const path = row.search_path ?? unit.settings['search_path'] ?? '"$user", public'
  return `SELECT set_config('search_path', ${quoteLiteral(path)}, true);SET LOCAL check_function_bodies = on;SELECT ${row.validator}(oid)`
}

async function call(
  connection: Connection,
  prefix: string,
  members: readonly { row: RoutineRow }[],
): Promise<Failure['error'] | undefined> {
  const oids = quoteLiteral(`{${members.map(({ row }) => row.oid).join(',')}}`)
  // A text that does not parse runs not even its first statement, so the savepoint is a message of its own.
  await connection.query('SAVEPOINT savepoint_body')
  try {
    await connection.query(`${prefix} FROM unnest(${oids}::oid[]) AS oid;RELEASE SAVEPOINT savepoint_body`)
    return undefined
  } catch (error) {
    if (!isServerError(error)) throw error
    await connection.query('ROLLBACK TO SAVEPOINT savepoint_body; RELEASE SAVEPOINT savepoint_body')
    return error
  }
}

const plpgsqlLineRE = /\bline (\d+)\b/

function locateInBody(unit: Unit, error: Failure['error']): number {
  const { body } = unit.analysis
  if (!body) return 0
  if (error.internalPosition !== undefined && body.verbatim && (error.internalQuery ?? body.text) === body.text)
    return body.offset + fromCharacterOffset(body.text, Number(error.internalPosition) - 1)
  const line = plpgsqlLineRE.exec(error.where ?? '')?.[1]
  if (line === undefined) return body.offset
  // PL/pgSQL counts the lines of the body from 1; the first is the rest of the line that opens the quotes.
  const starts = [0, ...[...body.text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const start = starts[Number(line) - 1] ?? 0
  const indent = /^[ \t]*/.exec(body.text.slice(start))?.[0].length ?? 0
  return body.offset + start + indent
}

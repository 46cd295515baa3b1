import type { Connection } from '@savepoint/catalog'
import { analyseQueries, type AnalysedColumn, type AnalysedQuery } from '../analyse/analyse.js'
import { createFactsLoader } from '../analyse/load-facts.js'
import { randomStatement, type RandomStatement } from './random-query/index.js'
import type { Type } from './random-query/schema.js'
import { jsonFits } from './json-fits.js'

export interface OracleResult {
  /** Statements that ran. */
  queries: number
  columns: number
  notNull: number
  /** Columns that were called not null and held NULL, arrays with a NULL in them, JSON of another shape, rows beyond the one: there must be none. */
  unsound: string[]
  /** Statements that Postgres analyses and that failed when they ran. */
  failed: string[]
  /** Statements that Postgres does not take, which the generator should not make too often. */
  refused: string[]
}

/** A value for each type, as text, for parameters that may not be NULL. */
const samples: Readonly<Record<Type, string>> = {
  int: '2',
  text: 't1',
  bool: 'true',
  numeric: '1.5',
  ints: '{1,NULL}',
  jsonb: '{"k": null}',
  ts: '2024-01-03',
  range: 'empty',
  pair: '(,)',
  mood: 'ok',
}

/**
 * Runs random statements on random data and compares what came with what was said. Parameters that are called nullable get NULL.
 * @param connection a session on a database with `oracleSchema`; every value must come as the driver's text or null
 */
export async function runOracle(
  connection: Connection,
  major: number,
  seed: number,
  count: number,
): Promise<OracleResult> {
  const result: OracleResult = { queries: 0, columns: 0, notNull: 0, unsound: [], failed: [], refused: [] }
  const facts = createFactsLoader(connection)
  // A random join of joins may run for ever, and says no more for it.
  await connection.query(`SET statement_timeout = '250ms'; SET jit = off`)
  for (let start = 0; start < count; start += 25) {
    const seeds = Array.from({ length: Math.min(25, count - start) }, (_, index) => seed + start + index)
    const statements = seeds.map((each) => randomStatement(each, major))
    const analysed = await analyseQueries(
      connection,
      statements.map((statement) => ({ text: `${statement.with} ${statement.body}` })),
      { facts },
    )
    for (const [index, answer] of analysed.entries()) {
      const statement = statements[index]
      if (!statement) continue
      const name = `seed ${seeds[index]}: ${statement.with} ${statement.body}`
      if (answer.kind === 'analysed') await check(connection, name, statement, answer, result)
      else result.refused.push(`${answer.message}: ${name}`)
    }
  }
  await connection.query('RESET statement_timeout; RESET jit')
  return result
}

async function check(
  connection: Connection,
  name: string,
  statement: RandomStatement,
  answer: AnalysedQuery,
  result: OracleResult,
): Promise<void> {
  const columns = answer.columns ?? []
  const values = statement.parameters.map((type, index) => (answer.parameters[index]?.nullable ? null : samples[type]))
  await connection.query('BEGIN')
  try {
    const found = await look(connection, statement, values, columns)
    result.queries++
    result.columns += columns.length
    if (answer.atMostOneRow && found.rows > 1) result.unsound.push(`${found.rows} rows of ${name}`)
    columns.forEach((column, index) => {
      if (!column.nullable) result.notNull++
      const { nulls, nullElements, json } = found
      const hasNull = !column.nullable && nulls[index] === true
      const hasNullElement = column.elementsNotNull === true && nullElements[index] === true
      const { json: shape } = column
      const misshapen = shape && json[index]?.find((value) => value !== null && !jsonFits(value, shape))
      if (hasNull || hasNullElement) result.unsound.push(`${column.name} of ${name}`)
      if (misshapen !== undefined) result.unsound.push(`${column.name} (${JSON.stringify(misshapen)}) of ${name}`)
    })
  } catch (error) {
    // A division by zero, two rows of a scalar subquery, a time limit: the statement says nothing.
    if (!(error instanceof Error && 'code' in error)) throw error
    result.failed.push(`${error.message}: ${name}`)
  } finally {
    await connection.query('ROLLBACK')
  }
}

interface Found {
  rows: number
  nulls: boolean[]
  nullElements: (boolean | null)[]
  json: (unknown[] | null)[]
}

/** What came, by column. The server says which columns hold NULL, because a driver shows JSON null as null too. */
async function look(
  connection: Connection,
  { with: ctes, body, width }: RandomStatement,
  values: readonly (string | null)[],
  columns: readonly AnalysedColumn[],
): Promise<Found> {
  const names = Array.from({ length: width }, (_, index) => `c${index + 1}`)
  const nulls = names.map((name) => `coalesce(bool_or(${name} IS NOT DISTINCT FROM NULL), false)`)
  // unnest takes rows apart, so of arrays of them nothing can be told.
  const nullElements = names.map((name, index) => {
    const type = columns[index]?.type
    return type?.kind === 'array' && type.element.kind === 'base'
      ? `bool_or(EXISTS (SELECT FROM unnest(${name}) element WHERE element IS NULL))`
      : 'NULL'
  })
  const json = names.map((name, index) => (columns[index]?.json ? `json_agg(${name})` : 'NULL::json'))
  // Beside the statement's own CTEs and not around them: those that write must stand at the top.
  const { rows } = await connection.query<Found>(
    `${ctes === '' ? 'WITH' : `${ctes},`} oracle_rows(${names.join(', ')}) AS (${body})
     SELECT count(*)::int AS rows, ARRAY[${nulls.join(', ')}] AS nulls, ARRAY[${nullElements.join(', ')}]::bool[] AS "nullElements",
       json_build_array(${json.join(', ')}) AS json FROM oracle_rows`,
    [...values],
  )
  return rows[0] ?? { rows: 0, nulls: [], nullElements: [], json: [] }
}

import type { Connection } from '@savepoint/catalog'
import { analyseQueries, type AnalysedQuery } from '../analyse/analyse.js'
import { createFactsLoader } from '../analyse/load-facts.js'
import { randomQuery } from './random-query.js'

export interface OracleResult {
  /** Statements that ran. */
  queries: number
  columns: number
  notNull: number
  /** Columns that were called not null and held NULL: there must be none. */
  unsound: string[]
  /** Statements that Postgres analyses and we do not, or the other way about. */
  failed: string[]
}

/**
 * Runs random statements on random data and compares what came with what was said.
 * @param connection a session on a database with `oracleSchema`; every value must come as the driver's text or null
 */
export async function runOracle(
  connection: Connection,
  major: number,
  seed: number,
  count: number,
): Promise<OracleResult> {
  const result: OracleResult = { queries: 0, columns: 0, notNull: 0, unsound: [], failed: [] }
  const facts = createFactsLoader(connection)
  // A random join of joins may run for ever, and says no more for it.
  await connection.query(`SET statement_timeout = '250ms'; SET jit = off`)
  for (let start = 0; start < count; start += 25) {
    const seeds = Array.from({ length: Math.min(25, count - start) }, (_, index) => seed + start + index)
    const texts = seeds.map((each) => randomQuery(each, major))
    const analysed = await analyseQueries(
      connection,
      texts.map((text) => ({ text })),
      { facts },
    )
    for (const [index, answer] of analysed.entries()) {
      const text = texts[index] ?? ''
      if (answer.kind === 'analysed') await check(connection, `seed ${seeds[index]}: ${text}`, text, answer, result)
    }
  }
  await connection.query('RESET statement_timeout; RESET jit')
  return result
}

async function check(
  connection: Connection,
  name: string,
  text: string,
  answer: AnalysedQuery,
  result: OracleResult,
): Promise<void> {
  const columns = answer.columns ?? []
  await connection.query('BEGIN')
  try {
    // The server says which columns hold NULL, because a driver shows JSON null as null too.
    const rows = await nullColumns(connection, text, columns.length)
    result.queries++
    result.columns += columns.length
    columns.forEach((column, index) => {
      if (column.nullable) return
      result.notNull++
      if (rows.has(index)) result.unsound.push(`${column.name} of ${name}`)
    })
  } catch (error) {
    // A division by zero, two rows of a scalar subquery, a time limit: the statement says nothing.
    if (!(error instanceof Error && 'code' in error)) throw error
    result.failed.push(name)
  } finally {
    await connection.query('ROLLBACK')
  }
}

async function nullColumns(connection: Connection, text: string, width: number): Promise<Set<number>> {
  const names = Array.from({ length: width }, (_, index) => `c${index + 1}`)
  const tests = names.map((name) => `coalesce(bool_or(${name} IS NOT DISTINCT FROM NULL), false)`)
  const { rows } = await connection.query<{ nulls: boolean[] }>(
    `WITH oracle_rows(${names.join(', ')}) AS (${text}) SELECT ARRAY[${tests.join(', ')}] AS nulls FROM oracle_rows`,
  )
  return new Set((rows[0]?.nulls ?? []).flatMap((isNull, index) => (isNull ? [index] : [])))
}

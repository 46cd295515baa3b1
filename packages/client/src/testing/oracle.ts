import type { Connection } from '@savepoint/catalog'
import { analyseQueries, type AnalysedQuery } from '../analyse/analyse.js'
import { createFactsLoader } from '../analyse/load-facts.js'
import { randomStatement, type RandomStatement } from './random-query/index.js'
import type { Type } from './random-query/schema.js'

export interface OracleResult {
  /** Statements that ran. */
  queries: number
  columns: number
  notNull: number
  /** Columns that were called not null and held NULL: there must be none. */
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
    // The server says which columns hold NULL, because a driver shows JSON null as null too.
    const nulls = await nullColumns(connection, statement, values)
    result.queries++
    result.columns += columns.length
    columns.forEach((column, index) => {
      if (column.nullable) return
      result.notNull++
      if (nulls.has(index)) result.unsound.push(`${column.name} of ${name}`)
    })
  } catch (error) {
    // A division by zero, two rows of a scalar subquery, a time limit: the statement says nothing.
    if (!(error instanceof Error && 'code' in error)) throw error
    result.failed.push(`${error.message}: ${name}`)
  } finally {
    await connection.query('ROLLBACK')
  }
}

async function nullColumns(
  connection: Connection,
  { with: ctes, body, width }: RandomStatement,
  values: readonly (string | null)[],
): Promise<Set<number>> {
  const names = Array.from({ length: width }, (_, index) => `c${index + 1}`)
  const tests = names.map((name) => `coalesce(bool_or(${name} IS NOT DISTINCT FROM NULL), false)`)
  // Beside the statement's own CTEs and not around them: those that write must stand at the top.
  const { rows } = await connection.query<{ nulls: boolean[] }>(
    `${ctes === '' ? 'WITH' : `${ctes},`} oracle_rows(${names.join(', ')}) AS (${body}) SELECT ARRAY[${tests.join(', ')}] AS nulls FROM oracle_rows`,
    [...values],
  )
  return new Set((rows[0]?.nulls ?? []).flatMap((isNull, index) => (isNull ? [index] : [])))
}

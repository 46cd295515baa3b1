import { randomBytes } from 'node:crypto'
import { isServerError, type Connection } from '@savepoint/catalog'
import type { QueryToAnalyse } from './analyse.js'
import { analysisFailure, type AnalysisFailure } from './failure.js'
import { firstQuery, type FactsLoader } from './load-facts.js'
import type { TreeNode } from './node-tree.js'
import { statementShape } from './statement.js'

/** A query on its way through the server. */
export interface Work {
  query: QueryToAnalyse
  /** Of its prepared statement and its function. */
  name: string
  shape: ReturnType<typeof statementShape>
  parameterTypes: string[]
  tree?: TreeNode
  failure?: AnalysisFailure
}

const prefixOf = (name: string, types: readonly string[], hasResult: boolean): string =>
  `CREATE FUNCTION pg_temp.${name}(${types.join(', ')}) RETURNS ${hasResult ? 'SETOF record' : 'void'} LANGUAGE sql BEGIN ATOMIC\n`
// The line break matters: the query may end in a comment.
const suffix = '\n; END'

/** Runs in a transaction, or in a savepoint of an open one, and takes everything back. */
export async function inDiscardedTransaction<T>(connection: Connection, run: () => Promise<T>): Promise<T> {
  let nested = true
  try {
    await connection.query('SAVEPOINT sp_analyse')
  } catch (error) {
    if (!isServerError(error) || error.code !== '25P01') throw error
    nested = false
    await connection.query('BEGIN; SAVEPOINT sp_analyse')
  }
  try {
    return await run()
  } finally {
    await connection.query(nested ? 'ROLLBACK TO SAVEPOINT sp_analyse; RELEASE SAVEPOINT sp_analyse' : 'ROLLBACK')
  }
}

/** Names that nobody else uses: where several sessions share one backend, they share its statements too. */
export function createWork(queries: readonly QueryToAnalyse[]): Work[] {
  const token = randomBytes(6).toString('hex')
  return queries.map((query, index) => ({
    query,
    name: `sp_analyse_${token}_${index}`,
    shape: statementShape(query.text),
    parameterTypes: [],
  }))
}

/** Such a backend may also put something of its own before the name. */
const ownName = (name: string): string => name.slice(Math.max(0, name.indexOf('sp_analyse_')))
const tokenOf = (works: readonly Work[]): string => /^sp_analyse_[0-9a-f]+_/.exec(works[0]?.name ?? '')?.[0] ?? ''

/** Lets Postgres infer the parameter types, by PREPARE, which also gives error positions in the query itself. */
export async function describeParameters(connection: Connection, all: readonly Work[]): Promise<void> {
  const preparable = all.filter((work) => work.shape.preparable && work.shape.hasParameters)
  if (preparable.length === 0) return
  const text = (work: Work): string => `PREPARE ${work.name} AS ${work.query.text}\n`
  await runBatch(connection, preparable, text, (work) => `PREPARE ${work.name} AS `.length)
  const { rows } = await connection.query<{ name: string; types: string[] | null }>(
    `SELECT s.name, (
       SELECT pg_catalog.json_agg(u.t::pg_catalog.oid::pg_catalog.int8::pg_catalog.text ORDER BY u.o)
       FROM unnest(s.parameter_types) WITH ORDINALITY u(t, o)
     ) AS types
     FROM pg_catalog.pg_prepared_statements s WHERE pg_catalog.strpos(s.name, $1::text) > 0`,
    [tokenOf(preparable)],
  )
  const types = new Map(rows.map((row) => [ownName(row.name), row.types ?? []]))
  for (const work of preparable) work.parameterTypes = types.get(work.name) ?? []
  // Prepared statements outlive the rollback.
  if (rows.length > 0) await connection.query(rows.map((row) => `DEALLOCATE ${ownName(row.name)}`).join('; '))
}

/** Makes each query the body of a temporary function; `failure` says why one could not be. */
export async function createFunctions(connection: Connection, all: readonly Work[], facts: FactsLoader): Promise<void> {
  const creatable = all.filter((work) => work.shape.preparable && !work.failure)
  const prefix = (work: Work): string =>
    prefixOf(
      work.name,
      work.parameterTypes.map((oid) => facts.typeText(oid)),
      work.shape.hasResult,
    )
  await runBatch(
    connection,
    creatable,
    (work) => `${prefix(work)}${work.query.text}${suffix}`,
    (work) => prefix(work).length,
  )
}

/**
 * Runs one statement per query in as few round trips as the failures allow: all in one text, and halves of it after an error,
 * until each faulty query stands alone.
 */
async function runBatch(
  connection: Connection,
  works: readonly Work[],
  text: (work: Work) => string,
  prefixLength: (work: Work) => number,
): Promise<void> {
  if (works.length === 0) return
  // Apart, because a syntax error anywhere in a text keeps all of it from running.
  await connection.query('SAVEPOINT sp_batch')
  try {
    await connection.query(`${works.map(text).join(';\n')}; RELEASE SAVEPOINT sp_batch`)
    return
  } catch (error) {
    if (!isServerError(error)) throw error
    await connection.query('ROLLBACK TO SAVEPOINT sp_batch; RELEASE SAVEPOINT sp_batch')
    const [only] = works
    if (works.length === 1 && only) {
      const shift = await positionShift(connection, only, text, prefixLength)
      only.failure = analysisFailure(error, only.query.text, prefixLength(only) + shift)
      return
    }
  }
  // PREPARE is not undone by the rollback, so what the failed text prepared is in the way of the next try.
  const { rows } = await connection.query<{ name: string }>(
    `SELECT name FROM pg_catalog.pg_prepared_statements WHERE pg_catalog.strpos(name, $1::text) > 0`,
    [tokenOf(works)],
  )
  const names = new Set(works.map((work) => work.name))
  const stale = rows.map((row) => ownName(row.name)).filter((name) => names.has(name))
  if (stale.length > 0) await connection.query(stale.map((name) => `DEALLOCATE ${name}`).join('; '))
  const half = Math.ceil(works.length / 2)
  await runBatch(connection, works.slice(0, half), text, prefixLength)
  await runBatch(connection, works.slice(half), text, prefixLength)
}

const probe = 'SELECT sp_no_such_column'

/**
 * How far positions are off, because something between us and the server changes the text before the query: it may give statements
 * names of its own. Found out by a mistake whose place is known.
 */
async function positionShift(
  connection: Connection,
  work: Work,
  text: (work: Work) => string,
  prefixLength: (work: Work) => number,
): Promise<number> {
  await connection.query('SAVEPOINT sp_batch')
  try {
    await connection.query(text({ ...work, query: { text: probe } }))
    return 0
  } catch (error) {
    if (!isServerError(error)) throw error
    const position = Number(error.position)
    return Number.isNaN(position) ? 0 : position - 1 - prefixLength(work) - probe.indexOf('sp_')
  } finally {
    await connection.query('ROLLBACK TO SAVEPOINT sp_batch; RELEASE SAVEPOINT sp_batch')
  }
}

/** Gives each query the tree that the server stored of its function. */
export async function readTrees(connection: Connection, all: readonly Work[]): Promise<void> {
  const { rows } = await connection.query<{ name: string; body: string }>(
    `SELECT p.proname AS name, p.prosqlbody::pg_catalog.text AS body FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = pg_catalog.pg_my_temp_schema() AND pg_catalog.strpos(p.proname, $1::text) > 0`,
    [tokenOf(all)],
  )
  const bodies = new Map(rows.map((row) => [row.name, row.body]))
  for (const work of all) {
    const body = bodies.get(work.name)
    const tree = body === undefined ? undefined : firstQuery(body)
    if (tree) work.tree = tree
  }
}

import type { Connection } from '@savepoint/catalog'
import type { JsonShape } from '../values/json-shape.js'
import type { ValueType } from '../values/value-type.js'
import { isCall, resolveCall } from './call.js'
import type { AnalysisFailure } from './failure.js'
import { createFunctions, createWork, describeParameters, inDiscardedTransaction, readTrees } from './fetch-trees.js'
import { inferQuery } from './infer.js'
import { createFactsLoader, type FactsLoader } from './load-facts.js'
import { walk, type TreeNode } from './node-tree.js'
import { outputTypes, ownTypeOid } from './result-type.js'

export interface QueryToAnalyse {
  /** One statement with `$1 … $n`, without its final semicolon. */
  text: string
  /** Parameters that are nullable (true) or not (false) because someone said so, by number. */
  parameterNullability?: ReadonlyMap<number, boolean>
}

export interface AnalysedParameter {
  /** Domains are kept. */
  type: ValueType
  nullable: boolean
  /** The column that it is written to or compared with. */
  column?: ColumnOrigin
  /** `limit` or `offset`, for a name where there is no column. */
  hint?: string
}

export interface AnalysedColumn {
  name: string
  type: ValueType
  nullable: boolean
  /** Of an array that the query makes: none of its elements is NULL. */
  elementsNotNull?: boolean
  /** The table column that it shows unchanged, through subqueries and views. */
  origin?: ColumnOrigin
  /** For json and jsonb that the query builds. */
  json?: JsonShape
  /** Comment of the column behind it. */
  comment?: string
  /** For an expression that Postgres names after its function: the column that it shows, as in `coalesce(bio, '')`. */
  shownColumn?: string
  /** Name in FROM of the table or subquery that it comes from unchanged. */
  range?: string
  /** The row that it comes from can be missing: an outer join. */
  rowMayBeMissing?: boolean
  /** Not null in every row that is not missing. */
  notNullWhenPresent?: boolean
}

export interface ColumnOrigin {
  schema: string
  table: string
  column: string
}

export interface AnalysedQuery {
  kind: 'analysed'
  /** By number, from `$1`. */
  parameters: AnalysedParameter[]
  /** Absent for statements without a result. */
  columns?: AnalysedColumn[]
  /** Of UNION, INTERSECT and EXCEPT: the columns of each SELECT as it is written, from left to right. */
  branches?: Pick<AnalysedColumn, 'name' | 'range'>[][]
  /** Whether at most one row can come, whatever the data: LIMIT 1, an aggregate, a unique key compared with constants. */
  atMostOneRow: boolean
  /** `relation public.users`, `function public.f`, `type public.role`: what to look at when deciding to analyse again. */
  dependencies: string[]
}

export type AnalysisResult = AnalysedQuery | AnalysisFailure

export interface AnalyseOptions {
  /** Facts of the same schema state, to be shared between calls. */
  facts?: FactsLoader
  /** `search_path` under which the queries will run: `"$user", public` on most servers. @default that of the connection */
  searchPath?: string
}

/**
 * Types queries by reading the tree that Postgres itself analysed: each becomes the body of a temporary function, whose stored tree
 * is read before everything is rolled back. Nothing is executed or planned. One transaction serves all queries; inside an open
 * transaction a savepoint does.
 *
 * @param connection one session. Without values it must take several statements in one text, as `pg` does
 * @returns one answer per query, in order; a query that Postgres refuses gives a failure, not an exception
 * @throws whatever the connection throws when it is lost
 */
export async function analyseQueries(
  connection: Connection,
  queries: readonly QueryToAnalyse[],
  options: AnalyseOptions = {},
): Promise<AnalysisResult[]> {
  if (queries.length === 0) return []
  const facts = options.facts ?? createFactsLoader(connection)
  return inDiscardedTransaction(connection, async () => {
    if (options.searchPath !== undefined)
      await connection.query(`SELECT pg_catalog.set_config('search_path', $1::text, true)`, [options.searchPath])
    const work = createWork(queries)
    await describeParameters(connection, work)
    await facts.loadTypes(work.flatMap((each) => each.parameterTypes))
    await createFunctions(connection, work, facts)
    await readTrees(connection, work)
    const trees = work.flatMap((each) => (each.tree ? [each.tree] : []))
    await facts.loadFor(trees)
    await facts.loadTypes(typesIn(trees, facts))
    const results: AnalysisResult[] = []
    for (const each of work) {
      if (each.failure) results.push(each.failure)
      else if (each.tree) results.push(inferQuery(each.tree, each, facts))
      else if (isCall(each.query.text)) results.push(await resolveCall(connection, each.query, facts))
      else results.push({ kind: 'analysed', parameters: [], atMostOneRow: true, dependencies: [] })
    }
    return results
  })
}

function typesIn(trees: readonly TreeNode[], facts: FactsLoader): Set<string> {
  const types = new Set<string>()
  for (const tree of trees) for (const type of outputTypes(tree)) types.add(type.oid)
  const views = [...facts.relations.values()].flatMap((relation) => (relation.query ? [relation.query] : []))
  walk([...trees, ...views], (node) => {
    const oid = ownTypeOid(node)
    if (oid !== undefined) types.add(oid)
  })
  for (const relation of facts.relations.values())
    for (const column of relation.columns.values()) types.add(column.type)
  return types
}

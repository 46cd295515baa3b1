import { randomBytes } from 'node:crypto'
import type { Connection } from '@savepoint/catalog'
import type { JsonShape } from '../values/json-shape.js'
import type { ValueType } from '../values/value-type.js'
import { isCall, resolveCall } from './call.js'
import { queryDependencies } from './dependencies.js'
import type { RelationFacts } from './facts.js'
import { analysisFailure, isServerError, type AnalysisFailure } from './failure.js'
import { outputShape } from './json-shape.js'
import { isNeverNull } from './expression.js'
import { RANGE_TABLE, rangeTableEntry, type Analysis, type Level } from './level.js'
import { createFactsLoader, firstQuery, type FactsLoader } from './load-facts.js'
import {
  isNode,
  listField,
  nodeField,
  nodesField,
  numberField,
  oidField,
  textField,
  walk,
  type TreeNode,
} from './node-tree.js'
import { baseColumn, parameterUses, type ParameterUse } from './parameters.js'
import { rootLevel } from './open-level.js'
import { withProof } from './proofs.js'
import { outputEntries, outputIsNotNull } from './range-table.js'
import { outputTypes, ownTypeOid } from './result-type.js'
import { givesAtMostOneRow } from './row-bound.js'
import { statementShape } from './statement.js'

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

const prefixOf = (name: string, types: readonly string[], hasResult: boolean): string =>
  `CREATE FUNCTION pg_temp.${name}(${types.join(', ')}) RETURNS ${hasResult ? 'SETOF record' : 'void'} LANGUAGE sql BEGIN ATOMIC\n`
// The line break matters: the query may end in a comment.
const suffix = '\n; END'

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

interface Work {
  query: QueryToAnalyse
  /** Of its prepared statement and its function. */
  name: string
  shape: ReturnType<typeof statementShape>
  parameterTypes: string[]
  tree?: TreeNode
  failure?: AnalysisFailure
}

async function inDiscardedTransaction<T>(connection: Connection, run: () => Promise<T>): Promise<T> {
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
function createWork(queries: readonly QueryToAnalyse[]): Work[] {
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
async function describeParameters(connection: Connection, all: readonly Work[]): Promise<void> {
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

async function createFunctions(connection: Connection, all: readonly Work[], facts: FactsLoader): Promise<void> {
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

async function readTrees(connection: Connection, all: readonly Work[]): Promise<void> {
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

function typesIn(trees: readonly TreeNode[], facts: FactsLoader): Set<string> {
  const types = new Set<string>()
  for (const tree of trees) for (const type of outputTypes(tree)) types.add(type.oid)
  const views = [...facts.relations.values()].flatMap((relation) => (relation.query ? [relation.query] : []))
  for (const node of walk([...trees, ...views])) {
    const oid = ownTypeOid(node)
    if (oid !== undefined) types.add(oid)
  }
  for (const relation of facts.relations.values())
    for (const column of relation.columns.values()) types.add(column.type)
  return types
}

/** @param parameterNullable whether `$n` may be NULL */
export function createAnalysis(facts: FactsLoader, parameterNullable: Analysis['parameterNullable']): Analysis {
  return {
    facts,
    isNeverNull,
    outputIsNotNull,
    parameterNullable,
    levels: { current: new WeakMap(), stored: new WeakMap() },
    viewColumns: new Map(),
    open: new Set(),
    budget: 2_000_000,
  }
}

function inferQuery(tree: TreeNode, work: Work, facts: FactsLoader): AnalysedQuery {
  const uses = parameterUses(tree, facts)
  const said = work.query.parameterNullability
  const parameters = work.parameterTypes.map((oid, index): AnalysedParameter => {
    const use = uses.get(index + 1)
    const column = use?.column && origin(use.column, facts)
    return {
      type: facts.valueType(oid),
      nullable: said?.get(index + 1) ?? parameterNullable(use),
      ...(column && { column: column.place }),
      ...(use?.hint !== undefined && { hint: use.hint }),
    }
  })
  const analysis = createAnalysis(facts, (number) => parameters[number - 1]?.nullable ?? true)
  const level = rootLevel(analysis, tree, false)
  const entries = outputEntries(tree)
  const types = outputTypes(tree)
  const columns = entries.map((entry, index) => outputColumn(entry, index, types[index], level, facts))
  return {
    kind: 'analysed',
    parameters,
    ...(work.shape.hasResult && { columns }),
    atMostOneRow: work.shape.hasResult ? givesAtMostOneRow(tree, facts) : true,
    dependencies: queryDependencies(tree, facts),
  }
}

/** Null where it means something and nowhere is refused. */
function parameterNullable(use: ParameterUse | undefined): boolean {
  return use !== undefined && use.allowsNull && !use.forbidsNull
}

function outputColumn(
  entry: TreeNode,
  index: number,
  type: { oid: string; isElementOfResult: boolean } | undefined,
  level: Level,
  facts: FactsLoader,
): AnalysedColumn {
  const base: ValueType = type ? facts.valueType(type.oid) : { kind: 'base', name: 'unknown' }
  const value: ValueType = type?.isElementOfResult ? { kind: 'array', element: base } : base
  const table = facts.relations.get(oidField(entry, 'resorigtbl'))
  const source = table && origin({ relation: table, number: numberField(entry, 'resorigcol') }, facts)
  const isJson =
    value.kind === 'base' && value.schema === undefined && (value.name === 'json' || value.name === 'jsonb')
  const shape = isJson ? outputShape(level, index, facts) : undefined
  return {
    name: textField(entry, 'resname') ?? '?column?',
    type: value,
    nullable: !outputIsNotNull(level, index),
    ...(source && { origin: source.place, ...(source.comment !== undefined && { comment: source.comment }) }),
    ...(shape && shape.kind !== 'unknown' && { json: shape }),
    ...shownColumnOf(entry, level),
    ...rangeOf(entry, level),
  }
}

function shownColumnOf(entry: TreeNode, level: Level): { shownColumn?: string } {
  const expression = nodeField(entry, 'expr')
  if (expression?.tag !== 'COALESCEEXPR') return {}
  const variable = nodesField(expression, 'args').find(
    (arg) => arg.tag === 'VAR' && numberField(arg, 'varlevelsup') === 0,
  )
  const from = variable && rangeTableEntry(level, numberField(variable, 'varno'))
  const names = from && nodeField(from, 'eref')
  const name = names && listField(names, 'colnames')[numberField(variable, 'varattno') - 1]
  return typeof name === 'string' ? { shownColumn: name } : {}
}

/** What the row behind a plain column does, for embedded rows and for writing stars out. */
function rangeOf(
  entry: TreeNode,
  level: Level,
): Pick<AnalysedColumn, 'range' | 'rowMayBeMissing' | 'notNullWhenPresent'> {
  const variable = ungrouped(entry, level)
  if (!variable) return {}
  const varno = numberField(variable, 'varno')
  const from = rangeTableEntry(level, varno)
  const name = from && nodeField(from, 'eref')
  const range = name && textField(name, 'aliasname')
  const nulling = level.nulling.get(varno) ?? new Set<string>()
  const present = { proven: new Set<string>(), dead: nulling }
  const isWritten = varno === numberField(level.query, 'resultRelation')
  return {
    // A join without an alias has no name that SQL could use.
    ...(range !== undefined && range !== 'unnamed_join' && { range }),
    rowMayBeMissing: [...nulling].some((key) => !level.dead.has(key)),
    notNullWhenPresent: isWritten
      ? isOutputNotNull(entry, level)
      : withProof(level, present, () => isNeverNull(variable, level)),
  }
}

function isOutputNotNull(entry: TreeNode, level: Level): boolean {
  return outputIsNotNull(level, outputEntries(level.query).indexOf(entry))
}

/** The Var behind an output column, through the group entry that 18 puts in between. */
function ungrouped(entry: TreeNode, level: Level): TreeNode | undefined {
  let expression = nodeField(entry, 'expr')
  if (expression?.tag !== 'VAR') return undefined
  const from = rangeTableEntry(level, numberField(expression, 'varno'))
  if (from && numberField(from, 'rtekind') === RANGE_TABLE.group) {
    const grouped = listField(from, 'groupexprs')[numberField(expression, 'varattno') - 1]
    expression = isNode(grouped) ? grouped : undefined
  }
  return expression?.tag === 'VAR' && numberField(expression, 'varlevelsup') === 0 ? expression : undefined
}

function origin(
  column: { relation: RelationFacts; number: number },
  facts: FactsLoader,
): { place: ColumnOrigin; comment?: string } | undefined {
  const own = column.relation.columns.get(column.number)
  if (!own) return undefined
  const base = baseColumn(column.relation, column.number, facts)
  const behind = base && origin(base, facts)
  const comment = own.comment ?? behind?.comment
  const place = behind?.place ?? { schema: column.relation.schema, table: column.relation.name, column: own.name }
  return { place, ...(comment !== undefined && { comment }) }
}

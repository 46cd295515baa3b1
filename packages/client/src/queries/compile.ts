import {
  analyseQueries,
  type AnalysedColumn,
  type AnalysedQuery,
  type AnalysisResult,
  type QueryToAnalyse,
} from '../analyse/analyse.js'
import type { Connection } from '@savepoint/catalog'
import type { AnalysisFailure } from '../analyse/failure.js'
import { createFactsLoader } from '../analyse/load-facts.js'
import { camelCaseKey } from '../runtime/camel-case.js'
import type { ValueType } from '../values/value-type.js'
import {
  expansionEdits,
  markerEdits,
  plainEdits,
  readMarkers,
  resolveEmbeds,
  starItems,
  type MarkedColumns,
  type StarItem,
} from './columns.js'
import { castOf } from './cast.js'
import type { Problem } from './diagnostics.js'
import type { Edit } from './edits.js'
import type { StatementMarks } from './macros.js'
import type { CompiledColumn, CompiledParameter, CompiledQuery } from './model.js'
import { mergeParameters } from './parameters.js'
import { copySql, dynamicSql } from './pieces.js'
import type { PreparedQuery } from './prepare.js'
import { listVariants, positionalName, renderVariant, type Variant, type VariantText } from './variants.js'

export interface CompileOptions {
  /** As in `AnalyseOptions`. */
  searchPath?: string
  /** @default 'database' */
  columnNames?: 'database' | 'camelCase'
}

/** What became of a query. Offsets are of the statement's text; absent: the query's name. */
export interface CompileOutcome {
  /** Absent after an error. */
  compiled?: Omit<CompiledQuery, 'exportName' | 'typeName' | 'line' | 'column'>
  dependencies: string[]
  problems: (Problem & { offset?: number })[]
}

interface Work {
  prepared: PreparedQuery
  variants: Variant[]
  stars: StarItem[]
  marked: VariantText[]
  plain: VariantText[]
}

/**
 * Analyses queries on a database and puts together what the emitters need.
 * @param connection one session on a database with the schema; nothing is executed and everything rolled back
 */
export async function compileQueries(
  connection: Connection,
  queries: readonly PreparedQuery[],
  options: CompileOptions = {},
): Promise<CompileOutcome[]> {
  const facts = createFactsLoader(connection)
  const works = queries.map(workOf)
  const analyse = async (list: readonly QueryToAnalyse[]): Promise<AnalysisResult[]> =>
    analyseQueries(connection, list, {
      facts,
      ...(options.searchPath !== undefined && { searchPath: options.searchPath }),
    })

  const first = await analyse(
    works.flatMap((work) => (work.stars.length > 0 ? work.marked : work.plain).map((text) => toAnalyse(work, text))),
  )
  const firstResults = deal(works, first, (work) => work.variants.length)
  // Markers can be in the way (GROUP BY 1); such a query is read without them, and its stars stay.
  const unmarkable = works.filter(
    (work, index) => work.stars.length > 0 && firstResults[index]?.some((result) => result.kind === 'failed'),
  )
  const expansions = new Map<Work, { marked: MarkedColumns; edits: Edit[] }>()
  works.forEach((work, index) => {
    const [result] = firstResults[index] ?? []
    if (work.stars.length === 0 || unmarkable.includes(work) || result?.kind !== 'analysed') return
    const marked = readMarkers(result.columns ?? [])
    const edits = expansionEdits(work.stars, marked)
    if (edits) expansions.set(work, { marked, edits })
  })
  const secondTexts = (work: Work): VariantText[] => {
    if (unmarkable.includes(work)) return work.plain
    const expansion = expansions.get(work)
    const { query, marks, order } = work.prepared
    return expansion ? work.variants.map((variant) => renderVariant(query, marks, variant, order, expansion.edits)) : []
  }
  const second = await analyse(works.flatMap((work) => secondTexts(work).map((text) => toAnalyse(work, text))))
  const secondResults = deal(works, second, (work) => secondTexts(work).length)

  return works.map((work, index) => {
    const own = firstResults[index] ?? []
    if (unmarkable.includes(work))
      return finish(work, secondResults[index] ?? [], undefined, plainEdits(work.stars), options)
    const expansion = expansions.get(work)
    const proven =
      expansion &&
      (secondResults[index] ?? []).every(
        (result) => result.kind === 'analysed' && sameColumns(result, expansion.marked),
      )
    const marked =
      expansion?.marked ??
      (work.stars.length > 0 && own[0]?.kind === 'analysed' ? readMarkers(own[0].columns ?? []) : undefined)
    const results = work.stars.length > 0 ? own.map(withoutMarkers) : own
    return finish(work, results, marked, proven ? expansion.edits : plainEdits(work.stars), options)
  })
}

function workOf(prepared: PreparedQuery): Work {
  const { query, marks, order, keys, selectList } = prepared
  const stars = starItems(query.text, selectList, marks.embeds)
  const variants = listVariants(keys, order)
  return {
    prepared,
    variants,
    stars,
    marked: variants.map((variant) => renderVariant(query, marks, variant, order, markerEdits(stars))),
    plain: variants.map((variant) => renderVariant(query, marks, variant, order, plainEdits(stars))),
  }
}

function toAnalyse(work: Work, text: VariantText): QueryToAnalyse {
  const said = new Map<number, boolean>()
  text.parameters.forEach((name, index) => {
    if (work.prepared.marks.parameters.some((mark) => mark.name === name && mark.kind === 'narg'))
      said.set(index + 1, true)
  })
  return { text: text.text, parameterNullability: said }
}

function deal<T, R>(items: readonly T[], results: readonly R[], count: (item: T) => number): R[][] {
  let start = 0
  return items.map((item) => results.slice(start, (start += count(item))))
}

function withoutMarkers(result: AnalysisResult): AnalysisResult {
  return result.kind === 'analysed' && result.columns
    ? { ...result, columns: readMarkers(result.columns).columns }
    : result
}

function sameColumns(result: AnalysedQuery, marked: MarkedColumns): boolean {
  const { columns = [] } = result
  return (
    columns.length === marked.columns.length &&
    columns.every((column, index) => {
      const other = marked.columns[index]
      return (
        other?.name === column.name &&
        other.nullable === column.nullable &&
        JSON.stringify(other.type) === JSON.stringify(column.type)
      )
    })
  )
}

function finish(
  work: Work,
  results: readonly AnalysisResult[],
  marked: MarkedColumns | undefined,
  edits: readonly Edit[],
  options: CompileOptions,
): CompileOutcome {
  const { query, marks, order, keys } = work.prepared
  const problems: CompileOutcome['problems'] = []
  const failedAt = results.findIndex((result) => result.kind === 'failed')
  const failure = results[failedAt]
  if (failure?.kind === 'failed') return { dependencies: [], problems: [failureProblem(failure, work, failedAt)] }
  const analysed = results.filter((result) => result.kind === 'analysed')
  const [base] = analysed
  if (!base) return { dependencies: [], problems }
  if (marks.embeds.length > 0 && (!marked || work.stars.filter((star) => star.embed).length < marks.embeds.length))
    problems.push({
      code: 'SP6009',
      message: `embed() in ${query.name} does not stand in the list of an outermost SELECT or RETURNING`,
      fix: 'select the columns of the table one by one',
      ...(marks.embeds[0] && { offset: marks.embeds[0].start }),
    })
  const parameters = mergeParameters(work.prepared, work.variants, work.plain, analysed, options)
  const { embeds, embedOfStar } = marked
    ? resolveEmbeds(work.stars, marked)
    : { embeds: [], embedOfStar: new Map<number, number>() }
  const columns = base.columns && mergeColumns(work, analysed, marked, embedOfStar, embeds, problems, options)
  if (query.command === 'one' && !analysed.every((result) => result.atMostOneRow))
    problems.push({
      code: 'SP6010',
      severity: 'warning',
      message: `nothing bounds ${query.name} to one row; :one takes the first`,
      fix: 'compare a unique key, or add LIMIT 1',
    })
  if (problems.some((problem) => problem.severity !== 'warning')) return { dependencies: [], problems }
  const context = { prepared: work.prepared, parameters: parameters.byName, types: parameters.types, edits }
  const isDynamic = keys.length > 0 || order !== undefined
  const sql =
    query.command === 'copyfrom' ? copySql(context) : isDynamic ? dynamicSql(context) : staticSql(work, context)
  if (!sql) {
    problems.push({
      code: 'SP6006',
      message: `query ${query.name} is :copyfrom and has not one row of VALUES`,
      fix: 'write INSERT INTO t (…) VALUES (…), or use :batchexec',
    })
    return { dependencies: [], problems }
  }
  return {
    compiled: {
      name: query.name,
      command: query.command,
      documentation: query.documentation,
      ...(query.flags.some((flag) => flag.name === 'columns') && { listsColumns: true }),
      parameters: parameters.list,
      ...(columns && query.command !== 'exec' && query.command !== 'execrows' && { columns }),
      embeds:
        options.columnNames === 'camelCase'
          ? embeds.map((embed) => ({ ...embed, name: camelCaseKey(embed.name) }))
          : embeds,
      sql,
    },
    dependencies: [...new Set(analysed.flatMap((result) => result.dependencies))].sort(),
    problems,
  }
}

function staticSql(
  work: Work,
  context: { parameters: ReadonlyMap<string, number>; types: ReadonlyMap<string, ValueType>; edits: readonly Edit[] },
): CompiledQuery['sql'] | undefined {
  const { query, marks, order } = work.prepared
  const [variant] = work.variants
  if (!variant) return undefined
  const text = renderVariant(
    query,
    marks,
    variant,
    order,
    context.edits,
    (placeholder, name) => placeholder + castOf(context.types.get(name)),
  )
  return { kind: 'static', text: text.text, order: text.parameters.map((name) => context.parameters.get(name) ?? 0) }
}

function mergeColumns(
  work: Work,
  analysed: readonly AnalysedQuery[],
  marked: MarkedColumns | undefined,
  embedOfStar: ReadonlyMap<number, number>,
  embeds: CompiledQuery['embeds'],
  problems: CompileOutcome['problems'],
  options: CompileOptions,
): CompiledColumn[] {
  const { query, overrides } = work.prepared
  const used = new Map<string, number>()
  const pending = new Map(overrides)
  const repeated: string[] = []
  const columns = (analysed[0]?.columns ?? []).map((column, index): CompiledColumn => {
    const everywhere = analysed.flatMap((result): AnalysedColumn[] => result.columns?.slice(index, index + 1) ?? [])
    const star = marked?.stars[index]
    const embed = star === undefined ? undefined : embedOfStar.get(star)
    const inMissing = embed !== undefined && embeds[embed]?.nullable === true
    const inferred = everywhere.some((each) => (inMissing ? each.notNullWhenPresent !== true : each.nullable))
    const suffix = column.name === '?column?' ? null : /^(.+)([!?])$/.exec(column.name)
    const written = suffix?.[1] ?? columnName(column, index, query.text)
    const path = embed === undefined ? written : `${embeds[embed]?.name}.${written}`
    const override = pending.get(path)
    pending.delete(path)
    const promised = override ? !override.nullable : suffix ? suffix[2] === '!' : undefined
    const nullable = promised === undefined ? inferred : !promised
    const scope = `${embed ?? ''}\0${written}`
    const count = (used.get(scope) ?? 0) + 1
    used.set(scope, count)
    if (count === 2) repeated.push(written)
    const name = count === 1 ? written : `${written}_${count}`
    return {
      name: options.columnNames === 'camelCase' ? camelCaseKey(name) : name,
      type: column.type,
      nullable,
      checked: !nullable && inferred,
      ...(embed !== undefined && { embed }),
      ...(column.json && { json: column.json }),
      ...(column.comment !== undefined && { comment: column.comment }),
      ...(column.origin && { origin: column.origin }),
    }
  })
  for (const name of repeated)
    problems.push({
      code: 'SP6011',
      severity: 'warning',
      message: `query ${query.name} returns several columns "${name}"; the others are named ${name}_2 and so on`,
      fix: 'give them aliases',
    })
  for (const [path, { offset }] of pending)
    problems.push({
      code: 'SP6013',
      message: `query ${query.name} overrides "${path}", which is no column of its result`,
      fix: `it has ${columns.map((column) => column.name).join(', ') || 'none'}`,
      offset: offset - query.offset,
    })
  if (options.columnNames === 'camelCase') reportCamelCollisions(columns, query.name, problems)
  return columns
}

/** As sqlc names them: `column_1` for an expression, and `coalesce(bio, '')` without an alias after its column. */
function columnName(column: AnalysedColumn, index: number, text: string): string {
  if (column.name === '?column?') return `column_${index + 1}`
  const isUnaliased = column.name === 'coalesce' && !/\bas\s+"?coalesce\b/i.test(text)
  return isUnaliased && column.shownColumn !== undefined ? column.shownColumn : column.name
}

function reportCamelCollisions(
  columns: readonly CompiledColumn[],
  query: string,
  problems: CompileOutcome['problems'],
): void {
  const seen = new Set<string>()
  for (const { name, embed } of columns) {
    const key = `${embed ?? ''}\0${name}`
    if (seen.has(key))
      problems.push({
        code: 'SP6005',
        message: `two columns of ${query} become "${name}" in camelCase`,
        fix: 'give one of them an alias',
      })
    seen.add(key)
  }
}

function failureProblem(failure: AnalysisFailure, work: Work, variant: number): Problem & { offset?: number } {
  const { query, marks } = work.prepared
  const text = work.plain[variant]
  const offset =
    failure.offset === undefined ? untypedParameter(failure, text, marks) : text?.toOriginal(failure.offset)
  const isUtility = failure.sqlstate === '0A000' && failure.message.includes('unquoted SQL function body')
  return {
    code: isUtility ? 'SP6008' : 'SP6003',
    message: `query ${query.name}: ${failure.message}`,
    ...((failure.detail ?? failure.hint) !== undefined && {
      why: [failure.detail, failure.hint].filter((part) => part !== undefined).join(' '),
    }),
    ...fixOf(failure),
    ...(offset !== undefined && { offset }),
  }
}

/** Postgres names the parameter that it cannot give a type, and not its place. */
function untypedParameter(
  failure: AnalysisFailure,
  text: VariantText | undefined,
  marks: StatementMarks,
): number | undefined {
  const number = failure.sqlstate === '42P18' ? /\$(\d+)/.exec(failure.message)?.[1] : undefined
  const name = number === undefined ? undefined : text?.parameters[Number(number) - 1]
  return marks.parameters.find((mark) => (mark.name ?? positionalName(mark.number ?? 0)) === name)?.start
}

function fixOf(failure: AnalysisFailure): { fix: string } | undefined {
  switch (failure.sqlstate) {
    case '42P18':
      return { fix: 'say the type of the parameter: @name::integer' }
    case '42P01':
      return { fix: 'add the table to a schema file; temporary tables are not known here' }
    case '42703':
      return { fix: 'use a column that the schema files define' }
    case '42883':
      return { fix: 'cast the arguments, or define the function in a schema file' }
    default:
      return undefined
  }
}

export type { CompiledParameter }

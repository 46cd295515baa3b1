import { analyseQueries, type AnalysedQuery, type AnalysisResult, type QueryToAnalyse } from '../analyse/analyse.js'
import type { Connection } from '@savepoint/catalog'
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
import type { CompiledQuery } from './model.js'
import { failureProblem } from './failure-problem.js'
import { mergeColumns } from './merge-columns.js'
import { mergeParameters } from './parameters.js'
import { copySql, dynamicSql } from './pieces.js'
import type { PreparedQuery } from './prepare.js'
import { listVariants, renderVariant, type Variant, type VariantText } from './variants.js'

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
  /** Parameters that may be null in some variants, and so in all. */
  mixed: ReadonlySet<string>
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

  const firstTexts = (work: Work): VariantText[] => (work.stars.length > 0 ? work.marked : work.plain)
  const analyseFirst = async (list: readonly Work[]): Promise<AnalysisResult[][]> => {
    const results = await analyse(list.flatMap((work) => firstTexts(work).map((text) => toAnalyse(work, text))))
    return deal(list, results, (work) => work.variants.length)
  }
  const firstResults = await analyseFirst(works)
  works.forEach((work, index) => {
    work.mixed = mixedNullability(firstTexts(work), firstResults[index] ?? [])
  })
  // What may be null under one condition is passed as null under the others too, and shows in their results.
  const mixed = works.filter((work) => work.mixed.size > 0)
  const mixedResults = await analyseFirst(mixed)
  for (const [index, work] of mixed.entries()) firstResults[works.indexOf(work)] = mixedResults[index] ?? []
  // Markers can be in the way (GROUP BY 1); such a query is read without them, and its stars stay.
  const unmarkable = works.filter(
    (work, index) => work.stars.length > 0 && firstResults[index]?.some((result) => result.kind === 'failed'),
  )
  const expansions = new Map<Work, { marked: MarkedColumns; edits: Edit[] }>()
  works.forEach((work, index) => {
    const [result] = firstResults[index] ?? []
    if (work.stars.length === 0 || unmarkable.includes(work) || result?.kind !== 'analysed') return
    const marked = readMarkers(result.columns ?? [])
    const edits = expansionEdits(work.stars, marked, work.prepared.selectList, result.branches)
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
    mixed: new Set(),
  }
}

function toAnalyse(work: Work, text: VariantText): QueryToAnalyse {
  const said = new Map<number, boolean>()
  text.parameters.forEach((name, index) => {
    if (
      work.mixed.has(name) ||
      work.prepared.marks.parameters.some((mark) => mark.name === name && mark.kind === 'narg')
    )
      said.set(index + 1, true)
  })
  return { text: text.text, parameterNullability: said }
}

function mixedNullability(texts: readonly VariantText[], results: readonly AnalysisResult[]): Set<string> {
  const answers = new Map<string, Set<boolean>>()
  results.forEach((result, variant) => {
    if (result.kind !== 'analysed') return
    texts[variant]?.parameters.forEach((name, index) => {
      const known = answers.get(name) ?? new Set()
      answers.set(name, known.add(result.parameters[index]?.nullable ?? false))
    })
  })
  return new Set([...answers].flatMap(([name, nullable]) => (nullable.size > 1 ? [name] : [])))
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
  if (failure?.kind === 'failed')
    return { dependencies: [], problems: [failureProblem(failure, work.prepared, work.plain[failedAt])] }
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
  const parameters = mergeParameters(work.prepared, work.variants, work.plain, analysed, problems, options)
  const { embeds, embedOfStar } = marked
    ? resolveEmbeds(work.stars, marked)
    : { embeds: [], embedOfStar: new Map<number, number>() }
  const columns = base.columns && mergeColumns(work.prepared, analysed, marked, embedOfStar, embeds, problems, options)
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

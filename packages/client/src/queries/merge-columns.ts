import type { AnalysedColumn, AnalysedQuery } from '../analyse/analyse.js'
import { camelCaseKey } from '../runtime/camel-case.js'
import type { JsonShape } from '../values/json-shape.js'
import type { MarkedColumns } from './columns.js'
import type { CompileOptions, CompileOutcome } from './compile.js'
import type { CompiledColumn, CompiledQuery } from './model.js'
import type { PreparedQuery } from './prepare.js'

/**
 * The columns of a query's result, of all its variants together: null where any of them can be null. Promises, names that stand
 * twice and overrides without a column are reported in `problems`.
 */
export function mergeColumns(
  prepared: PreparedQuery,
  analysed: readonly AnalysedQuery[],
  marked: MarkedColumns | undefined,
  embedOfStar: ReadonlyMap<number, number>,
  embeds: CompiledQuery['embeds'],
  problems: CompileOutcome['problems'],
  options: Pick<CompileOptions, 'columnNames'>,
): CompiledColumn[] {
  const { query, overrides } = prepared
  const changing = analysed.slice(1).some((result) => !sameShape(analysed[0], result))
  if (changing)
    problems.push({
      code: 'SP6009',
      message: `the optional parts of ${query.name} change the columns of its result`,
      fix: 'keep @if out of the list of columns, or write two queries',
      ...(prepared.marks.fragments[0] && { offset: prepared.marks.fragments[0].start }),
    })
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
      ...(everywhere.every((each) => each.elementsNotNull) && { elementsNotNull: true }),
      ...(embed !== undefined && { embed }),
      ...jsonOf(everywhere),
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

function sameShape(first: AnalysedQuery | undefined, second: AnalysedQuery): boolean {
  const shape = (result: AnalysedQuery | undefined): string =>
    JSON.stringify(result?.columns?.map(({ name, type }) => [name, type]))
  return shape(first) === shape(second)
}

/** What JSON is under one condition and not under another is both. */
function jsonOf(everywhere: readonly AnalysedColumn[]): { json?: JsonShape } {
  const shapes = new Map(everywhere.map(({ json }) => [JSON.stringify(json), json]))
  const [first] = shapes.values()
  if (shapes.size < 2) return first ? { json: first } : {}
  const known = [...shapes.values()].filter((shape) => shape !== undefined)
  return known.length === shapes.size ? { json: { kind: 'union', shapes: known } } : {}
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

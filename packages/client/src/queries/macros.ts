import { tokens, type Token } from '../sql/lexer.js'
import type { Problem } from './diagnostics.js'

/** A `$n`, `@x`, `sqlc.arg(x)` or `sqlc.narg(x)` in a statement. Offsets are of the statement. */
export interface ParameterMark {
  start: number
  end: number
  /** Absent for a bare `$n`. */
  name?: string
  /** Of a bare `$n`. */
  number?: number
  kind: 'positional' | 'arg' | 'narg' | 'slice'
  /** What stands around the placeholder: `IN (sqlc.slice(x))` becomes `= ANY ($1)`. */
  around?: readonly [before: string, after: string]
}

export interface EmbedMark {
  start: number
  end: number
  /** Name of the table or its alias, quotes removed: the property of the row. */
  table: string
  /** As it stands in SQL, with its schema when one is written. */
  sql: string
}

/** A part that is only there when its key is given: from `-- @if key` to `-- @end`. */
export interface Fragment {
  start: number
  end: number
  key: string
}

export interface StatementMarks {
  parameters: ParameterMark[]
  embeds: EmbedMark[]
  fragments: Fragment[]
  problems: (Problem & { offset: number })[]
}

const prefixes = new Set(['sqlc', 'savepoint'])
const macros = new Set(['arg', 'narg', 'slice', 'embed'])
/** What may stand directly before `@name` without a space; `<@` and `@@` are operators of their own. */
const splittableRE = /^(?:=|<=|>=|<>|!=|>|\+|-|\*|\/|%|\|\||~|~\*|!~|!~\*|~~|!~~|->|->>|&&)@$/

/** Finds parameters and macros by the lexer, so that nothing in a string or comment is taken for one. */
export function readMarks(text: string): StatementMarks {
  const marks: StatementMarks = { parameters: [], embeds: [], fragments: [], problems: [] }
  const list = [...tokens(text)]
  const significant = list.filter((token) => token.kind !== 'space' && token.kind !== 'comment')
  const part = (token: Token | undefined): string => (token ? text.slice(token.start, token.end) : '')
  for (let index = 0; index < significant.length; index++) {
    const token = significant[index]
    if (!token) continue
    if (token.kind === 'parameter') {
      const number = Number(part(token).slice(1))
      if (number > 0) marks.parameters.push({ start: token.start, end: token.end, number, kind: 'positional' })
    } else if (token.kind === 'operator' && part(token).endsWith('@')) {
      const next = significant[index + 1]
      if (next?.kind !== 'word' || next.start !== token.end) continue
      if (part(token) !== '@' && !splittableRE.test(part(token))) continue
      marks.parameters.push({ start: token.end - 1, end: next.end, name: part(next), kind: 'arg' })
      index++
    } else if (
      token.kind === 'word' &&
      prefixes.has(part(token).toLowerCase()) &&
      part(significant[index + 1]) === '.'
    ) {
      index = readMacro(text, significant, index, marks)
    }
  }
  readFragments(text, list, marks)
  return marks
}

/** @returns the index of the macro's last token */
function readMacro(text: string, list: readonly Token[], index: number, marks: StatementMarks): number {
  const part = (at: number): string => {
    const token = list[at]
    return token ? text.slice(token.start, token.end) : ''
  }
  const start = list[index]?.start ?? 0
  const name = part(index + 2).toLowerCase()
  if (part(index + 3) !== '(') return index
  const written = `${part(index)}.${part(index + 2)}`
  const fail = (message: string, fix: string): void => {
    marks.problems.push({ code: 'SP6009', message, fix, offset: start })
  }
  let close = index + 4
  for (let depth = 1; close < list.length; close++) {
    if (part(close) === '(') depth++
    if (part(close) === ')' && --depth === 0) break
  }
  const end = list[close]?.end ?? text.length
  if (!macros.has(name)) {
    fail(`${written} is not a macro`, `use one of ${[...macros].map((macro) => `${part(index)}.${macro}()`).join(' ')}`)
    return close
  }
  const argument = readArgument(text, list.slice(index + 4, close))
  if (argument === undefined) {
    fail(`${written} takes one name`, `write ${written}(name) or ${written}('name')`)
    return close
  }
  if (name === 'embed') marks.embeds.push(embedMark(text, start, end, list.slice(index + 4, close), argument))
  else if (name === 'slice')
    marks.parameters.push(sliceMark({ start, end, name: argument, kind: 'slice' }, index, close, list, part))
  else marks.parameters.push({ start, end, name: argument, kind: name === 'narg' ? 'narg' : 'arg' })
  return close
}

function embedMark(text: string, start: number, end: number, list: readonly Token[], argument: string): EmbedMark {
  const last = list.at(-1)
  // `embed('Order Lines')` is not SQL yet, everything else is.
  if (!last || last.kind === 'string')
    return { start, end, table: argument, sql: `"${argument.replaceAll('"', '""')}"` }
  const part = text.slice(last.start, last.end)
  const table = last.kind === 'quoted' ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()
  return { start, end, table, sql: list.map((token) => text.slice(token.start, token.end)).join('') }
}

/** A list as the only member of IN: Postgres compares with an array by ANY and ALL. */
function sliceMark(
  mark: ParameterMark,
  first: number,
  last: number,
  list: readonly Token[],
  part: (at: number) => string,
): ParameterMark {
  const opening = list[first - 2]
  const closing = list[last + 1]
  if (
    part(first - 1) !== '(' ||
    part(last + 1) !== ')' ||
    part(first - 2).toLowerCase() !== 'in' ||
    !opening ||
    !closing
  )
    return mark
  const negated = part(first - 3).toLowerCase() === 'not' ? list[first - 3] : undefined
  return {
    ...mark,
    start: (negated ?? opening).start,
    end: closing.end,
    around: [negated ? '<> ALL (' : '= ANY (', ')'],
  }
}

/** An identifier is folded to lower case and loses its dots, a string keeps its case. */
function readArgument(text: string, list: readonly Token[]): string | undefined {
  const parts = list.map((token) => text.slice(token.start, token.end))
  const [first] = list
  if (!first) return undefined
  if (list.length === 1 && first.kind === 'string' && parts[0]?.startsWith("'"))
    return parts[0].slice(1, -1).replaceAll("''", "'")
  let name = ''
  for (const [index, token] of list.entries()) {
    const part = parts[index] ?? ''
    if (index % 2 === 1 ? part !== '.' : token.kind !== 'word' && token.kind !== 'quoted') return undefined
    if (token.kind === 'word') name += part.toLowerCase()
    if (token.kind === 'quoted') name += part.slice(1, -1).replaceAll('""', '"')
  }
  return list.length % 2 === 1 ? name : undefined
}

const commentBody = (comment: string): string => comment.replace(/^--|^\/\*|\*\/$/g, '').trim()

/** Whether a comment is `-- @end`. */
export const endsFragment = (comment: string): boolean => commentBody(comment) === '@end'

function readFragments(text: string, list: readonly Token[], marks: StatementMarks): void {
  let open: { start: number; key: string } | undefined
  for (const token of list) {
    if (token.kind !== 'comment') continue
    const body = commentBody(text.slice(token.start, token.end))
    const begin = /^@if\s+(\S+)$/.exec(body)
    if (begin && open)
      marks.problems.push({
        code: 'SP6009',
        message: '@if inside @if',
        fix: 'close the first one with "-- @end"',
        offset: token.start,
      })
    else if (begin) open = { start: token.start, key: begin[1] ?? '' }
    else if (body === '@end') {
      if (open) marks.fragments.push({ ...open, end: token.end })
      else
        marks.problems.push({
          code: 'SP6009',
          message: '@end without @if',
          fix: 'put "-- @if name" before the optional lines',
          offset: token.start,
        })
      open = undefined
    }
  }
  if (open)
    marks.problems.push({
      code: 'SP6009',
      message: '@if without @end',
      fix: 'put "-- @end" behind the optional lines',
      offset: open.start,
    })
}

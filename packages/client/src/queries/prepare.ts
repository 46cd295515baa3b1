import { statementShape } from '../analyse/statement.js'
import type { QueryDefinition } from './annotations.js'
import { tokens } from '../sql/lexer.js'
import { diagnosticAt, type Problem, type QueryDiagnostic } from './diagnostics.js'
import { readMarks, type StatementMarks } from './macros.js'
import { readOrderBy, readSelectList, type SelectList } from './select-list.js'
import type { OrderChoices } from './variants.js'

/** What can be read of a query without a server. */
export interface PreparedQuery {
  query: QueryDefinition
  marks: StatementMarks
  selectList: SelectList | undefined
  order: OrderChoices | undefined
  /** Keys of `@if`, each once. */
  keys: string[]
  /** `@notnull` and `@nullable` by column. */
  overrides: Map<string, { nullable: boolean; offset: number }>
}

const definitionVerbs = new Set(
  'create alter drop comment grant revoke security reindex cluster import reassign truncate_table'.split(' '),
)
const sessionVerbs = new Set(
  'begin start commit rollback end abort savepoint release prepare execute deallocate copy'.split(' '),
)
const rowCommands = new Set(['one', 'many', 'batchone', 'batchmany'])
const batchCommands = new Set(['batchexec', 'batchone', 'batchmany', 'copyfrom'])

/** Checks the text of a query and finds its macros, optional parts and overrides. Undefined when there is an error. */
export function prepareQuery(
  query: QueryDefinition,
  fileText: string,
  diagnostics: QueryDiagnostic[],
): PreparedQuery | undefined {
  let failed = false
  const report = (problem: Problem, offset = query.nameOffset): void => {
    if (problem.severity !== 'warning') failed = true
    diagnostics.push(diagnosticAt(query.file, fileText, offset, problem))
  }
  const shape = statementShape(query.text)
  const marks = readMarks(query.text)
  for (const { offset, ...problem } of marks.problems) report(problem, query.offset + offset)
  if (definitionVerbs.has(shape.verb))
    report(
      {
        code: 'SP6008',
        message: `query ${query.name} defines or changes the schema (${shape.verb.toUpperCase()})`,
        fix: 'put it into a schema file, or into a migration',
      },
      query.offset,
    )
  if (sessionVerbs.has(shape.verb))
    report(
      {
        code: 'SP6008',
        message: `query ${query.name} is ${shape.verb.toUpperCase()}, which works on the session and has no types`,
        fix: 'run it through the driver; a transaction is begun there and its client passed to the queries',
      },
      query.offset,
    )
  if (rowCommands.has(query.command) && shape.preparable && !shape.hasResult)
    report({
      code: 'SP6006',
      message: `query ${query.name} is :${query.command}, but ${shape.mainVerb.toUpperCase()} without RETURNING gives no rows`,
      fix: 'add RETURNING, or use :exec or :execrows',
    })
  if (rowCommands.has(query.command) && !shape.preparable && shape.verb !== 'call')
    report({
      code: 'SP6006',
      message: `query ${query.name} is :${query.command}, but ${shape.verb.toUpperCase()} gives no rows`,
      fix: 'use :exec',
    })
  if (batchCommands.has(query.command) && marks.parameters.length === 0)
    report({
      code: 'SP6006',
      message: `query ${query.name} is :${query.command} and has no parameters`,
      fix: 'use :exec',
    })
  if (
    query.command === 'copyfrom' &&
    (shape.verb !== 'insert' || shape.hasResult || /\bon\s+conflict\b/i.test(query.text))
  )
    report({
      code: 'SP6006',
      message: `query ${query.name} is :copyfrom, which takes one INSERT … VALUES without RETURNING and ON CONFLICT`,
      fix: 'use :batchexec',
    })
  const inFragment = marks.parameters.find(
    (mark) =>
      mark.number !== undefined && (marks.fragments.length > 0 || query.flags.some((flag) => flag.name === 'order')),
  )
  if (inFragment)
    report(
      { code: 'SP6009', message: `$${inFragment.number} in a query with optional parts`, fix: 'name it: @name' },
      query.offset + inFragment.start,
    )
  const order = readOrder(query, report)
  return failed
    ? undefined
    : {
        query,
        marks,
        selectList: readSelectList(query.text),
        order,
        keys: [...new Set(marks.fragments.map((fragment) => fragment.key))],
        overrides: readOverrides(query, report),
      }
}

function readOverrides(
  query: QueryDefinition,
  report: (problem: Problem, offset?: number) => void,
): Map<string, { nullable: boolean; offset: number }> {
  const overrides = new Map<string, { nullable: boolean; offset: number }>()
  for (const flag of query.flags) {
    if (flag.name !== 'notnull' && flag.name !== 'nullable') continue
    const columns = flag.value.split(/[\s,]+/).filter((column) => column !== '')
    if (columns.length === 0)
      report(
        { code: 'SP6013', message: `@${flag.name} names no column`, fix: `write "-- @${flag.name} column"` },
        flag.offset,
      )
    for (const column of columns) overrides.set(column, { nullable: flag.name === 'nullable', offset: flag.offset })
  }
  return overrides
}

/** `-- @order sort: newest = created_at DESC, id | name`: what may replace the written ORDER BY, by name. */
function readOrder(
  query: QueryDefinition,
  report: (problem: Problem, offset?: number) => void,
): OrderChoices | undefined {
  const flag = query.flags.find((each) => each.name === 'order')
  if (!flag) return undefined
  const match = /^([\p{L}_][\p{L}\p{N}_]*)\s*:\s*(.+)$/u.exec(flag.value)
  const place = readOrderBy(query.text)
  if (!match || !place) {
    report(
      {
        code: 'SP6009',
        message: match ? '@order without an ORDER BY to replace' : `"@order ${flag.value}" is not understood`,
        fix: match
          ? 'write the default order into the query'
          : 'write "-- @order sort: newest = created_at DESC | name"',
      },
      flag.offset,
    )
    return undefined
  }
  const choices = new Map<string, string>()
  for (const choice of splitChoices(match[2] ?? '')) {
    const [name = '', ...rest] = choice.split('=')
    choices.set(name.trim(), rest.length > 0 ? rest.join('=').trim() : name.trim())
  }
  return { parameter: match[1] ?? '', choices, ...place }
}

/** At each `|` that is one for SQL too: not in a string, and not half of `||`. */
function splitChoices(text: string): string[] {
  const bars = [...tokens(text)].filter(
    (token) => token.kind === 'operator' && text.slice(token.start, token.end) === '|',
  )
  return [...bars, undefined].map((bar, index) => text.slice(bars[index - 1]?.end ?? 0, bar?.start))
}

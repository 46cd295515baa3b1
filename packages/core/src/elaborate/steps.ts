import { quoteName, quoteNames } from '../sources/quote.js'
import { tokenize, type Token } from '../sources/lexer.js'
import { parseStatement, type Node } from '../sources/parse.js'
import type { Unit } from './unit.js'

/** One text to run for a unit. A unit is one step, or more where clauses were split off. */
export interface Step {
  unit: Unit
  sql: string
  /** From an offset in `sql` to one in the unit's statement. */
  toStatement(offset: number): number
}

interface Range {
  start: number
  end: number
}

const same = (offset: number): number => offset

/**
 * What runs for a unit inside scratch's transaction: CONCURRENTLY is left out, and what every database has already
 * (schema public, language plpgsql) may be created again.
 */
export function mainStep(unit: Unit): Step {
  const { sql } = unit.statement
  const { kind } = unit.analysis
  if (kind === 'IndexStmt') return { unit, sql: blank(sql, findWord(sql, 'concurrently', 4)), toStatement: same }
  if (!unit.analysis.tolerant && unit.analysis.defines.some(({ space, name }) => isBuiltIn(space, name))) {
    const [keyword] = findWord(sql, kind === 'CreateSchemaStmt' ? 'schema' : 'extension', 2)
    if (keyword) {
      const inserted = ' IF NOT EXISTS'
      return {
        unit,
        sql: `${sql.slice(0, keyword.end)}${inserted}${sql.slice(keyword.end)}`,
        toStatement: (offset) => (offset <= keyword.end ? offset : Math.max(keyword.end, offset - inserted.length)),
      }
    }
  }
  return { unit, sql, toStatement: same }
}

function isBuiltIn(space: string, name: string): boolean {
  return (space === 'schema' && name === 'public') || (space === 'extension' && name === 'plpgsql')
}

/**
 * A unit with its foreign keys, or the OWNED BY of a sequence, taken out of the first step and made steps of their own,
 * for tables that refer to each other. The clauses are found by the positions in the parse tree.
 */
export function splitSteps(unit: Unit): Step[] {
  const { sql } = unit.statement
  const parsed = parseStatement(sql)
  if ('error' in parsed) return [mainStep(unit)]
  const tokens = [...tokenize(sql)].filter(({ kind }) => kind !== 'comment')
  const clauses =
    'CreateStmt' in parsed.node
      ? findForeignKeys(parsed.node, parsed.toOffset, sql, tokens)
      : 'CreateSeqStmt' in parsed.node
        ? findOwnedBy(parsed.node, sql, tokens)
        : []
  if (clauses.length === 0) return [mainStep(unit)]
  return [
    {
      unit,
      sql: blank(
        sql,
        clauses.flatMap(({ remove }) => remove),
      ),
      toStatement: same,
    },
    ...clauses.map((clause): Step => ({
      unit,
      sql: clause.sql,
      toStatement: (offset) => clause.start + Math.max(0, offset - clause.prefix),
    })),
  ]
}

interface Clause {
  remove: Range[]
  sql: string
  /** Where the clause begins in the statement, and after how many characters of `sql` its own text begins. */
  start: number
  prefix: number
}

function findForeignKeys(
  node: Extract<Node, { CreateStmt: unknown }>,
  toOffset: (bytes: number) => number,
  sql: string,
  tokens: readonly Token[],
): Clause[] {
  const { relation, tableElts } = node.CreateStmt
  const table = quoteNames(relation?.schemaname, relation?.relname ?? '')
  return (tableElts ?? []).flatMap((element): Clause[] => {
    if ('Constraint' in element && element.Constraint.contype === 'CONSTR_FOREIGN')
      return [splitTableConstraint(table, toOffset(element.Constraint.location ?? 0), sql, tokens)]
    if (!('ColumnDef' in element)) return []
    const column = element.ColumnDef.colname ?? ''
    return (element.ColumnDef.constraints ?? []).flatMap((constraint) =>
      'Constraint' in constraint && constraint.Constraint.contype === 'CONSTR_FOREIGN'
        ? [splitColumnConstraint(table, column, toOffset(constraint.Constraint.location ?? 0), sql, tokens)]
        : [],
    )
  })
}

/** `, CONSTRAINT c FOREIGN KEY …` up to the next comma or the closing parenthesis. */
function splitTableConstraint(table: string, start: number, sql: string, tokens: readonly Token[]): Clause {
  const first = tokens.findIndex((token) => token.start >= start)
  const last = findElementEnd(sql, tokens, first)
  const text = sql.slice(start, tokens[last]?.end)
  const prefix = `ALTER TABLE ${table} ADD `
  const before = tokens[first - 1]
  const after = tokens[last + 1]
  const comma = [before, after].find((token) => token && sql.slice(token.start, token.end) === ',')
  const range = { start, end: start + text.length }
  return { remove: comma ? [range, comma] : [range], sql: prefix + text, start, prefix: prefix.length }
}

/** `CONSTRAINT c REFERENCES …` behind a column's type, which other constraints of the column may follow. */
function splitColumnConstraint(
  table: string,
  column: string,
  start: number,
  sql: string,
  tokens: readonly Token[],
): Clause {
  const first = tokens.findIndex((token) => token.start >= start)
  const word = (index: number): string => {
    const token = tokens[index]
    return token ? sql.slice(token.start, token.end).toLowerCase() : ''
  }
  let next = first
  while (next < tokens.length && word(next) !== 'references') next++
  const references = tokens[next]
  const name = sql.slice(start, references?.start)
  next += 2
  while (word(next) === '.') next += 2
  const skipParentheses = (): void => {
    if (word(next) !== '(') return
    while (next < tokens.length && word(next) !== ')') next++
    next++
  }
  skipParentheses()
  for (;;) {
    if (word(next) === 'match' || word(next) === 'initially') next += 2
    else if (word(next) === 'deferrable' || word(next) === 'enforced') next += 1
    else if (word(next) === 'not' && /^(?:deferrable|enforced|valid)$/.test(word(next + 1))) next += 2
    else if (word(next) === 'on') {
      // NO ACTION, SET NULL and SET DEFAULT are two words, and SET can have columns.
      next += /^(?:no|set)$/.test(word(next + 2)) ? 4 : 3
      skipParentheses()
    } else break
  }
  const end = tokens[next - 1]?.end ?? sql.length
  const prefix = `ALTER TABLE ${table} ADD ${name}FOREIGN KEY (${quoteName(column)}) `
  const text = sql.slice(references?.start, end)
  return { remove: [{ start, end }], sql: prefix + text, start: references?.start ?? start, prefix: prefix.length }
}

function findElementEnd(sql: string, tokens: readonly Token[], first: number): number {
  let depth = 0
  for (let index = first; index < tokens.length; index++) {
    const token = tokens[index]
    const text = token ? sql.slice(token.start, token.end) : ''
    if (depth === 0 && (text === ',' || text === ')')) return index - 1
    if (text === '(') depth++
    if (text === ')') depth--
  }
  return tokens.length - 1
}

function findOwnedBy(node: Extract<Node, { CreateSeqStmt: unknown }>, sql: string, tokens: readonly Token[]): Clause[] {
  const word = (index: number): string => sql.slice(tokens[index]?.start, tokens[index]?.end).toLowerCase()
  const first = tokens.findIndex((_, index) => word(index) === 'owned' && word(index + 1) === 'by')
  const start = tokens[first]?.start
  if (start === undefined) return []
  let next = first + 3
  while (word(next) === '.') next += 2
  const text = sql.slice(start, tokens[next - 1]?.end)
  const { sequence } = node.CreateSeqStmt
  const prefix = `ALTER SEQUENCE ${quoteNames(sequence?.schemaname, sequence?.relname ?? '')} `
  return [{ remove: [{ start, end: start + text.length }], sql: prefix + text, start, prefix: prefix.length }]
}

/** Replaces ranges by spaces of the same length, so that every position after them stays. */
function blank(sql: string, ranges: readonly Range[]): string {
  return ranges.reduce((text, { start, end }) => text.slice(0, start) + ' '.repeat(end - start) + text.slice(end), sql)
}

function findWord(sql: string, word: string, within: number): Range[] {
  let count = 0
  for (const token of tokenize(sql)) {
    if (token.kind === 'comment') continue
    if (count++ >= within) break
    if (sql.slice(token.start, token.end).toLowerCase() === word) return [token]
  }
  return []
}

import { endOfQuoted } from './quoted.js'

/*
 * `a BETWEEN 1 AND 2 AND b` is kept as it was parsed, an AND within an AND, and printed as `(((a >= 1) AND (a <= 2)) AND b)`. Read again,
 * makeAndExpr() in gram.y makes one AND of what stands at the left, and so does makeOrExpr(): `((a >= 1) AND (a <= 2) AND b)`.
 */

interface Group {
  /** Where the group opens within the result. */
  open: number
  /** What stands between its members; `other` where that is more than one, or none of the two. */
  connective?: 'AND' | 'OR' | 'other'
  /** The group that its text begins with. */
  first?: { open: number; close: number; connective: Group['connective'] }
}

const connectiveRE = / (AND|OR|BETWEEN) /y
const joinRE = / ON TRUE(?!\w)/y

/**
 * One text for conditions that differ only in that one was read from the print of the other. A join without a condition is among
 * them: it is printed as `ON TRUE`, which is read as the constant and printed as `ON (true)`.
 *
 * @param text as the `pg_get_…` functions print it without pretty parentheses; strings, names and function bodies are left alone
 */
export function flattenConditions(text: string): string {
  if (!text.includes(') AND ') && !text.includes(') OR ') && !text.includes(' ON TRUE')) return text
  return rewrite(text, (inner) => inner.slice(1, -1), ' ON (true)')
}

/**
 * Makes conditions mean to Postgres what it has printed. A cast to the type that an expression has anyway is gone once it is parsed
 * (coerce_type() in parse_coerce.c), and what is cast is not made part of what stands around it.
 */
export function keepNesting(sql: string): string {
  if (!sql.includes(') AND ') && !sql.includes(') OR ')) return sql
  return rewrite(sql, (inner) => `${inner}::boolean`)
}

/**
 * @param nested what becomes of the first member, with its parentheses, where it has the connective of the whole
 * @param join what becomes of a join without a condition
 */
function rewrite(text: string, nested: (inner: string) => string, join = ' ON TRUE'): string {
  const groups: Group[] = []
  let result = ''
  let index = 0
  while (index < text.length) {
    const character = text[index] ?? ''
    const end = endOfQuoted(text, index)
    if (end > index) {
      result += text.slice(index, end)
      index = end
      continue
    }
    if (character === '(') groups.push({ open: result.length })
    else if (character === ')') result = closeGroup(groups, result, nested)
    else if (character === ' ') {
      const group = groups.at(-1)
      const word = at(connectiveRE, text, index)?.[1]
      const found = word === 'AND' || word === 'OR' ? word : 'other'
      if (group && word !== undefined) group.connective = (group.connective ?? found) === found ? found : 'other'
      if (at(joinRE, text, index)) {
        result += join
        index += ' ON TRUE'.length
        continue
      }
    }
    result += character
    index++
  }
  return result
}

function closeGroup(groups: Group[], text: string, nested: (inner: string) => string): string {
  const group = groups.pop()
  if (!group) return text
  let result = text
  const { open, first, connective } = group
  if (first && connective !== undefined && connective !== 'other' && first.connective === connective)
    if (text.startsWith(` ${connective} `, first.close + 1))
      result = text.slice(0, first.open) + nested(text.slice(first.open, first.close + 1)) + text.slice(first.close + 1)
  const above = groups.at(-1)
  if (above && above.open + 1 === open) above.first = { open, close: result.length, connective }
  return result
}

function at(expression: RegExp, text: string, position: number): RegExpExecArray | null {
  expression.lastIndex = position
  return expression.exec(text)
}

import { splitList } from '../kinds/function.js'
import { endOfQuoted } from '../quoted.js'

const arrayRE = /ARRAY\[/g
const castToArrayRE = /^::([^[\]'(),]+)\[\]/
const castOfElementRE = /^.*::((?:"[^"]*"|[a-z_][\w.]*)(?: (?:varying|precision|with(?:out)? time zone))?)$/s

/**
 * Makes expressions mean to Postgres what it has printed. It prints `status IN ('a', 'b')` over a varchar as
 * `(ARRAY['a'::character varying, …])::text[]`, and reads that as an array whose every element is cast (transformTypeCast in
 * parse_expr.c hands a cast of an array constructor to the elements), which it then prints otherwise, for ever. With the array's
 * own type said first, the outer cast stays where it was.
 */
export function keepArrayCasts(sql: string): string {
  if (!sql.includes('ARRAY[')) return sql
  let result = ''
  let done = 0
  for (const match of sql.matchAll(arrayRE)) {
    const start = match.index
    if (start < done || isQuoted(sql, start)) continue
    const close = closingBracket(sql, start + match[0].length)
    if (close === undefined) continue
    const isParenthesised = sql[start - 1] === '(' && sql.startsWith(')::', close + 1)
    const end = isParenthesised ? close + 2 : close + 1
    const cast = castToArrayRE.exec(sql.slice(end))
    if (!cast) continue
    const types = new Set(
      splitList(sql.slice(start + match[0].length, close)).map((element) => castOfElementRE.exec(element)?.[1]),
    )
    const [type] = types
    if (types.size !== 1 || type === undefined || cast[1] === type) continue
    const array = sql.slice(start, close + 1)
    result += `${sql.slice(done, isParenthesised ? start - 1 : start)}(${array}::${type}[])`
    done = end
  }
  return result + sql.slice(done)
}

function closingBracket(sql: string, from: number): number | undefined {
  let depth = 1
  for (let index = from; index < sql.length; index++) {
    const end = endOfQuoted(sql, index)
    if (end > index) index = end - 1
    else if (sql[index] === '[') depth++
    else if (sql[index] === ']' && --depth === 0) return index
  }
  return undefined
}

/** Whether a position lies within a string or a quoted name. */
function isQuoted(sql: string, position: number): boolean {
  let index = 0
  while (index < position) index = Math.max(index + 1, endOfQuoted(sql, index))
  return index > position
}

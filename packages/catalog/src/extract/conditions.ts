interface Group {
  /** Where the group opens within the result. */
  open: number
  /** What stands between its members; `other` where that is more than one, or none of the two. */
  connective?: 'AND' | 'OR' | 'other'
  /** The group that its text begins with. */
  first?: { open: number; close: number; connective: Group['connective'] }
}

const connectiveRE = / (AND|OR|BETWEEN) /y
const dollarQuoteRE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

/**
 * Makes a condition that Postgres has printed one that it prints the same way again. `a BETWEEN 1 AND 2 AND b` is kept as it was parsed,
 * an AND within an AND, and printed as `(((a >= 1) AND (a <= 2)) AND b)`; read again, makeAndExpr() in gram.y has made one AND of
 * what stands at the left, and so has makeOrExpr(): `((a >= 1) AND (a <= 2) AND b)`. A join without a condition is printed as `ON TRUE`,
 * which is read as the constant and printed as `ON (true)`.
 *
 * @param text as the `pg_get_…` functions print it without pretty parentheses; strings, names and function bodies are left alone
 */
export function flattenConditions(text: string): string {
  if (!text.includes(') AND ') && !text.includes(') OR ') && !text.includes('ON TRUE')) return text
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
    else if (character === ')') result = closeGroup(groups, result)
    else if (character === ' ') {
      const group = groups.at(-1)
      connectiveRE.lastIndex = index
      const word = connectiveRE.exec(text)?.[1]
      const found = word === 'AND' || word === 'OR' ? word : 'other'
      if (group && word !== undefined) group.connective = (group.connective ?? found) === found ? found : 'other'
      if (text.startsWith(' ON TRUE', index) && !/\w/.test(text[index + ' ON TRUE'.length] ?? '')) {
        result += ' ON (true)'
        index += ' ON TRUE'.length
        continue
      }
    }
    result += character
    index++
  }
  return result
}

/** Takes the parentheses off the first member where that has the connective of the whole. */
function closeGroup(groups: Group[], text: string): string {
  const group = groups.pop()
  if (!group) return text
  let result = text
  const { open, first, connective } = group
  if (first && connective !== undefined && connective !== 'other' && first.connective === connective)
    if (text.startsWith(` ${connective} `, first.close + 1))
      result = text.slice(0, first.open) + text.slice(first.open + 1, first.close) + text.slice(first.close + 1)
  const above = groups.at(-1)
  if (above && above.open + 1 === open) above.first = { open, close: result.length, connective }
  return result
}

/** Behind the string, name or function body that begins at a position; the position itself where none does. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start]
  if (quote === "'" || quote === '"') {
    // A doubled quote closes and opens again, which comes to the same.
    const end = text.indexOf(quote, start + 1)
    return end < 0 ? text.length : end + 1
  }
  if (quote !== '$') return start
  dollarQuoteRE.lastIndex = start
  const tag = dollarQuoteRE.exec(text)?.[0]
  if (tag === undefined) return start
  const end = text.indexOf(tag, start + tag.length)
  return end < 0 ? text.length : end + tag.length
}

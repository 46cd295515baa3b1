import { tokens, type Token } from '../sql/lexer.js'

export interface SelectItem {
  start: number
  end: number
  /** `*`, `t.*`, `s.t.*`: with the text before the star (`t.`). */
  star?: string
}

export interface SelectList {
  items: SelectItem[]
  /** The lists of all SELECTs that UNION, INTERSECT or EXCEPT join, `items` first; empty where one of them stands in parentheses. */
  branches?: SelectItem[][]
}

const listEnd = new Set(
  'from where group having window union intersect except order limit offset fetch for into on'.split(' '),
)

/** The result columns of a statement as they are written: the outermost SELECT list, or RETURNING. */
export function readSelectList(text: string): SelectList | undefined {
  const list = [...tokens(text)].filter((token) => token.kind !== 'space' && token.kind !== 'comment')
  const word = (token: Token): string => (token.kind === 'word' ? text.slice(token.start, token.end).toLowerCase() : '')
  const isAt = (token: Token, character: string): boolean => text.slice(token.start, token.end) === character
  let depth = 0
  let begin = -1
  let operators = 0
  const laterBranches: number[] = []
  let isSelect = false
  let sawSelect = false
  for (const [index, token] of list.entries()) {
    if (isAt(token, '(')) depth++
    else if (isAt(token, ')')) depth--
    if (depth !== 0) continue
    const name = word(token)
    if (name === 'returning') {
      begin = index + 1
      isSelect = false
    } else if (name === 'select' && !sawSelect) {
      sawSelect = true
      isSelect = true
      begin = index + 1
    } else if (name === 'select' && operators > laterBranches.length) laterBranches.push(index + 1)
    else if (name === 'union' || name === 'intersect' || name === 'except') operators++
    // INSERT … SELECT: only RETURNING is a result.
    else if (
      (name === 'insert' || name === 'update' || name === 'delete' || name === 'merge') &&
      begin === -1 &&
      index === mainVerb(list, text)
    )
      sawSelect = true
  }
  if (begin === -1) return undefined
  if (isSelect) begin = skipDistinct(list, begin, text)
  const items = readItems(list, begin, text)
  if (!isSelect || operators === 0) return { items }
  if (laterBranches.length < operators || begin > (laterBranches[0] ?? 0)) return { items, branches: [] }
  const others = laterBranches.map((start) => readItems(list, skipDistinct(list, start, text), text))
  return { items, branches: [items, ...others] }
}

function mainVerb(list: readonly Token[], text: string): number {
  let depth = 0
  const first = list[0] ? text.slice(list[0].start, list[0].end).toLowerCase() : ''
  for (const [index, token] of list.entries()) {
    const part = text.slice(token.start, token.end).toLowerCase()
    if (part === '(') depth++
    if (part === ')') depth--
    if (
      depth === 0 &&
      token.kind === 'word' &&
      ['select', 'insert', 'update', 'delete', 'merge', 'values', 'table'].includes(part)
    )
      return index
    if (first !== 'with') return 0
  }
  return 0
}

function skipDistinct(list: readonly Token[], begin: number, text: string): number {
  const part = (index: number): string => {
    const token = list[index]
    return token ? text.slice(token.start, token.end).toLowerCase() : ''
  }
  let index = begin
  if (part(index) === 'all') return index + 1
  if (part(index) !== 'distinct') return index
  index++
  if (part(index) !== 'on') return index
  let depth = 0
  do {
    index++
    if (part(index) === '(') depth++
    if (part(index) === ')') depth--
  } while (depth > 0 && index < list.length)
  return index + 1
}

function readItems(list: readonly Token[], begin: number, text: string): SelectItem[] {
  const items: SelectItem[] = []
  let current: Token[] = []
  let depth = 0
  const push = (): void => {
    const [first] = current
    const last = current.at(-1)
    if (!first || !last) return
    const written = text.slice(first.start, last.end)
    const isStar =
      text.slice(last.start, last.end) === '*' &&
      (current.length === 1 || text.slice(current.at(-2)?.start, current.at(-2)?.end) === '.')
    const plain = current
      .slice(0, -1)
      .every((token) => token.kind === 'word' || token.kind === 'quoted' || text[token.start] === '.')
    items.push({ start: first.start, end: last.end, ...(isStar && plain && { star: written.slice(0, -1) }) })
    current = []
  }
  for (const token of list.slice(begin)) {
    const part = text.slice(token.start, token.end)
    if (depth === 0 && token.kind === 'word' && listEnd.has(part.toLowerCase()) && !isQualified(current, text)) break
    if (depth === 0 && part === ',') {
      push()
      continue
    }
    if (part === '(' || part === '[') depth++
    if (part === ')' || part === ']') depth--
    if (depth < 0) break
    current.push(token)
  }
  push()
  return items
}

// `t.order` is a column, and `x AS from` is an alias.
function isQualified(current: readonly Token[], text: string): boolean {
  const last = current.at(-1)
  if (!last) return false
  const part = text.slice(last.start, last.end).toLowerCase()
  return part === '.' || part === 'as'
}

/** The list of the outermost ORDER BY, without the words; undefined where there is none. */
export function readOrderBy(text: string): { start: number; end: number } | undefined {
  let depth = 0
  let start = -1
  let last = 0
  let previous = ''
  for (const token of tokens(text)) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    const part = text.slice(token.start, token.end).toLowerCase()
    if (part === '(') depth++
    if (part === ')') depth--
    if (depth === 0 && token.kind === 'word') {
      if (start !== -1 && ['limit', 'offset', 'fetch', 'for'].includes(part)) return { start, end: last }
      if (part === 'by' && previous === 'order') {
        start = token.end
        last = token.end
        previous = part
        continue
      }
    }
    previous = part
    last = token.end
  }
  return start === -1 ? undefined : { start, end: last }
}

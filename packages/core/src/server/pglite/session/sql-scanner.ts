/** One token at the top level of a statement; what stands in comments is skipped. */
export interface Token {
  kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol'
  /** Words in lower case; quoted identifiers and strings without their quotes. */
  value: string
  start: number
  end: number
}

const tokenRE =
  /\s+|--[^\n]*|(?<comment>\/\*)|(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)|(?<parameter>\$\d+)|(?<string>(?:[eEbBxXnN]|[uU]&)?')|(?<quoted>(?:[uU]&)?")|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\d[\w.]*)|(?<symbol>[^])/gy

/**
 * Splits SQL into statements of tokens, as Postgres' own lexer would: comments nest, dollar quotes and strings are one token.
 * Source: https://www.postgresql.org/docs/18/sql-syntax-lexical.html
 */
export function scanStatements(sql: string): Token[][] {
  const statements: Token[][] = []
  let statement: Token[] = []
  let offset = 0
  while (offset < sql.length) {
    tokenRE.lastIndex = offset
    const match = tokenRE.exec(sql)
    if (!match) break
    const groups: Record<string, string | undefined> = match.groups ?? {}
    let end = tokenRE.lastIndex
    const push = (kind: Token['kind'], value: string): void => {
      statement.push({ kind, value, start: offset, end })
    }
    if (groups.comment) end = endOfComment(sql, end)
    else if (groups.dollar) {
      const close = sql.indexOf(groups.dollar, end)
      const content = sql.slice(end, close < 0 ? sql.length : close)
      end = close < 0 ? sql.length : close + groups.dollar.length
      push('string', content)
    } else if (groups.string) {
      const contentStart = end
      end = endOfQuoted(sql, end, "'", /^[eE]/.test(groups.string))
      push('string', sql.slice(contentStart, end - 1).replaceAll("''", "'"))
    } else if (groups.quoted) {
      const contentStart = end
      end = endOfQuoted(sql, end, '"', false)
      push('quoted', sql.slice(contentStart, end - 1).replaceAll('""', '"'))
    } else if (groups.parameter) push('parameter', groups.parameter)
    else if (groups.word) push('word', groups.word.toLowerCase())
    else if (groups.number) push('number', groups.number)
    else if (groups.symbol === ';') {
      if (statement.length > 0) statements.push(statement)
      statement = []
    } else if (groups.symbol) push('symbol', groups.symbol)
    offset = end
  }
  if (statement.length > 0) statements.push(statement)
  return statements
}

function endOfComment(sql: string, offset: number): number {
  let depth = 1
  let at = offset
  while (at < sql.length && depth > 0) {
    if (sql.startsWith('/*', at)) depth++
    else if (sql.startsWith('*/', at)) depth--
    else {
      at++
      continue
    }
    at += 2
  }
  return at
}

function endOfQuoted(sql: string, offset: number, mark: string, backslashes: boolean): number {
  let at = offset
  while (at < sql.length) {
    const character = sql[at]
    if (backslashes && character === '\\') at += 2
    else if (character !== mark) at++
    else if (sql[at + 1] === mark) at += 2
    else return at + 1
  }
  return sql.length
}

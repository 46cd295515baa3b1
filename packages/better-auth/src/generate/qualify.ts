import { isSignificant, readTokens, splitStatements } from './statements.js'

/**
 * Puts a schema before every table of SQL as Better Auth's command writes it, for tables that have none: in `create table`,
 * `alter table`, `references` and the `on` of an index. Names of indexes and constraints stay, they live where their table does.
 *
 * @returns the statements without semicolons, `create schema` first
 */
export function qualifyStatements(sql: string, schema: string): string[] {
  const quoted = quote(schema)
  const create = `create schema if not exists ${quoted}`
  const statements = splitStatements(sql).map((statement) => qualifyStatement(statement, quoted))
  return statements.some((statement) => /^create schema\b/i.test(statement)) ? statements : [create, ...statements]
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function qualifyStatement(statement: string, schema: string): string {
  const tokens = readTokens(statement)
  const words = tokens.flatMap((token, index) => (isSignificant(token) ? [{ token: token.toLowerCase(), index }] : []))
  const isIndex = words[0]?.token === 'create' && /^(?:unique|index)$/.test(words[1]?.token ?? '')
  const qualified = new Set<number>()
  for (const [at, { token }] of words.entries()) {
    const begins = isIndex
      ? token === 'on' && qualified.size === 0
      : token === 'references' || (token === 'table' && at === 1)
    if (!begins) continue
    let next = at + 1
    while (/^(?:if|not|exists|only)$/.test(words[next]?.token ?? '')) next++
    const name = words[next]
    if (name && words[next + 1]?.token !== '.') qualified.add(name.index)
  }
  return tokens.map((token, index) => (qualified.has(index) ? `${schema}.${token}` : token)).join('')
}

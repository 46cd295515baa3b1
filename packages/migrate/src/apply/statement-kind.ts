/**
 * How a statement stands to transaction blocks. `plain` runs in one; `outside` is refused in one; `procedural` may end
 * transactions itself (DO, CALL); `begin` and `commit` open and close one.
 */
export type StatementKind = 'plain' | 'outside' | 'procedural' | 'begin' | 'commit'

const leadingRE = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)+/
const buildsConcurrentlyRE = /^(?:create(?: unique)? index concurrently|reindex\b.*\bconcurrently)\b/
const outside = [
  buildsConcurrentlyRE,
  /^drop index concurrently\b/,
  /^reindex(?: \([^)]*\))? (?:schema|database|system)\b/,
  /^vacuum\b/,
  /^(?:create|drop) (?:database|tablespace)\b/,
  /^(?:create|drop|alter) subscription\b/,
  /^alter system\b/,
  /^alter database .* set tablespace\b/,
  /^cluster ?(?:\([^)]*\) ?)?;?$/,
  /^alter table .* detach partition .* concurrently\b/,
]
const beginRE = /^(?:begin\b(?! atomic)|start transaction\b)/
const commitRE = /^(?:commit\b|end\b|abort\b|prepare transaction\b|rollback(?!(?: work| transaction)? to\b))/

/** The statement without comments before it, in lower case, white space as single blanks; only its beginning. */
export function normaliseStatement(sql: string): string {
  return sql.replace(leadingRE, '').slice(0, 2000).replace(/\s+/g, ' ').toLowerCase()
}

/** Whether the statement ends a transaction by throwing its work away. */
export const isRollback = (sql: string): boolean => /^(?:rollback|abort)\b/.test(normaliseStatement(sql))

/** Whether the statement builds an index concurrently: it waits for every transaction that is older. */
export const buildsConcurrently = (sql: string): boolean => buildsConcurrentlyRE.test(normaliseStatement(sql))

export function classifyStatement(sql: string): StatementKind {
  const text = normaliseStatement(sql)
  if (/^(?:do|call)\b/.test(text)) return 'procedural'
  if (beginRE.test(text)) return 'begin'
  if (commitRE.test(text)) return 'commit'
  return outside.some((expression) => expression.test(text)) ? 'outside' : 'plain'
}

import { quoteIdentifier, type Connection } from '../connection.js'
import { normaliseStatement } from './statement-kind.js'

const part = `(?:"(?:[^"]|"")+"|[A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*)`
const nameRE = `${part}(?:\\s*\\.\\s*${part})?`
const leading = `^(?:\\s+|--[^\\n]*\\n|/\\*[^]*?\\*/)*`
const createIndexRE = new RegExp(
  `${leading}create\\s+(?:unique\\s+)?index\\s+concurrently\\s+(?:if\\s+not\\s+exists\\s+)?(${part})\\s+on\\s+(?:only\\s+)?(${nameRE})`,
  'i',
)
const dropIndexRE = new RegExp(
  `${leading}drop\\s+index\\s+concurrently\\s+(?:if\\s+exists\\s+)?(${nameRE})\\s*(?:;|cascade|restrict|$)`,
  'i',
)

const indexState = `
  SELECT i.indisvalid AND i.indisready AS valid FROM pg_index i WHERE i.indexrelid = to_regclass($1)`

/** Schema part of a name as it is written, with its dot; empty where there is none. */
const schemaOf = (name: string): string => /^(.*?)\s*\.\s*(?:"(?:[^"]|"")+"|[^."]+)$/.exec(name)?.[1] ?? ''

/**
 * Finds out whether a statement that cannot run in a transaction took effect in a run that ended before it could say so.
 *
 * @returns `applied`, `not-applied` (it may run again), or `unknown`
 */
export async function inspectOutcome(
  connection: Connection,
  sql: string,
): Promise<'applied' | 'not-applied' | 'unknown'> {
  const created = createIndexRE.exec(sql)
  if (created?.[1] !== undefined && created[2] !== undefined) {
    const schema = schemaOf(created[2])
    const name = schema ? `${schema}.${created[1]}` : created[1]
    const { rows } = await connection.query<{ valid: boolean }>(indexState, [name])
    if (rows[0]?.valid) return 'applied'
    // What an interrupted build leaves is an index that costs writes and serves no reader.
    if (rows[0]) await connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
    return 'not-applied'
  }
  const dropped = dropIndexRE.exec(sql)?.[1]
  if (dropped !== undefined) {
    const { rows } = await connection.query<{ valid: boolean }>(indexState, [dropped])
    return rows.length > 0 ? 'not-applied' : 'applied'
  }
  const text = normaliseStatement(sql)
  if (/^(?:vacuum|reindex|cluster|alter system|alter database)\b/.test(text)) return 'not-applied'
  const database = /^(create|drop) database (?:if exists )?("(?:[^"]|"")+"|[\w$]+)/.exec(text)
  if (database?.[2] !== undefined) {
    const name = database[2].startsWith('"') ? database[2] : quoteIdentifier(database[2])
    const { rows } = await connection.query('SELECT 1 FROM pg_database WHERE quote_ident(datname) = quote_ident($1)', [
      name.slice(1, -1).replaceAll('""', '"'),
    ])
    return rows.length > 0 === (database[1] === 'create') ? 'applied' : 'not-applied'
  }
  return 'unknown'
}

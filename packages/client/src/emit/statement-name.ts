import { createHash } from 'node:crypto'
import type { CompiledQuery } from '../queries/model.js'

/**
 * Name of a prepared statement. It holds a hash of the text and of the result's types: pg refuses one name with two texts, and Postgres
 * refuses to run a prepared statement whose result has changed.
 */
export function statementName(query: CompiledQuery, text: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([text, query.columns?.map((column) => [column.name, column.type])]))
    .digest('hex')
  // Postgres cuts names at 63 bytes, so the hash stands where it cannot be cut.
  return `sp_${hash.slice(0, 24)}`
}

import type { ValueType } from '../values/value-type.js'

/**
 * Drivers turn values of these types into text each in its own way (and postgres.js takes a JSON text for a string), so the statement
 * takes text and lets the server read it.
 */
const readByServer = new Set(['bool', 'bytea', 'json', 'jsonb', 'date', 'timestamp', 'timestamptz'])

export function castOf(type: ValueType | undefined): string {
  return type?.kind === 'base' && type.schema === undefined && readByServer.has(type.name) ? `::text::${type.name}` : ''
}

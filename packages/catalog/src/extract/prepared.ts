import type { Connection } from '../connection.js'

// Planning the one large query of a scoped extraction takes longer than running it.
const namesOf = new WeakMap<Connection, Map<string, string>>()

/**
 * Keeps `text` prepared on `connection` and returns the text that executes it, with arrays of oids for `$1`, `$2` … in
 * their order. Prepared statements outlive a rollback.
 */
export async function prepare(
  connection: Connection,
  text: string,
  parameters: ReadonlyMap<number, readonly number[]>,
): Promise<string> {
  const names = namesOf.get(connection) ?? new Map<string, string>()
  namesOf.set(connection, names)
  let name = names.get(text)
  if (name === undefined) {
    name = `savepoint_scope_${names.size + 1}`
    const types = [...parameters.keys()].map(() => 'oid[]').join(', ')
    await connection.query(`PREPARE ${name} (${types}) AS ${text}`)
    names.set(text, name)
  }
  return `EXECUTE ${name} (${[...parameters.values()].map((oids) => `'{${oids.join(',')}}'`).join(', ')})`
}

import {
  quoteIdentifier,
  quoteQualified,
  type Catalog,
  type Connection,
  type ObjectId,
  type Rename,
} from '@savepoint/catalog'

/**
 * Makes way for renames whose new name is there already: a save before the annotation was written made an empty column or
 * table beside the old one. What is empty is dropped, with what depends on it and will be made again; what holds data
 * stays, and so does the rename's warning.
 *
 * @returns whether anything was dropped
 */
export async function makeWay(connection: Connection, blocked: readonly Rename[], current: Catalog): Promise<boolean> {
  let dropped = false
  for (const { to } of blocked) {
    const texts = describe(to, current)
    if (!texts) continue
    await connection.query(`BEGIN; LOCK TABLE ${texts.table} IN ACCESS EXCLUSIVE MODE`)
    try {
      const { rows } = await connection.query<{ filled: boolean }>(texts.isFilled)
      if (rows[0]?.filled === false) {
        await connection.query(texts.drop)
        dropped = true
      }
      await connection.query('COMMIT')
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  }
  return dropped
}

function describe(id: ObjectId, current: Catalog): { table: string; isFilled: string; drop: string } | undefined {
  const object = current.objects.get(id)
  if (object?.kind === 'table') {
    const table = quoteQualified(object.schema, object.name)
    return { table, isFilled: `SELECT EXISTS (SELECT FROM ${table}) AS filled`, drop: `DROP TABLE ${table} CASCADE` }
  }
  const parent = object?.parent === undefined ? undefined : current.objects.get(object.parent)
  if (object?.kind !== 'column' || parent?.kind !== 'table') return undefined
  const table = quoteQualified(parent.schema, parent.name)
  const column = quoteIdentifier(object.name)
  return {
    table,
    isFilled: `SELECT EXISTS (SELECT FROM ${table} WHERE ${column} IS NOT NULL) AS filled`,
    drop: `ALTER TABLE ${table} DROP COLUMN ${column} CASCADE`,
  }
}

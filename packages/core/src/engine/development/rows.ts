import {
  quoteIdentifier,
  quoteLiteral,
  quoteQualified,
  type Catalog,
  type Connection,
  type Destruction,
} from '@savepoint/catalog'

/**
 * How many rows would lose a value by a destroying step. Data decides: 0 means that nothing is destroyed.
 *
 * @param current the catalog of the database behind `connection`
 * @throws the server's error, such as for a missing privilege
 */
export async function countRows(connection: Connection, destruction: Destruction, current: Catalog): Promise<number> {
  const text = createCountText(destruction, current)
  if (text === undefined) return 0
  const { rows } = await connection.query<{ n: string }>(text)
  return Number(rows[0]?.n ?? 0)
}

/** The query that counts; undefined for what holds no data of its own. */
function createCountText(destruction: Destruction, current: Catalog): string | undefined {
  const table = quoteQualified(destruction.schema ?? '', destruction.table ?? '')
  const column = quoteIdentifier(destruction.column ?? '')
  switch (destruction.kind) {
    case 'table':
      return `SELECT count(*) AS n FROM ${table}`
    case 'column':
    case 'type-change':
      return `SELECT count(${column}) AS n FROM ${table}`
    case 'sequence':
      // A sequence that was never used gives the same numbers when it is made anew.
      return `SELECT is_called::integer AS n FROM ${table}`
    case 'enum-value':
      return countOverColumns(destruction.id, current, (name) => {
        const labels = (destruction.values ?? []).map(quoteLiteral)
        return labels.length === 0 ? `${name} IS NOT NULL` : `${name}::text IN (${labels.join(', ')})`
      })
    case 'composite-attribute':
      return countOverColumns(destruction.id, current, (name) => `${name} IS NOT NULL`)
    // What a materialized view holds can be computed again, and what a schema holds is destroyed by steps of its own.
    case 'materialized-view':
    case 'schema':
      return undefined
  }
}

/** Counts over every stored column of a type. */
function countOverColumns(type: string, current: Catalog, condition: (column: string) => string): string | undefined {
  const counts: string[] = []
  for (const object of current.objects.values()) {
    if (object.kind !== 'column' || object.facts.typeId !== type) continue
    const relation = object.parent === undefined ? undefined : current.objects.get(object.parent)
    if (relation?.kind !== 'table') continue
    const name = quoteIdentifier(object.name)
    counts.push(
      `(SELECT count(*) FROM ${quoteQualified(relation.schema ?? '', relation.name)} WHERE ${condition(name)})`,
    )
  }
  return counts.length === 0 ? undefined : `SELECT ${counts.join(' + ')} AS n`
}

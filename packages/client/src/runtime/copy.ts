import { execRows } from './index.js'
import type { Database } from './database.js'

/** Postgres counts parameters in 16 bits, and postgres.js refuses the last two. */
const MAXIMUM_PARAMETERS = 65_533

/**
 * Inserts many rows by as few INSERT statements as Postgres allows.
 *
 * @param head up to and with VALUES
 * @param row one row: text, and indexes into its values
 * @returns how many rows were inserted. Several statements are not one transaction unless `db` is in one
 */
export async function insertMany(
  db: Database,
  head: string,
  row: readonly (string | number)[],
  rows: readonly (readonly unknown[])[],
): Promise<number> {
  const width = rows[0]?.length ?? 0
  const size = Math.max(1, Math.floor(MAXIMUM_PARAMETERS / Math.max(1, width)))
  let count = 0
  for (let start = 0; start < rows.length; start += size) {
    const chunk = rows.slice(start, start + size)
    const texts = chunk.map((_, at) =>
      row.map((piece) => (typeof piece === 'number' ? `$${at * width + piece + 1}` : piece)).join(' '),
    )
    count += await execRows(db, { text: `${head} ${texts.join(', ')}` }, chunk.flat())
  }
  return count
}

import type { Database } from './database.js'
import type { Query, RawRow, Row } from './query.js'

export type { Database, PgDatabase, PgliteDatabase, PostgresJsDatabase } from './database.js'
export type { Codec, Query, RawRow, ResultColumn, Row } from './query.js'

interface RawResult {
  rows: RawRow[]
  count: number
}

const asText = (text: string): string => text
const types = { getTypeParser: () => asText }
// PGlite merges these over its own parsers, by OID: bool, bytea, int8, json, dates and times, and the arrays over them.
// What is left to it are numbers, which the codecs take as well, and arrays that it splits, which the array codec takes.
const parsers = Object.fromEntries(
  [16, 17, 20, 114, 199, 1000, 1001, 1016, 1082, 1114, 1115, 1182, 1184, 1185, 3802, 3807].map((oid) => [oid, asText]),
)

/** Sends a query to whichever driver `db` is; every value comes back as text. postgres.js refuses undefined, hence the nulls. */
async function run(db: Database, { text, name }: Query, parameters: readonly unknown[]): Promise<RawResult> {
  const values = parameters.map((value) => value ?? null)
  if (typeof db === 'function') {
    const rows = await db.unsafe(text, values as never[], { prepare: !!name }).raw()
    // Rows of buffers, in the text form.
    return { rows: rows.map((row) => row.map((value) => value && `${value as string}`) as RawRow), count: rows.count }
  }
  const result: { rows: unknown[][]; rowCount?: number | null; affectedRows?: number } =
    'exec' in db
      ? await db.query(text, values, { rowMode: 'array', parsers })
      : await db.query({ text, values, name, rowMode: 'array', types })
  return { rows: result.rows as (string | null)[][], count: result.rowCount ?? result.affectedRows ?? 0 }
}

/** A row of texts as an object, each value by its codec. */
export function readRow({ columns = [] }: Query, raw: RawRow): Row {
  const row: Row = {}
  columns.forEach(([name, codec], index) => {
    const text = raw[index] ?? null
    row[name] = codec && text !== null ? codec.decode(text) : text
  })
  return row
}

/** All rows. Throws what the driver throws. */
export async function many<T>(db: Database, query: Query, values: readonly unknown[] = []): Promise<T[]> {
  return (await run(db, query, values)).rows.map((raw) => (query.read ?? readRow)(query, raw) as T)
}

/** The first row, null when there is none. */
export async function one<T>(db: Database, query: Query, values: readonly unknown[] = []): Promise<T | null> {
  return (await many<T>(db, query, values))[0] ?? null
}

/** How many rows were inserted, updated or deleted. */
export async function execRows(db: Database, query: Query, values: readonly unknown[] = []): Promise<number> {
  return (await run(db, query, values)).count
}

/** Runs a query for its effect. */
export async function exec(db: Database, query: Query, values: readonly unknown[] = []): Promise<void> {
  await run(db, query, values)
}

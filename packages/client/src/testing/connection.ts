import type { PGlite } from '@electric-sql/pglite'
import type { Connection } from '@savepoint/catalog'

/** A PGlite instance as the connection that extraction and analysis want: without values, several statements in one text. */
export function pgliteConnection(pglite: PGlite): Connection {
  return {
    async query<Row>(text: string, values?: unknown[]) {
      if (values) return { rows: (await pglite.query<Row>(text, values)).rows }
      return { rows: ((await pglite.exec(text)).at(-1)?.rows ?? []) as Row[] }
    },
  }
}

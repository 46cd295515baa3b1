/** What `pg` calls a Pool, a Client or a pool's client. */
export interface PgDatabase {
  query(config: {
    text: string
    values: unknown[]
    name?: string | undefined
    rowMode: 'array'
    types: { getTypeParser(oid: number, format?: string): (text: string) => unknown }
  }): Promise<{ rows: unknown[][]; rowCount: number | null }>
}

/** A PGlite instance, or what its `transaction` hands out. */
export interface PgliteDatabase {
  query(
    text: string,
    values: unknown[],
    options: { rowMode: 'array'; parsers: Record<number, (text: string) => unknown> },
  ): Promise<{ rows: unknown[][]; affectedRows?: number }>
  exec(text: string): Promise<unknown>
}

/** What `postgres()` returns, or what its `begin` hands out. */
export interface PostgresJsDatabase {
  (first: TemplateStringsArray, ...rest: never[]): unknown
  unsafe(
    text: string,
    values: never[],
    options: { prepare: boolean },
  ): { raw(): Promise<unknown[][] & { count: number }> }
}

/** Any of the three drivers, or one of their transactions: pass the transaction's client to make a query part of it. */
export type Database = PgDatabase | PgliteDatabase | PostgresJsDatabase

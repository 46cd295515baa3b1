/**
 * What this package needs of a database connection. Structural, so that a `pg` `Client` or pool client fits
 * and no driver is depended on. One connection is one session: settings and transactions stay on it.
 */
export interface Connection {
  /** Runs `text`; with `values` through the extended protocol, without as a simple query (which may hold several statements). */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}

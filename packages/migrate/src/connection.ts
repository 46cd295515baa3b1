/**
 * What this package needs of a database connection: one session, so that transactions and locks stay on it.
 * Structural, so that a `pg` `Client` or pool client fits and no driver is depended on.
 */
export interface Connection {
  /** Runs `text`; with `values` through the extended protocol, without as a simple query. */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}

/** What `pg` puts on an error that the server sent. */
export interface ServerError extends Error {
  code?: string
  detail?: string
  hint?: string
  where?: string
  /** Character in the statement, from 1, as text. */
  position?: string
}

/** Whether the session is gone, so that nothing more can be said to the server on it. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as ServerError
  if (code !== undefined && /^(?:08|57P0[1-3])/.test(code)) return true
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /connection (?:terminated|ended|error)|not queryable|closed the connection|has encountered a connection error/i.test(
      error.message,
    )
  )
}

/** Quotes a name, always. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Quotes a text for the few commands that take no parameters. */
export const quoteLiteral = (text: string): string =>
  `${text.includes('\\') ? ' E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

function renderValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value === null ? 'NULL' : quoteLiteral(String(value))
}

/**
 * Collects statements instead of running them, with their values as literals, so that they can be sent together with the
 * transaction's end in one round trip: the simple protocol, which takes several statements, takes no parameters.
 * Only for statements whose rows nobody reads.
 */
export function collectStatements(): { connection: Connection; statements: string[] } {
  const statements: string[] = []
  return {
    statements,
    connection: {
      async query(text, values = []) {
        statements.push(text.replace(/\$(\d+)/g, (_whole, number: string) => renderValue(values[Number(number) - 1])))
        return { rows: [] }
      },
    },
  }
}

/** Takes passwords out of connection strings, wherever they stand in a text. */
export function hideSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@]*@/gi, '$1:***@')
    .replace(/\b((?:ssl)?password=)[^\s&'"]+/gi, '$1***')
}

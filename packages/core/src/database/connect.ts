import { parseConnectionString } from '@savepoint/migrate'
import pg from 'pg'
import { createConnectionError } from './failure.js'

/** One session of a database, which `close` ends. */
export interface DatabaseSession {
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
  /** Safe to call twice. */
  close(): Promise<void>
}

/**
 * Connects to a database.
 *
 * @throws DiagnosticError SP2002
 */
export async function connect(url: string, { timeout = 10_000 }: { timeout?: number } = {}): Promise<DatabaseSession> {
  const client = createClient(url, timeout)
  // A session that the server ends while it is idle fails its next query; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw createConnectionError(error, url)
  }
  let closing: Promise<void> | undefined
  return {
    async query<Row>(text: string, values?: unknown[]) {
      const result: unknown = values ? await client.query(text, values) : await client.query(text)
      // Several statements in one text give a list of results; the last one counts.
      const last: unknown = Array.isArray(result) ? result.at(-1) : result
      return last as { rows: Row[] }
    },
    close: () => (closing ??= client.end()),
  }
}

// URLs come from the configs of other tools: `sslmode` means what it means to libpq, and their own parameters are taken out.
function createClient(url: string, timeout: number): pg.Client {
  try {
    const { connectionString } = parseConnectionString(url)
    return new pg.Client({ connectionString, connectionTimeoutMillis: timeout, application_name: 'savepoint' })
  } catch (error) {
    throw createConnectionError(error, url)
  }
}

import type { QueryResultRow } from 'pg'
import { MigrateError } from '../error.js'
import { hideSecrets, type Connection } from '../connection.js'

/** A connection that whoever made it has to close. */
export interface OwnedConnection extends Connection {
  close(): Promise<void>
}

/**
 * Opens one session with `pg`, which the application has to have installed.
 * Throws SP4023 where the server does not answer; the password is in no message.
 */
export async function connect(connectionString: string): Promise<OwnedConnection> {
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new MigrateError('SP4018', 'the package pg cannot be loaded', { fix: 'Install it: `npm install pg`.', cause })
  })
  const client = new pg.Client({ connectionString, keepAlive: true, application_name: 'savepoint migrate' })
  // Without a listener a connection that is cut between two queries would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (cause) {
    await client.end().catch(() => {})
    const words = cause instanceof AggregateError ? cause.errors.map(String).join('; ') : String(cause)
    throw new MigrateError('SP4023', `cannot connect to the database: ${hideSecrets(words)}`, {
      fix: `Check ${hideSecrets(connectionString).replace(/\?.*/, '')} and that the server is up.`,
      cause,
    })
  }
  return {
    query: async <Row>(text: string, values?: unknown[]) => {
      // Typed by the caller, who wrote the query; the driver's own bound on rows says no more.
      const { rows } = await client.query<Row & QueryResultRow>(text, values)
      return { rows }
    },
    close: () => client.end(),
  }
}

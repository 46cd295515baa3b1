import type { QueryResultRow } from 'pg'
import { MigrateError } from '../error.js'
import { hideSecrets, type Connection } from '../connection.js'

/** A connection that whoever made it has to close. */
export interface OwnedConnection extends Connection {
  close(): Promise<void>
}

/** Settings that stand in a connection string and are meant for the migration tool or for libpq. */
export interface UrlSettings {
  connectionString: string
  /** From `search_path`, its first schema. */
  searchPath?: string
  /** From golang-migrate's `x-migrations-table`. */
  table?: string
  /** From golang-migrate's `x-statement-timeout`, in milliseconds. */
  statementTimeout?: number
}

/** Takes out of a URL what the driver does not know, and keeps libpq's meaning of `sslmode`. */
export function parseConnectionString(text: string): UrlSettings {
  if (!/^postgres(?:ql)?:\/\//.test(text)) return { connectionString: text }
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw new MigrateError('SP4018', `the database URL cannot be read: ${hideSecrets(text)}`, {
      fix: 'Percent-encode special characters of the password.',
      cause,
    })
  }
  const parameters = url.searchParams
  const take = (name: string): string | undefined => {
    const value = parameters.get(name) ?? undefined
    parameters.delete(name)
    return value
  }
  const searchPath = take('search_path')
  const table = take('x-migrations-table')
  // The quoted form carries its own quotes, which the revision store reads.
  take('x-migrations-table-quoted')
  const statementTimeout = take('x-statement-timeout')
  take('x-multi-statement')
  take('x-multi-statement-max-size')
  // The driver would take `sslmode=require` for `verify-full`.
  if (parameters.has('sslmode') && !parameters.has('uselibpqcompat')) parameters.set('uselibpqcompat', 'true')
  if (searchPath !== undefined)
    parameters.set(
      'options',
      [parameters.get('options'), `-csearch_path=${searchPath.replaceAll(' ', '\\ ')}`].filter(Boolean).join(' '),
    )
  return {
    connectionString: url.href,
    ...(searchPath === undefined ? {} : { searchPath: searchPath.split(',')[0]?.trim() ?? searchPath }),
    ...(table === undefined ? {} : { table }),
    ...(statementTimeout === undefined ? {} : { statementTimeout: Number(statementTimeout) }),
  }
}

/**
 * Opens one session with `pg`, which the application has to have installed.
 * Throws SP4023 where the server does not answer; the password is in no message.
 */
export async function connect(connectionString: string): Promise<OwnedConnection> {
  const { default: pg } = await import('pg')
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

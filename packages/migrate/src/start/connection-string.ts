import { hideSecrets } from '../connection.js'
import { MigrateError } from '../error.js'

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

import { DiagnosticError } from '../diagnostics/index.js'

/** `host:port/name` of a connection string, without user and password; what a message may show. */
export function describeTarget(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url)
    const host = hostname || searchParams.get('host') || 'localhost'
    return `${host}:${port || searchParams.get('port') || '5432'}${decodeURIComponent(pathname)}`
  } catch {
    return 'the database'
  }
}

/** Turns what the driver throws while connecting into SP2002, with the words and the fix that fit. */
export function createConnectionError(error: unknown, url: string): DiagnosticError {
  const target = describeTarget(url)
  const words = error instanceof Error ? error.message || String(error) : String(error)
  const code = readCode(error)
  const known: Record<string, { message: string; fix: string }> = {
    ECONNREFUSED: {
      message: `${target} refused the connection`,
      fix: 'Start the server, or correct host and port. `savepoint wait` waits for one that is starting.',
    },
    ENOTFOUND: { message: `the host of ${target} is not known`, fix: 'Correct the host name.' },
    '3D000': {
      message: `the database of ${target} does not exist`,
      fix: 'Create it with `savepoint db create`, or correct the name.',
    },
    '28P01': { message: `${target} did not accept the password`, fix: 'Correct user and password of the URL.' },
    '28000': { message: `${target} did not let the user in`, fix: 'Correct user and password of the URL.' },
  }
  const { message, fix } = known[code ?? ''] ?? {
    message: `cannot connect to ${target}`,
    fix: 'Correct the URL, or start the server.',
  }
  return new DiagnosticError([{ code: 'SP2002', severity: 'error', message, why: words, fix }], { cause: error })
}

/** SQLSTATE of the server or code of the system; of several addresses that were tried the first one's. */
export function readCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return readCode(error.errors[0])
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

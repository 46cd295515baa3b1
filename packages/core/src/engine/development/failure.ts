import { isServerError } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'

/** Whether the session is gone: the server ended it, or the connection broke. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, 57P05 idle_session_timeout; class 08: connection.
  if (isServerError(error)) return /^(?:08|57P0)/.test(error.code)
  const code = 'code' in error ? String(error.code) : ''
  return (
    /^(?:ECONNRESET|ECONNREFUSED|EPIPE|ENOENT|ETIMEDOUT)$/.test(code) ||
    /connection (?:terminated|ended)|client (?:was closed|has encountered a connection error)|not queryable/i.test(
      error.message,
    )
  )
}

/** lock_not_available: `lock_timeout` ended the waiting. */
export function isLockTimeout(error: unknown): boolean {
  return isServerError(error) && error.code === '55P03'
}

/** How many statements of a plan are applied and cannot be taken back any more. */
export interface Standing {
  done: number
  total: number
}

/** Undefined where nothing stands. */
export function describeStanding({ done, total }: Standing): string | undefined {
  return done === 0 ? undefined : `${done} of ${total} statements are applied and stay; the next run plans from there.`
}

/** SP2004 */
export function connectionLost(error: unknown, while_: string, standing: Standing = { done: 0, total: 0 }): Diagnostic {
  const stands = describeStanding(standing)
  return {
    code: 'SP2004',
    severity: 'error',
    message: `the connection to the development database was lost ${while_}`,
    why: error instanceof Error ? error.message : String(error),
    fix: [
      stands === undefined
        ? 'Nothing was changed: a transaction that is cut off is rolled back.'
        : 'A transaction that is cut off is rolled back.',
      'It is tried again as soon as the database answers, and on the next save.',
      ...(stands === undefined ? [] : [stands]),
    ].join(' '),
  }
}

import type { Connection } from '../connection.js'

export interface TimeoutOptions {
  /** `lock_timeout` of the session while migrations run, in milliseconds. @default the server's */
  statementLockTimeout?: number | undefined
  /** `statement_timeout` of the session while migrations run, in milliseconds. @default the server's */
  statementTimeout?: number | undefined
}

const timeouts = `
  SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)`

/** Sets the session's timeouts for the time of `work`. */
export async function withTimeouts<T>(
  connection: Connection,
  options: TimeoutOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { statementLockTimeout, statementTimeout } = options
  if (statementLockTimeout === undefined && statementTimeout === undefined) return work()
  const read = `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`
  const { rows } = await connection.query<{ lock: string; statement: string }>(read)
  const before = rows[0] ?? { lock: '0', statement: '0' }
  const text = (value: number | undefined, other: string): string => (value === undefined ? other : `${value}ms`)
  await connection.query(timeouts, [text(statementLockTimeout, before.lock), text(statementTimeout, before.statement)])
  try {
    return await work()
  } finally {
    try {
      await connection.query(timeouts, [before.lock, before.statement])
    } catch {
      // The session is gone, and its settings with it.
    }
  }
}

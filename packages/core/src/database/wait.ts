import { setTimeout as delay } from 'node:timers/promises'
import { DiagnosticError } from '../diagnostics/index.js'
import { connect } from './connect.js'
import { describeTarget, readCode } from './failure.js'

export interface WaitOptions {
  url: string
  /** Milliseconds. */
  timeout: number
  signal?: AbortSignal
  /** Called with the reason of each attempt that failed. */
  onRetry?(reason: string): void
}

const pause = 250

/**
 * Waits until a database answers a query.
 *
 * @returns milliseconds that it took
 * @throws DiagnosticError SP2002 when the time is up, or at once when waiting cannot help (wrong password, no such database)
 */
export async function waitForDatabase({ url, timeout, signal, onRetry }: WaitOptions): Promise<number> {
  const started = performance.now()
  for (;;) {
    signal?.throwIfAborted()
    const left = timeout - (performance.now() - started)
    try {
      const session = await connect(url, { timeout: Math.max(1, Math.min(left, 5000)) })
      try {
        await session.query('SELECT 1')
      } finally {
        await session.close()
      }
      return performance.now() - started
    } catch (error) {
      const cause = error instanceof DiagnosticError ? error.cause : error
      if (isFinal(readCode(cause))) throw error
      if (left <= pause) throw timedOut(url, timeout, error)
      onRetry?.(error instanceof Error ? error.message : String(error))
      await delay(pause, undefined, signal ? { signal } : {})
    }
  }
}

// The server is up and has said no: class 28 is authorisation, 3D a database that does not exist.
function isFinal(code: string | undefined): boolean {
  return code !== undefined && /^(28|3D)...$/.test(code)
}

function timedOut(url: string, timeout: number, cause: unknown): DiagnosticError {
  const last = cause instanceof DiagnosticError ? cause.diagnostics[0] : undefined
  return new DiagnosticError(
    [
      {
        code: 'SP2002',
        severity: 'error',
        message: `${describeTarget(url)} did not answer within ${timeout / 1000} s`,
        ...(last ? { why: last.why ?? last.message } : {}),
        fix: 'Look at the log of the server, or wait longer with `--timeout`.',
      },
    ],
    { cause },
  )
}

/** An error that the server sent, with the fields of its protocol that are read. `pg` and PGlite both give it this shape. */
export interface ServerError extends Error {
  /** SQLSTATE. */
  code: string
  severity: string
  /** From 1, in characters of the query text. */
  position?: string | number
  internalPosition?: string | number
  internalQuery?: string
  detail?: string
  hint?: string
  where?: string
}

const sqlStateRE = /^[0-9A-Z]{5}$/

/**
 * Tells an answer of the server from a lost connection or a mistake of ours, which must be thrown on. Only the server gives a
 * severity: by the code alone, EPIPE and EROFS of the system would pass for an SQLSTATE.
 */
export function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error &&
    'severity' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    sqlStateRE.test(error.code)
  )
}

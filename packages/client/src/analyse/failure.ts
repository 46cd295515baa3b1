import type { ServerError } from '@savepoint/catalog'

/** A query that Postgres refused, with where in the query. */
export interface AnalysisFailure {
  kind: 'failed'
  /** SQLSTATE. */
  sqlstate: string
  message: string
  detail?: string
  hint?: string
  /** UTF-16 offset in the query's text. */
  offset?: number
  cause: unknown
}

/**
 * @param query the query's text as it stood in the statement that failed
 * @param prefixLength characters (UTF-16) of the statement before it
 */
export function analysisFailure(error: ServerError, query: string, prefixLength: number): AnalysisFailure {
  const position = error.position === undefined ? NaN : Number(error.position)
  const offset = Number.isNaN(position) ? undefined : offsetOfCharacter(query, position - 1 - prefixLength)
  return {
    kind: 'failed',
    sqlstate: error.code,
    message: error.message,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(offset !== undefined && { offset }),
    cause: error,
  }
}

/** Postgres counts code points, editors UTF-16 units; the prefix is ASCII except for names of types. */
function offsetOfCharacter(text: string, characters: number): number | undefined {
  if (characters < 0) return undefined
  let offset = 0
  for (const character of text) {
    if (characters-- === 0) return offset
    offset += character.length
  }
  return text.length
}

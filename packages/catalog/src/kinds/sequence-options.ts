import { quoteQualified } from '../identifier.js'
import type { SequenceOptions } from '../model/facts.js'

/** Whether a crash empties it. */
export function setPersistence(to: { schema?: string; name: string; persistence: 'permanent' | 'unlogged' }): string {
  return `ALTER SEQUENCE ${quoteQualified(to.schema, to.name)} SET ${to.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`
}

/**
 * Before a bound moves past the position, the position has to be moved within it: Postgres refuses otherwise. Where it stands is data,
 * so the server works it out when the plan runs. Empty when no bound gets tighter.
 */
export function clampPosition(sequence: string, from: SequenceOptions, to: SequenceOptions): string[] {
  const raised = BigInt(to.minimum) > BigInt(from.minimum)
  const lowered = BigInt(to.maximum) < BigInt(from.maximum)
  if (!raised && !lowered) return []
  const statements: string[] = []
  // The new position must be legal before the change as well.
  if (BigInt(to.minimum) > BigInt(from.maximum))
    statements.push(`ALTER SEQUENCE ${sequence} AS bigint MAXVALUE ${to.maximum}`)
  if (BigInt(to.maximum) < BigInt(from.minimum))
    statements.push(`ALTER SEQUENCE ${sequence} AS bigint MINVALUE ${to.minimum}`)
  const within = `LEAST(GREATEST(last_value, ${to.minimum}), ${to.maximum})`
  statements.push(
    `SELECT pg_catalog.setval('${sequence.replaceAll("'", "''")}', ${within}, is_called AND last_value BETWEEN ${to.minimum} AND ${to.maximum}) FROM ${sequence}`,
  )
  return statements
}

/** Smallest and largest value of each type a sequence can have. */
const ranges: Record<string, [minimum: string, maximum: string]> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
}

interface Defaults {
  minimum: string
  maximum: string
  start: string
}

/** init_params() in commands/sequence.c: a descending sequence runs from -1 down. */
function defaultsOf(options: SequenceOptions): Defaults {
  const [lowest, highest] = ranges[options.type] ?? ['', '']
  const descending = options.increment.startsWith('-')
  const minimum = descending ? lowest : '1'
  const maximum = descending ? '-1' : highest
  return { minimum, maximum, start: descending ? options.maximum : options.minimum }
}

/** Clauses for everything but the type that is not as CREATE SEQUENCE would have it. */
export function sequenceClauses(options: SequenceOptions): string[] {
  const defaults = defaultsOf(options)
  const clauses: string[] = []
  if (options.increment !== '1') clauses.push(`INCREMENT BY ${options.increment}`)
  if (options.minimum !== defaults.minimum) clauses.push(`MINVALUE ${options.minimum}`)
  if (options.maximum !== defaults.maximum) clauses.push(`MAXVALUE ${options.maximum}`)
  if (options.start !== defaults.start) clauses.push(`START WITH ${options.start}`)
  if (options.cache !== '1') clauses.push(`CACHE ${options.cache}`)
  if (options.cycle) clauses.push('CYCLE')
  return clauses
}

/**
 * Clauses of ALTER SEQUENCE that lead from one to the other. All are said together, because Postgres checks the result as a whole.
 * The position is left alone.
 */
export function changedSequenceClauses(from: SequenceOptions, to: SequenceOptions): string[] {
  const clauses: string[] = []
  if (from.type !== to.type) clauses.push(`AS ${to.type}`)
  if (from.increment !== to.increment) clauses.push(`INCREMENT BY ${to.increment}`)
  // A bound that was the old type's own moves with the type by itself, but saying it does no harm.
  if (from.minimum !== to.minimum || from.type !== to.type) clauses.push(`MINVALUE ${to.minimum}`)
  if (from.maximum !== to.maximum || from.type !== to.type) clauses.push(`MAXVALUE ${to.maximum}`)
  if (from.start !== to.start) clauses.push(`START WITH ${to.start}`)
  if (from.cache !== to.cache) clauses.push(`CACHE ${to.cache}`)
  if (from.cycle !== to.cycle) clauses.push(to.cycle ? 'CYCLE' : 'NO CYCLE')
  return clauses
}

import type { Connection } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import { describeStanding, type Standing } from './failure.js'

/** A session that holds a lock that another waits for. */
export interface Blocker {
  pid: number
  application: string
  state: string
  /** Its last statement. */
  query: string
  /** Since its transaction began. */
  seconds: number
  /** The table that is waited for, absent when it is no table. */
  relation: string | null
}

const blockersText = `
SELECT activity.pid, coalesce(activity.application_name, '') AS application, coalesce(activity.state, '') AS state,
  left(coalesce(activity.query, ''), 200) AS query,
  coalesce(extract(epoch FROM now() - activity.xact_start), 0)::integer AS seconds,
  (SELECT waiting.relation::regclass::text FROM pg_catalog.pg_locks AS waiting
   WHERE waiting.pid = $1 AND NOT waiting.granted AND waiting.relation IS NOT NULL LIMIT 1) AS relation
FROM unnest(pg_catalog.pg_blocking_pids($1)) AS blocking (pid)
JOIN pg_catalog.pg_stat_activity AS activity USING (pid)`

/** Who keeps the session `pid` waiting at this moment; asked on another connection than the waiting one. */
export async function findBlockers(connection: Connection, pid: number): Promise<Blocker[]> {
  const { rows } = await connection.query<Blocker>(blockersText, [pid])
  return rows
}

/** SP2003, naming who has to let go. */
export function lockTimeout(
  blockers: readonly Blocker[],
  lockTimeout: number,
  standing: Standing,
  detail?: string,
): Diagnostic {
  const stands = describeStanding(standing)
  const [first] = blockers
  const name = first && `pid ${first.pid} (${[first.application, describeState(first)].filter(Boolean).join(', ')})`
  const what = first?.relation ? `table ${first.relation}` : 'the development database'
  return {
    code: 'SP2003',
    severity: 'error',
    message: name ? `${what} is locked by ${name}` : `another session holds a lock on ${what}`,
    why: [
      `${stands === undefined ? 'Nothing was changed: the' : 'The'} lock was waited for ${lockTimeout} ms.`,
      ...(first ? [`Its last statement: ${first.query}`] : []),
      ...(detail === undefined ? [] : [detail]),
    ].join(' '),
    fix: [
      `End that transaction${first ? `, or the session with \`SELECT pg_terminate_backend(${first.pid})\`` : ''}.`,
      'It is tried again in a moment, and on the next save.',
      ...(stands === undefined ? [] : [stands]),
    ].join(' '),
  }
}

function describeState({ state, seconds }: Blocker): string {
  if (state === '') return ''
  const time = seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${seconds} s`
  return `${state} for ${time}`
}

/** SP2003 of a server that says itself who keeps us waiting. */
export function blocked(reason: string): Diagnostic {
  return {
    code: 'SP2003',
    severity: 'error',
    message: 'another session keeps the development database waiting',
    why: reason,
    fix: 'End that transaction: the save is applied as soon as it has ended.',
  }
}

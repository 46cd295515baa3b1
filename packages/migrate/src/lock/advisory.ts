import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from '../connection.js'
import { MigrateError } from '../error.js'
import type { Lease } from './lease.js'

const tryLock = 'SELECT pg_try_advisory_lock($1::bigint) AS held, pg_backend_pid() AS pid'
const unlock = 'SELECT pg_advisory_unlock($1::bigint) AS released'

const findHolder = `
  SELECT a.pid, nullif(a.application_name, '') AS application, extract(epoch FROM now() - a.state_change)::int AS seconds, a.state
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32) | l.objid::bigint = ANY ($1::bigint[])`

const readBackend = 'SELECT pg_backend_pid() AS pid'

export interface HeldLock {
  release(): Promise<void>
}

/**
 * Takes session locks, all or none, waiting up to `timeout` milliseconds. Polls instead of waiting inside the server:
 * a session that waits there holds a snapshot, and `CREATE INDEX CONCURRENTLY` of the session that holds the lock would
 * wait for it for ever. The pauses are Atlas's: random in [d, 2d), d doubling from 25 ms to 1 s.
 *
 * Throws SP4010, also where a pooler hands out another session for each transaction.
 *
 * @param lease a further lock, which is a row of a table
 */
export async function acquireLocks(
  connection: Connection,
  keys: readonly (number | bigint)[],
  timeout: number,
  lease?: Lease,
): Promise<HeldLock> {
  const held: string[] = []
  let pid = 0
  const release = async (): Promise<void> => {
    for (let key = held.pop(); key !== undefined; key = held.pop()) await connection.query(unlock, [key])
  }
  const end = Date.now() + timeout
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    for (const key of keys.map(String)) {
      const { rows } = await connection.query<{ held: boolean; pid: number }>(tryLock, [key])
      if (!rows[0]?.held) break
      pid = rows[0].pid
      held.push(key)
    }
    if (held.length === keys.length) {
      await requireSameSession(connection, pid)
      if (!lease) return { release }
      if (await lease.take()) return { release: () => lease.giveBack().finally(release) }
    }
    await release()
    const left = end - Date.now()
    if (left <= 0)
      throw new MigrateError('SP4010', 'another process is applying migrations: the lock is held by another session', {
        why: `It was not free within ${timeout} ms.${await describeHolder(connection, keys, lease)}`,
        fix: 'Wait for the other run, or wait longer with `--lock-timeout`.',
      })
    await delay(Math.min(left, pause * (1 + Math.random())))
  }
}

async function requireSameSession(connection: Connection, pid: number): Promise<void> {
  const { rows } = await connection.query<{ pid: number }>(readBackend)
  if (rows[0]?.pid === pid) return
  throw new MigrateError('SP4010', 'the lock does not hold: the connection changes its session between transactions', {
    why: 'A pooler in transaction mode stands before the server; locks belong to sessions.',
    fix: 'Give migrations a URL of the server itself, or of a pooler in session mode.',
  })
}

/** Who is in the way, as far as the server tells this role. */
async function describeHolder(
  connection: Connection,
  keys: readonly (number | bigint)[],
  lease: Lease | undefined,
): Promise<string> {
  const { rows } = await connection.query<{
    pid: number
    application: string | null
    seconds: number | null
    state: string | null
  }>(findHolder, [keys.map(String)])
  const [holder] = rows
  if (!holder) {
    const words = await lease?.describeHolder()
    return words === undefined ? '' : ` ${words}`
  }
  const { pid, application, seconds, state } = holder
  const who = [application, state && seconds !== null ? `${state} for ${seconds} s` : undefined].filter(Boolean)
  return ` It is held by the server's process ${pid}${who.length > 0 ? ` (${who.join(', ')})` : ''}.`
}

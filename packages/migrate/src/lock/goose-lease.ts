import type { Connection } from '../connection.js'
import { gooseKey } from './keys.js'
import type { Lease } from './lease.js'

const find = `SELECT to_regclass('goose_lock') IS NOT NULL AS found`

// A killed run of ours leaves its row. Whoever holds the advisory lock knows that no other run of ours goes on, and takes it over.
const take = `INSERT INTO goose_lock AS l (lock_id, locked, locked_at, locked_by, lease_expires_at, updated_at)
  VALUES ($1, true, now(), 'savepoint-' || pg_backend_pid(), now() + interval '15 minutes', now())
  ON CONFLICT (lock_id) DO UPDATE SET locked = true, locked_at = now(), locked_by = excluded.locked_by,
    lease_expires_at = excluded.lease_expires_at, updated_at = now()
  WHERE NOT l.locked OR l.lease_expires_at < now() OR l.locked_by LIKE 'savepoint-%'
  RETURNING lock_id`

const giveBack = `UPDATE goose_lock SET locked = false, locked_at = NULL, locked_by = NULL, lease_expires_at = NULL, updated_at = now()
  WHERE lock_id = $1 AND locked_by = 'savepoint-' || pg_backend_pid()`

const findOwner = `SELECT locked_by FROM goose_lock WHERE lock_id = $1 AND locked`

/**
 * goose's table locker, `NewPostgresTableLocker`, where a team uses it: its table is there then. goose renews its lease every
 * five seconds in a session of its own; ours has one session, so the lease is long instead, and given back at the end.
 */
export async function findGooseLease(connection: Connection): Promise<Lease | undefined> {
  const { rows } = await connection.query<{ found: boolean }>(find)
  if (!rows[0]?.found) return undefined
  return {
    take: async () => (await connection.query(take, [String(gooseKey)])).rows.length > 0,
    giveBack: async () => void (await connection.query(giveBack, [String(gooseKey)])),
    async describeHolder() {
      const { rows } = await connection.query<{ locked_by: string }>(findOwner, [String(gooseKey)])
      return rows[0] && `The row of goose_lock is held by ${rows[0].locked_by}.`
    },
  }
}

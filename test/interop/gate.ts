import { expect } from 'vitest'
import type { Database } from '../../packages/migrate/src/testing/project.js'

/** A migration's statement that stands still until the gate is opened. */
export const throughGate = 'ALTER TABLE app.gate ADD COLUMN a int'

export interface Gate {
  /** Waits until a session stands at the gate. */
  untilReached(): Promise<void>
  /** Waits until some other session than the one at the gate has asked for an advisory lock or for goose's row. */
  untilAsked(): Promise<void>
  open(): Promise<void>
}

/** Makes `app.gate`, and keeps everybody out of it. */
export async function closeGate(database: Database): Promise<Gate> {
  const [blocker, watcher] = [await database.connect(), await database.connect()]
  await blocker.query('CREATE SCHEMA app; CREATE TABLE app.gate ()')
  await blocker.query('BEGIN; LOCK TABLE app.gate')
  const until = (condition: string): Promise<void> =>
    expect
      .poll(
        async () =>
          (await watcher.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`))
            .rowCount,
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0)
  return {
    untilReached: () => until(`wait_event_type = 'Lock' AND wait_event = 'relation'`),
    untilAsked: () =>
      until(`pid <> pg_backend_pid() AND query ~ 'pg_(try_)?advisory_(xact_)?lock|goose_lock' AND query !~ 'gate'`),
    async open() {
      await blocker.query('COMMIT')
    },
  }
}

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { DiagnosticError } from '../../diagnostics/index.js'
import { connect } from '../../database/connect.js'
import { readCode } from '../../database/failure.js'
import type { ScratchDatabase } from '../server.js'

// The second half is the time it was made, in seconds, base 36: one that was made just now may have no session yet.
const scratchNameRE = /^savepoint_scratch_[0-9a-f]{12}_([0-9a-z]+)$/
const graceSeconds = 60

/** Databases whose process is gone: ours have a session of the process that made them for as long as it lives. */
const findAbandoned = `SELECT d.datname AS name FROM pg_catalog.pg_database d
  WHERE d.datname LIKE 'savepoint\\_scratch\\_%'
    AND pg_catalog.pg_has_role(d.datdba, 'MEMBER')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)`

/**
 * Makes an empty database on a server, and drops those that killed processes left there.
 *
 * @param url of a database of that server, by a user who may create databases
 * @throws SP2010 when the user may not, SP2002 when the server cannot be reached
 */
export async function createScratchDatabase(url: string): Promise<ScratchDatabase> {
  const name = `savepoint_scratch_${randomBytes(6).toString('hex')}_${Math.floor(Date.now() / 1000).toString(36)}`
  const admin = await connect(url)
  try {
    await dropAbandoned(admin)
    // template1 may hold things of this machine; an empty database is template0's.
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`)
  } catch (error) {
    throw readCode(error) === '42501' ? mayNotCreate(error) : error
  } finally {
    await admin.close()
  }
  const scratchUrl = withDatabase(url, name)
  const keeper = new pg.Client({ connectionString: scratchUrl, application_name: 'savepoint scratch', keepAlive: true })
  keeper.on('error', () => {})
  await keeper.connect()
  const { rows } = await keeper.query<{ server_version_num: string }>('SHOW server_version_num')
  let closing: Promise<void> | undefined
  const drop = async (): Promise<void> => {
    await keeper.end().catch(() => {})
    const dropper = await connect(url)
    try {
      await dropper.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    } finally {
      await dropper.close()
    }
  }
  return {
    url: scratchUrl,
    version: Number(rows[0]?.server_version_num),
    close: () => (closing ??= drop()),
  }
}

async function dropAbandoned(admin: { query<Row>(text: string): Promise<{ rows: Row[] }> }): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(findAbandoned)
  for (const { name } of rows) {
    const made = Number.parseInt(scratchNameRE.exec(name)?.[1] ?? '', 36)
    if (!(Date.now() / 1000 - made > graceSeconds)) continue
    // Without FORCE: if somebody uses it after all, it stays. If another process drops it now, that is as well.
    await admin.query(`DROP DATABASE IF EXISTS ${name}`).catch(() => {})
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

function mayNotCreate(cause: unknown): DiagnosticError {
  return new DiagnosticError(
    [
      {
        code: 'SP2010',
        severity: 'error',
        message: 'a scratch database cannot be created on the server of the development database',
        why: cause instanceof Error ? cause.message : String(cause),
        fix: "ALTER ROLE … CREATEDB for the user of the URL, or set `scratch` in the config: 'pglite:memory', 'docker://postgres/17/dev', or the URL of a server where the user may create databases",
      },
    ],
    { cause },
  )
}

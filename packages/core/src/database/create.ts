import { connect, type DatabaseSession } from './connect.js'
import { readCode } from './failure.js'

/**
 * Makes the database that a connection string names, over the maintenance database of the same server.
 *
 * @returns its name, and whether it was made now or was there already
 * @throws DiagnosticError SP2002; the server's error when the user may not create databases
 */
export async function createDatabase(url: string): Promise<{ name: string; created: boolean }> {
  const name = databaseName(url)
  return onMaintenanceDatabase(url, async (session) => {
    try {
      await session.query(`CREATE DATABASE ${quoteName(name)}`)
      return { name, created: true }
    } catch (error) {
      // 42P04 duplicate_database; 23505 when another session makes it at this moment.
      const code = readCode(error)
      if (code === '42P04' || code === '23505') return { name, created: false }
      throw error
    }
  })
}

/**
 * Drops the database that a connection string names, ending the sessions that use it.
 *
 * @returns its name, and whether there was one to drop
 * @throws DiagnosticError SP2002; the server's error when the user may not drop it
 */
export async function dropDatabase(url: string): Promise<{ name: string; dropped: boolean }> {
  const name = databaseName(url)
  return onMaintenanceDatabase(url, async (session) => {
    const { rows } = await session.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rows.length === 0) return { name, dropped: false }
    await session.query(`DROP DATABASE ${quoteName(name)} WITH (FORCE)`)
    return { name, dropped: true }
  })
}

/** The database's name as the server knows it: a URL without one means the user's own. */
export function databaseName(url: string): string {
  const { pathname, username } = new URL(url)
  return decodeURIComponent(pathname.replace(/^\//, '')) || decodeURIComponent(username) || 'postgres'
}

async function onMaintenanceDatabase<Result>(
  url: string,
  work: (session: DatabaseSession) => Promise<Result>,
): Promise<Result> {
  // A database cannot be dropped from inside itself.
  const names = ['postgres', 'template1'].filter((name) => name !== databaseName(url))
  const session = await connectToFirst(names.map((name) => withDatabase(url, name)))
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

async function connectToFirst([url = '', ...others]: readonly string[]): Promise<DatabaseSession> {
  try {
    return await connect(url)
  } catch (error) {
    if (others.length === 0 || !(error instanceof Error) || readCode(error.cause) !== '3D000') throw error
    return connectToFirst(others)
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(name)}`
  return changed.href
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

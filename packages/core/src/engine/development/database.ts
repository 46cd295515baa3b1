import type { Connection } from '@savepoint/catalog'
import type { ResolvedConfig } from '../../config/config.js'
import { connect, type DatabaseSession } from '../../database/connect.js'
import type { DatabaseServer } from '../../server/server.js'
import { openDevelopmentDatabase, type Log } from '../servers.js'

/** The development database of a project: started when it is first asked for, and again after it went away. */
export interface DevelopmentDatabase {
  /** The server. */
  server(): Promise<DatabaseServer>
  /** A session that is kept; a new one after the last was lost. */
  session(): Promise<Connection>
  /** Another session, which the caller closes. */
  openSession(): Promise<DatabaseSession>
  /** The session is gone: the next `session()` makes a new one, and starts the server anew where that no longer answers. */
  lose(): Promise<void>
  close(): Promise<void>
}

export interface DevelopmentOptions {
  log: Log
  /** The database answers at this address. */
  onDatabase(url: string): void
  /** A question of ours has been waiting for a while, and the server says why. */
  onBlocked(reason: string): void
}

// What is answered sooner was not waiting for anybody.
const noticeable = 1000

export function createDevelopmentDatabase(config: ResolvedConfig, options: DevelopmentOptions): DevelopmentDatabase {
  let opening: Promise<DatabaseServer> | undefined
  let connecting: Promise<DatabaseSession> | undefined
  let askedAt: number | undefined
  const watched = new WeakMap<DatabaseSession, Connection>()

  // The embedded Postgres runs one transaction at a time; who waits for whom is seen by its session layer alone, which
  // tells it as a warning.
  const log: Log = (level, message) => {
    if (level === 'warn' && askedAt !== undefined && performance.now() - askedAt > noticeable)
      options.onBlocked(message)
    else options.log(level, message)
  }

  const development: DevelopmentDatabase = {
    server() {
      opening ??= open().catch((error: unknown) => {
        // The next call tries again: the user may have started the server meanwhile.
        opening = undefined
        throw error
      })
      return opening
    },
    async session() {
      connecting ??= development.openSession().catch((error: unknown) => {
        connecting = undefined
        throw error
      })
      return watchQuestions(await connecting)
    },
    openSession: async () => connect((await development.server()).url),
    async lose() {
      const lost = connecting
      connecting = undefined
      await lost?.then((session) => session.close()).catch(() => undefined)
      const server = await opening?.catch(() => undefined)
      if (!server || (await isAnswering(server.url))) return
      // What we started has ended: a crashed worker, a killed container. Opening starts it again.
      opening = undefined
      await server
        .close()
        .catch((error: unknown) => options.log('debug', `closing the lost server failed: ${String(error)}`))
    },
    async close() {
      const session = await connecting?.catch(() => undefined)
      await session?.close().catch(() => undefined)
      const server = await opening?.catch(() => undefined)
      await server?.close()
    },
  }
  return development

  async function open(): Promise<DatabaseServer> {
    const server = await openDevelopmentDatabase(config, log)
    options.onDatabase(server.url)
    return server
  }

  // The same object each time: what is known of a connection is kept by it.
  function watchQuestions(session: DatabaseSession): Connection {
    let connection = watched.get(session)
    if (!connection) {
      connection = {
        async query<Row>(text: string, values?: unknown[]) {
          askedAt = performance.now()
          try {
            return await session.query<Row>(text, values)
          } finally {
            askedAt = undefined
          }
        },
      }
      watched.set(session, connection)
    }
    return connection
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const session = await connect(url, { timeout: 2000 })
    await session.close()
    return true
  } catch {
    return false
  }
}

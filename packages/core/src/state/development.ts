import type { ResolvedConfig } from '../config/config.js'
import { acquireLock } from '../engine/attach/lock.js'
import { attach } from '../engine/attach/attached.js'
import { listen } from '../engine/attach/serve.js'
import type { BackendListener } from '../engine/backend.js'
import { locateProject } from '../engine/create.js'
import { openDevelopmentDatabase } from '../engine/servers.js'
import type { EngineState } from '../engine/engine.js'

/** The development database while a command looks at it. */
export interface OpenDevelopment {
  /** Connection string; may hold a password. */
  url: string
  /** Gives it back: what was started for this is stopped. */
  close(): Promise<void>
}

export interface DevelopmentOptions {
  config: ResolvedConfig
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
}

/**
 * Finds the development database without running the loop: the one of the engine that runs in some process, else it is
 * started for as long as it is open here. An engine that starts meanwhile waits until then.
 *
 * @throws DiagnosticError SP2001, SP2002, SP2005, SP2006 as the kind of database has them
 */
export async function openDevelopment({ config, log }: DevelopmentOptions): Promise<OpenDevelopment> {
  // A server that runs by itself needs nobody to share it.
  if (config.database.kind === 'postgres') return { url: config.database.url, close: () => Promise.resolve() }
  const { lockName } = locateProject({
    root: config.root,
    ...(config.configFile === undefined ? {} : { configFile: config.configFile }),
    ...(config.environment === undefined ? {} : { environment: config.environment }),
  })
  for (;;) {
    const server = await listen(config.stateDirectory)
    const outcome = await acquireLock(config.stateDirectory, { pid: process.pid, address: server.address }, lockName)
    if ('held' in outcome) {
      try {
        return await openOwn({ config, log }, async () => {
          outcome.held.release()
          await server.close()
        })
      } catch (error) {
        outcome.held.release()
        await server.close()
        throw error
      }
    }
    await server.close()
    const joined = await join(outcome.owner, log)
    if (joined) return joined
  }
}

async function openOwn({ config, log }: DevelopmentOptions, release: () => Promise<void>): Promise<OpenDevelopment> {
  const database = await openDevelopmentDatabase(config, log)
  return {
    url: database.url,
    async close() {
      await database.close()
      await release()
    },
  }
}

/** The database of a running engine; undefined when the engine went away meanwhile. */
async function join(
  owner: Parameters<typeof attach>[0],
  log: DevelopmentOptions['log'],
): Promise<OpenDevelopment | undefined> {
  let state: EngineState | undefined
  const listener: BackendListener = {
    state: (next) => void (state = next),
    saved: () => {},
    watchedFiles: () => {},
    config: () => {},
    log,
  }
  const attached = await attach(owner, listener)
  if (!attached) return undefined
  await Promise.race([attached.start(), attached.ended])
  const url = state?.databaseUrl
  if (url === undefined) {
    await attached.close()
    return undefined
  }
  return { url, close: () => attached.close() }
}

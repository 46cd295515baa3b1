import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Host } from '../host.js'
import { createEngine } from './create.js'
import type { Engine, EngineOptions } from './engine.js'

/** One user's share in an engine. */
export interface EngineHandle {
  readonly engine: Engine
  /**
   * Gives the share back; the host is told nothing more. The engine closes a moment after the last share was given back,
   * unless someone acquires it meanwhile. Resolves when one of the two has happened; safe to call twice.
   */
  release(): Promise<void>
}

interface Entry {
  engine: Engine
  shares: number
  /** While nobody holds a share: ends the wait for a new holder. */
  reacquired?: (() => void) | undefined
  closing?: Promise<void> | undefined
}

// On `globalThis` and not in a module's variable: a bundled config, a nested install and a second copy in node_modules each
// load this module anew, and two engines on one data directory would destroy it.
const registryKey = Symbol.for('savepoint.engines')

/** Vite starts the new server's plugins before it closes the old one's, others the other way round; this bridges the gap. */
const keepAlive = 200

/**
 * A share in the engine of a project: the first caller in a process creates it, the others get the same one.
 * Keyed by root, config file and environment.
 */
export async function acquireEngine(options: EngineOptions & { host?: Host }): Promise<EngineHandle> {
  const registry = getRegistry()
  const key = createKey(options)
  let entry = registry.get(key)
  while (entry?.closing) {
    await entry.closing
    entry = registry.get(key)
  }
  if (!entry) {
    entry = { engine: createEngine(options), shares: 0 }
    registry.set(key, entry)
  }
  const held = entry
  held.shares++
  held.reacquired?.()
  const removeHost = options.host ? held.engine.addHost(options.host) : undefined
  let released: Promise<void> | undefined
  return {
    engine: held.engine,
    release() {
      released ??= release()
      return released
    },
  }

  async function release(): Promise<void> {
    removeHost?.()
    held.shares--
    if (held.shares > 0) return
    await waitForHolder(held)
    if (held.shares > 0 || held.closing) return
    held.closing = held.engine.close().finally(() => registry.delete(key))
    await held.closing
  }
}

async function waitForHolder(entry: Entry): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, keepAlive)
    entry.reacquired = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  entry.reacquired = undefined
}

function getRegistry(): Map<string, Entry> {
  const holder = globalThis as typeof globalThis & { [registryKey]?: Map<string, Entry> }
  return (holder[registryKey] ??= new Map())
}

function createKey({ root, configFile, environment }: EngineOptions): string {
  const folder = realPath(resolve(root))
  return JSON.stringify([folder, configFile === undefined ? null : realPath(resolve(folder, configFile)), environment])
}

// A project reached through a link is the same project.
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

import type { Config } from '../config/config.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { handlerOf, pluginFailure, withinTime } from './call.js'
import { freezeDeep } from './freeze.js'
import type { Plugin } from './plugin.js'

/**
 * Lets the plugins change the config before it is resolved, each seeing what the ones before it returned.
 *
 * @param timeout milliseconds that each may take
 * @throws DiagnosticError SP5004 when a plugin fails: a config that is half changed is not one to work with
 */
export async function applyConfigHooks(
  config: Config,
  plugins: readonly Plugin[],
  root: string,
  timeout?: number,
): Promise<Config> {
  let current = config
  for (const plugin of plugins) {
    const handler = handlerOf(plugin.config)
    if (!handler) continue
    try {
      const part = await withinTime('config', handler(freezeConfig(current), { root }), timeout)
      current = { ...current, ...part }
    } catch (error) {
      throw new DiagnosticError(pluginFailure(plugin, 'config', error), { cause: error })
    }
  }
  return current
}

/** Plugins are objects with a state of their own, which stays theirs. */
function freezeConfig(config: Config): Readonly<Config> {
  const { plugins, ...settings } = config
  for (const setting of Object.values(settings)) freezeDeep<unknown>(setting)
  return Object.freeze({ ...settings, ...(plugins ? { plugins: Object.freeze([...plugins]) } : {}) })
}

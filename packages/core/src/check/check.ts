import { dirname, join, resolve } from 'node:path'
import type { ResolvedConfig } from '../config/config.js'
import { findConfigFile } from '../config/find.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { EngineOptions } from '../engine/engine.js'
import { compareStamp, stampPath } from './stamp.js'

export interface CheckResult {
  /** Errors in here mean that the build must fail. */
  diagnostics: readonly Diagnostic[]
  /** Nothing had changed since the last good check, so nothing was looked at. */
  unchanged: boolean
}

const unchanged: CheckResult = { diagnostics: [], unchanged: true }

/**
 * What a build and CI ask: do the schema files elaborate (SP1xxx), do the migrations lead to them (SP4001, SP4003, SP4004),
 * are the generated files theirs (SP6001)? Never looks at the development database. Throws nothing.
 *
 * With nothing changed since the last good check it loads nothing but this module, which is why it has an entry of its own
 * (`@savepoint/core/check`).
 */
export async function checkProject(options: EngineOptions): Promise<CheckResult> {
  const cwd = resolve(options.root)
  const named = options.configFile === undefined ? undefined : resolve(cwd, options.configFile)
  const { file, root } = named === undefined ? findConfigFile(cwd) : { file: named, root: dirname(named) }
  const compared = compareStamp(stampPath(join(root, '.savepoint'), file, options.environment))
  if (compared === 'same') return unchanged
  const { checkFully, loadForCheck } = await import('./full-check.js')
  const loaded = await loadForCheck(options)
  if ('diagnostics' in loaded) return { ...loaded, unchanged: false }
  if (typeof compared === 'object' && compared.asConfigured === loaded.described) return unchanged
  return { diagnostics: await checkFully(loaded.config), unchanged: false }
}

/** `checkProject` of a config that is loaded already. */
export async function checkConfig(config: ResolvedConfig): Promise<CheckResult> {
  const compared = compareStamp(stampPath(config.stateDirectory, config.configFile, config.environment))
  const { checkFully, describeConfig } = await import('./full-check.js')
  if (compared === 'same' || (typeof compared === 'object' && compared.asConfigured === describeConfig(config)))
    return unchanged
  return { diagnostics: await checkFully(config), unchanged: false }
}

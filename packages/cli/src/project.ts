import type { ResolvedConfig } from '@savepoint/core'
import { text } from './command.js'
import type { Io } from './io.js'

/** Options of every command that reads the project's config. */
export const projectOptions = {
  config: { ...text('file', 'Config file (default: savepoint.config.ts here or above)'), short: 'c' },
  env: text('name', 'Environment of the config file'),
}

/** Loads the config that the options name; a project without one has the defaults. */
export async function loadProject(
  options: { readonly config: string | undefined; readonly env: string | undefined },
  io: Io,
): Promise<ResolvedConfig> {
  const { loadConfig } = await import('@savepoint/core')
  return loadConfig({ cwd: io.cwd, configFile: options.config, environment: options.env })
}

import type { ResolvedConfig } from '@savepoint/core'
import { text } from './command.js'
import type { Io } from './io.js'

/** Options of every command that reads the project's config. */
export const projectOptions = {
  config: { ...text('file', 'Config file (default: savepoint.config.ts here or above)'), short: 'c' },
  env: text('name', 'Environment of the config file'),
}

/**
 * Loads the config that the options name; a project without one has the defaults.
 *
 * @throws DiagnosticError SP5001 to SP5004, and SP5006 for a plugin's command that has the name of another
 */
export async function loadProject(
  options: { readonly config: string | undefined; readonly env: string | undefined },
  io: Io,
): Promise<ResolvedConfig> {
  const { DiagnosticError, loadConfig } = await import('@savepoint/core')
  const config = await loadConfig({ cwd: io.cwd, configFile: options.config, environment: options.env })
  if (config.plugins.some(({ commands = [] }) => commands.length > 0)) {
    const [{ commands }, { findCommandConflicts }] = await Promise.all([
      import('./commands.js'),
      import('./command-conflicts.js'),
    ])
    const conflicts = findCommandConflicts(
      config,
      commands.map(({ name }) => name),
    )
    if (conflicts.length > 0) throw new DiagnosticError(conflicts)
  }
  return config
}

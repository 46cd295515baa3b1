import type { Diagnostic, ResolvedConfig } from '@savepoint/core'
import type { PluginCommand } from '@savepoint/core/plugin'

/** The commands that the plugins of a config add, each under its plugin's name. */
export function listPluginCommands(config: ResolvedConfig): { plugin: string; command: PluginCommand }[] {
  return config.plugins.flatMap(({ name, commands = [] }) => commands.map((command) => ({ plugin: name, command })))
}

/**
 * Says which of them cannot be: a name must have one word or two, and be nobody else's.
 *
 * @param builtIn names of the commands that Savepoint has itself
 * @returns SP5006 for each
 */
export function findCommandConflicts(config: ResolvedConfig, builtIn: readonly string[]): Diagnostic[] {
  const groups = new Set(builtIn.map((name) => name.split(' ')[0] ?? ''))
  const seen = new Map<string, string>()
  return listPluginCommands(config).flatMap(({ plugin, command: { name } }) => {
    const problem = !/^[a-z][\w-]*(?: [a-z][\w-]*)?$/.test(name)
      ? 'that is no name: one word or two, of letters, digits and -'
      : builtIn.includes(name) || groups.has(name)
        ? 'Savepoint has that itself'
        : seen.has(name)
          ? `the plugin ${seen.get(name)} has it too`
          : undefined
    seen.set(name, plugin)
    if (problem === undefined) return []
    return [
      {
        code: 'SP5006',
        severity: 'error',
        plugin,
        message: `the plugin ${plugin} adds a command "${name}": ${problem}`,
        fix: 'Give the command a name that begins with the plugin’s own.',
      } as const,
    ]
  })
}

import type { ResolvedConfig } from '@savepoint/core'
import type { CommandInput, PluginCommand } from '@savepoint/core/plugin'
import { listPluginCommands } from './command-conflicts.js'
import type { Command, OptionDefinition } from './command.js'
import type { CommandEntry } from './commands.js'
import { exitCodes } from './exit-codes.js'
import type { Io } from './io.js'
import { loadProject, projectOptions } from './project.js'
import { requireUrl } from './target.js'

/**
 * The commands of the config's plugins, for the help.
 *
 * @returns as `unknown` why nobody can tell, such as a config that does not load; nothing there where no config is
 */
export async function listPluginEntries(
  argv: readonly string[],
  io: Io,
): Promise<{ entries: readonly CommandEntry[]; unknown?: string }> {
  try {
    return { entries: await loadEntries(argv, io) }
  } catch (error) {
    return { entries: [], unknown: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}

/** Finds the command of a plugin that a command line begins with, as an entry like those of our own; with it all that there are. */
export async function findPluginCommand(
  argv: readonly string[],
  io: Io,
): Promise<{ found?: { entry: CommandEntry; rest: readonly string[] }; entries: readonly CommandEntry[] }> {
  const entries = await loadEntries(argv, io)
  for (const words of [2, 1]) {
    const typed = argv.slice(0, words).join(' ')
    const entry = entries.find(({ name }) => name === typed)
    if (entry) return { found: { entry, rest: argv.slice(words) }, entries }
  }
  return { entries }
}

async function loadEntries(argv: readonly string[], io: Io): Promise<CommandEntry[]> {
  const config = await loadProject({ config: valueOf(argv, ['--config', '-c']), env: valueOf(argv, ['--env']) }, io)
  return listPluginCommands(config).map((found) => toEntry(found, config))
}

function toEntry(
  { plugin, command }: { plugin: string; command: PluginCommand },
  config: ResolvedConfig,
): CommandEntry {
  const { name, description, options = {} } = command
  const wrapped: Command<Record<string, OptionDefinition>> = {
    ...(command.arguments === undefined ? {} : { arguments: command.arguments }),
    ...(command.examples === undefined ? {} : { examples: command.examples }),
    ...(command.details === undefined ? {} : { details: command.details }),
    options: { ...options, ...projectOptions },
    async run({ args, options: values, io, talk }) {
      const { connect, DiagnosticError, openDevelopment, pluginFailure } = await import('@savepoint/core')
      const closing: (() => Promise<void>)[] = []
      const open = async (): Promise<Awaited<ReturnType<typeof connect>>> => {
        const database =
          config.url === undefined
            ? await openDevelopment({ config, log: (_level, message) => talk.debug(message) })
            : { url: requireUrl(config.url), close: () => Promise.resolve() }
        closing.unshift(() => database.close())
        const session = await connect(database.url)
        closing.unshift(() => session.close())
        return session
      }
      let session: ReturnType<typeof open> | undefined
      const input: CommandInput = {
        args,
        options: values,
        config,
        signal: io.signal,
        print: (text) => io.stdout(text.endsWith('\n') ? text : `${text}\n`),
        say: (text) => talk.say(text),
        connect: () => (session ??= open()),
      }
      try {
        const code = (await command.run(input)) ?? exitCodes.done
        if (Number.isInteger(code) && code >= 0 && code <= 255) return code
        throw new TypeError(`it returned ${String(code)}, which is no exit code`)
      } catch (error) {
        if (io.signal.aborted) throw error
        throw new DiagnosticError(pluginFailure({ name: plugin }, `the command ${name}`, error), { cause: error })
      } finally {
        for (const close of closing) await close()
      }
    },
  }
  return { name, description: `${description} (${plugin})`, load: () => Promise.resolve({ command: wrapped }) }
}

/** The value of an option before the command that has it is known. */
function valueOf(argv: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return undefined
    for (const name of names) {
      if (argument === name) return argv[index + 1]
      if (argument.startsWith(`${name}=`)) return argument.slice(name.length + 1)
    }
  }
  return undefined
}

import { createRequire } from 'node:module'
import type { OptionDefinitions, OptionValues } from './command.js'
import { commands, type CommandEntry } from './commands.js'
import { exitCodes } from './exit-codes.js'
import { renderCommandHelp, renderOverview } from './help.js'
import { createProcessIo, type Io } from './io.js'
import { createTalk, type Talk } from './terminal/talk.js'
import { UsageError } from './usage.js'

/**
 * Runs one command line.
 *
 * @param argv arguments after the program's name
 * @param io the outside; the process's own terminal when left out
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage. Nothing is thrown for a failing command.
 */
export async function run(argv: readonly string[], io: Io = createProcessIo()): Promise<number> {
  const talk = await createTalk(io, { debug: argv.includes('--debug') })
  try {
    return await dispatch(argv, io, talk)
  } catch (error) {
    if (error instanceof UsageError) {
      talk.fail(error.message)
      return exitCodes.usage
    }
    if (io.signal.aborted) {
      talk.say('interrupted')
      return exitCodes.failed
    }
    const { reportFailure } = await import('./failure.js')
    await reportFailure(error, { io, talk, debug: argv.includes('--debug'), json: argv.includes('--json') })
    return exitCodes.failed
  }
}

async function dispatch(argv: readonly string[], io: Io, talk: Talk): Promise<number> {
  const first = argv[0]
  if (first === '--version' || first === '-v') {
    io.stdout(`savepoint/${readVersion()} node-${process.version}\n`)
    return exitCodes.done
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const { listPluginEntries } = await import('./plugin-commands.js')
    const { entries, unknown } = await listPluginEntries(argv, io)
    io.stdout(renderOverview([...commands, ...entries], readVersion()))
    if (unknown !== undefined) talk.say(`Commands of plugins are not listed: ${unknown}`)
    return first === undefined ? exitCodes.usage : exitCodes.done
  }
  const { entry, rest, others = [] } = await findCommand(argv, io)
  if (!entry) {
    io.stdout(
      renderOverview(
        [...commands, ...others].filter(({ name }) => name.startsWith(`${first} `)),
        readVersion(),
      ),
    )
    return exitCodes.done
  }
  const { command } = await entry.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout(renderCommandHelp(entry, command))
    return exitCodes.done
  }
  const { parseArguments } = await import('./parse.js')
  const { args, options } = await parseArguments(entry.name, command, rest)
  return command.run({ args, options: options as OptionValues<OptionDefinitions>, io, talk })
}

/** A command has one word or two; `schema --help` names a group, which has no entry. */
async function findCommand(
  argv: readonly string[],
  io: Io,
): Promise<{ entry?: CommandEntry; rest: readonly string[]; others?: readonly CommandEntry[] }> {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ')
    const entry = commands.find((candidate) => candidate.name === name)
    if (entry) return { entry, rest: argv.slice(words) }
  }
  const [first = '', second] = argv
  const group = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  if (group.length > 0 && (second === '--help' || second === '-h')) return { rest: [] }
  if (group.length === 0 || second !== undefined) {
    const { findPluginCommand } = await import('./plugin-commands.js')
    const { found, entries } = await findPluginCommand(argv, io)
    if (found) return found
    const isGroup = entries.some(({ name }) => name.startsWith(`${first} `))
    if (isGroup && (second === '--help' || second === '-h')) return { rest: [], others: entries }
  }
  const { suggestNearest } = await import('@savepoint/core')
  const typed = group.length > 0 && second !== undefined ? `${first} ${second}` : first
  const allowed = group.length > 0 ? group : commands.map(({ name }) => name)
  const nearest = suggestNearest(typed, allowed)
  throw new UsageError(
    group.length > 0 && second === undefined
      ? `savepoint ${first} needs a second word: ${group.join(', ')}`
      : `savepoint has no command "${typed}".${nearest ? ` Did you mean "${nearest}"?` : ''}\nCommands: ${allowed.join(', ')}`,
  )
}

function readVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  return version
}

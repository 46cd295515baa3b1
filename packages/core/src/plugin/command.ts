import type { Connection } from '@savepoint/catalog'
import type { ResolvedConfig } from '../config/config.js'

type Awaitable<Value> = Value | Promise<Value>

/** One option of a command. `text` takes a value, `list` may be given several times, `flag` takes none. */
export interface OptionDefinition<Kind extends 'text' | 'list' | 'flag' = 'text' | 'list' | 'flag'> {
  readonly kind: Kind
  readonly description: string
  /** What stands for the value in the help: `<url>`. */
  readonly placeholder?: string
  /** A single letter. */
  readonly short?: string
  /** The value may be left out: `--wait` alone. Then the value is this. */
  readonly bare?: string
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>

/** The values of the options, by their names without dashes. A flag that was not given is false, a list is empty. */
export type OptionValues<Options extends OptionDefinitions> = {
  readonly [Name in keyof Options]: Options[Name]['kind'] extends 'flag'
    ? boolean
    : Options[Name]['kind'] extends 'list'
      ? readonly string[]
      : string | undefined
}

/** What a plugin's command is given. */
export interface CommandInput<Options extends OptionDefinitions = OptionDefinitions> {
  readonly args: readonly string[]
  readonly options: OptionValues<Options>
  readonly config: ResolvedConfig
  /** Aborted by Ctrl-C and by `kill`. */
  readonly signal: AbortSignal
  /** Results, to standard output: what a script reads. */
  print(text: string): void
  /** For a person, to standard error. */
  say(text: string): void
  /** The database that commands act on (with `--env` the environment's), opened at the first call and closed at the end. */
  connect(): Promise<Connection>
}

/** A command of the command line, `savepoint NAME`. */
export interface PluginCommand<Options extends OptionDefinitions = OptionDefinitions> {
  /** One word or two, such as `audit list`. A name that Savepoint or another plugin has already is refused (SP5006). */
  readonly name: string
  /** One line for `savepoint --help`. */
  readonly description: string
  /** Positional arguments as the help shows them: `[name]`, `<version>`, `[...ids]`. */
  readonly arguments?: string
  /** Besides `--config`, `--env`, `--debug` and `--help`, which every command has. */
  readonly options?: Options
  /** Command lines without the leading `savepoint`. */
  readonly examples?: readonly string[]
  /** Longer words for the command's own help. */
  readonly details?: string
  /** @returns the exit code: 0 done (the default), 1 failed; what is thrown is reported with the plugin's name, and exits with 1 */
  run(input: CommandInput<Options>): Awaitable<number | void>
}

/** Types a command: `run` then knows the values of its options. Returns what it was given. */
export function definePluginCommand<const Options extends OptionDefinitions>(
  command: PluginCommand<Options>,
): PluginCommand<Options> {
  return command
}

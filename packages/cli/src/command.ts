import type { Talk } from './terminal/talk.js'
import type { Io } from './io.js'

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

export const text = (placeholder: string, description: string): OptionDefinition<'text'> => ({
  kind: 'text',
  placeholder,
  description,
})
export const list = (placeholder: string, description: string): OptionDefinition<'list'> => ({
  kind: 'list',
  placeholder,
  description,
})
export const flag = (description: string): OptionDefinition<'flag'> => ({ kind: 'flag', description })

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>

/** The values of the options, by their names without dashes. A flag that was not given is false, a list is empty. */
export type OptionValues<Options extends OptionDefinitions> = {
  readonly [Name in keyof Options]: Options[Name] extends OptionDefinition<'flag'>
    ? boolean
    : Options[Name] extends OptionDefinition<'list'>
      ? readonly string[]
      : string | undefined
}

export interface CommandContext<Options extends OptionDefinitions> {
  readonly args: readonly string[]
  readonly options: OptionValues<Options>
  readonly io: Io
  readonly talk: Talk
}

/** A command. Its file imports nothing heavy at the top: `--help` loads it. */
export interface Command<Options extends OptionDefinitions = OptionDefinitions> {
  /** Positional arguments as the help shows them: `[name]`, `<version>`, `[...ids]`. */
  readonly arguments?: string
  readonly options: Options
  /** Command lines without the leading `savepoint`. */
  readonly examples?: readonly string[]
  /** Longer words for the command's own help. */
  readonly details?: string
  /** @returns the exit code: 0 done, 1 failed; wrong usage is thrown as `UsageError` */
  run(context: CommandContext<Options>): Promise<number>
}

/** Infers the types of the options' values; returns what it was given. */
export function defineCommand<const Options extends OptionDefinitions>(command: Command<Options>): Command<Options> {
  return command
}

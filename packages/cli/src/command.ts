import type { OptionDefinition, OptionDefinitions, OptionValues } from '@savepoint/core/plugin'
import type { Talk } from './terminal/talk.js'
import type { Io } from './io.js'

// A plugin's commands declare their options in the same form.
export type { OptionDefinition, OptionDefinitions, OptionValues }

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

import type { Command } from './command.js'

/** One line of `savepoint --help`, and where the command is; only the one that runs is loaded. */
export interface CommandEntry {
  readonly name: string
  readonly description: string
  load(): Promise<{ command: Command }>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    description: 'Write a config file and a first schema file',
    load: () => import('./commands/init.js'),
  },
]

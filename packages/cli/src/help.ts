import type { Command, OptionDefinition } from './command.js'
import type { CommandEntry } from './commands.js'
import { globalOptions } from './parse.js'

/** What `savepoint --help`, or `savepoint schema --help`, prints: the commands with one line each. */
export function renderOverview(commands: readonly CommandEntry[], version: string): string {
  return [
    `savepoint ${version}`,
    '',
    'Usage: savepoint <command> [options]',
    '',
    'Commands:',
    ...columns(commands.map(({ name, description }) => [name, description])),
    '',
    '`savepoint <command> --help` shows what a command takes.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n')
}

/** What `savepoint schema diff --help` prints. */
export function renderCommandHelp({ name, description }: CommandEntry, command: Command): string {
  const lines = [
    `savepoint ${name}: ${description}`,
    '',
    `Usage: savepoint ${name}${command.arguments ? ` ${command.arguments}` : ''} [options]`,
  ]
  if (command.details) lines.push('', command.details)
  const options = Object.entries<OptionDefinition>({ ...command.options, ...globalOptions })
  lines.push(
    '',
    'Options:',
    ...columns(options.map(([option, definition]) => [renderOption(option, definition), definition.description])),
  )
  if (command.examples) lines.push('', 'Examples:', ...command.examples.map((example) => `  savepoint ${example}`))
  return `${lines.join('\n')}\n`
}

function renderOption(name: string, { kind, placeholder, short, bare }: OptionDefinition): string {
  const value = kind === 'flag' ? '' : bare === undefined ? ` <${placeholder}>` : ` [${placeholder}]`
  return `${short ? `-${short}, ` : '    '}--${name}${value}`
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

import { cac } from 'cac'
import type { Command, OptionDefinition } from './command.js'
import { UsageError } from './usage.js'

/** The options that every command has. */
export const globalOptions = {
  help: { kind: 'flag', description: 'Show what the command does and takes', short: 'h' },
  debug: { kind: 'flag', description: 'Show the stack and the cause of a failure' },
} as const satisfies Record<string, OptionDefinition>

/** A command line as its command wants it. */
export interface ParsedArguments {
  args: string[]
  options: Record<string, string | readonly string[] | boolean | undefined>
}

/**
 * Reads the arguments after the command's name.
 *
 * @throws UsageError for an option or argument that the command does not have, a value that is missing, one too many
 */
export async function parseArguments(
  name: string,
  command: Command,
  argv: readonly string[],
): Promise<ParsedArguments> {
  const definitions: Record<string, OptionDefinition> = { ...command.options, ...globalOptions }
  const program = cac('savepoint')
  const declared = program.command(`${name}${command.arguments ? ` ${command.arguments}` : ''}`)
  for (const [option, definition] of Object.entries(definitions)) declared.option(rawOption(option, definition), '')
  const parsed = program.parse(['', '', name, ...argv.map(keepText)], { run: false })

  const values: ParsedArguments['options'] = {}
  for (const [option, definition] of Object.entries(definitions))
    values[option] = definition.kind === 'flag' ? false : definition.kind === 'list' ? [] : undefined
  const known = new Map(
    Object.entries(definitions).map(([option, definition]) => [camelCase(option), { option, definition }]),
  )
  const shorts = new Map(Object.entries(definitions).flatMap(([option, { short }]) => (short ? [[short, option]] : [])))
  for (const [key, value] of Object.entries(parsed.options)) {
    if (key === '--' || (shorts.has(key) && key.length === 1)) continue
    const found = known.get(key)
    if (!found) throw await unknownOption(key, argv, Object.keys(definitions), name)
    values[found.option] = readValue(found.option, found.definition, value)
  }
  const afterDashes: unknown = parsed.options['--']
  const args = [...parsed.args, ...(Array.isArray(afterDashes) ? afterDashes.map(String) : [])].map(restoreText)
  checkCount(name, command, args)
  return { args, options: values }
}

function rawOption(name: string, { kind, placeholder, short, bare }: OptionDefinition): string {
  const long = `${short ? `-${short}, ` : ''}--${name}`
  if (kind === 'flag') return long
  return bare === undefined ? `${long} <${placeholder ?? 'value'}>` : `${long} [${placeholder ?? 'value'}]`
}

function readValue(name: string, definition: OptionDefinition, value: unknown): string | readonly string[] | boolean {
  if (definition.kind === 'flag') {
    if (typeof value === 'boolean') return value
    throw new UsageError(`--${name} takes no value`)
  }
  const values = (Array.isArray(value) ? value : [value]).map((entry) => {
    if (typeof entry === 'string') return restoreText(entry)
    if (entry === true && definition.bare !== undefined) return definition.bare
    throw new UsageError(`--${name} needs a value: --${name} <${definition.placeholder ?? 'value'}>`)
  })
  if (definition.kind === 'list') return values
  if (values.length > 1) throw new UsageError(`--${name} was given ${values.length} times, and takes one value`)
  return values[0] ?? ''
}

function checkCount(name: string, command: Command, args: readonly string[]): void {
  const declared = [...(command.arguments ?? '').matchAll(/[<[](\.{3})?([^\]>]+)[\]>]/g)]
  const required = declared.filter(([whole]) => whole.startsWith('<'))
  const missing = required[args.length]
  if (missing) throw new UsageError(`savepoint ${name} needs ${missing[0]}`)
  const variadic = declared.some(([, dots]) => dots !== undefined)
  const extra = args[declared.length]
  if (extra === undefined || variadic) return
  const allowed = declared.length === 0 ? 'it takes no arguments' : `it takes ${command.arguments}`
  throw new UsageError(`savepoint ${name} has no use for "${extra}": ${allowed}`)
}

async function unknownOption(
  key: string,
  argv: readonly string[],
  allowed: readonly string[],
  command: string,
): Promise<UsageError> {
  const { suggestNearest } = await import('@savepoint/core')
  const typed = argv.find((argument) => camelCase(argument.replace(/^-+/, '').split('=', 1)[0] ?? '') === key)
  const nearest = suggestNearest(typed?.replace(/^-+/, '').split('=', 1)[0] ?? key, allowed)
  const options = allowed.map((option) => `--${option}`).join(', ')
  return new UsageError(
    `savepoint ${command} has no option ${typed?.split('=', 1)[0] ?? key}.${nearest ? ` Did you mean --${nearest}?` : ''}\nIt takes: ${options}`,
  )
}

// cac turns what looks like a number into one, and version `00012` or the name `1e3` would be lost; an empty value too.
// A mark before such a value keeps it a text, and is taken off again afterwards.
const mark = '\u0001'

function keepText(argument: string): string {
  if (argument === '') return mark
  // No option is a number: `migrate force -1` names a version.
  if (/^-\d+$/.test(argument)) return `${mark}${argument}`
  if (argument.startsWith('-')) {
    const equals = argument.indexOf('=')
    return equals < 0 ? argument : `${argument.slice(0, equals + 1)}${mark}${argument.slice(equals + 1)}`
  }
  return Number.isNaN(Number(argument)) ? argument : `${mark}${argument}`
}

function restoreText(value: string): string {
  return value.startsWith(mark) ? value.slice(mark.length) : value
}

function camelCase(name: string): string {
  return name.replaceAll(/([a-z])-([a-z])/g, (_, before: string, after: string) => before + after.toUpperCase())
}

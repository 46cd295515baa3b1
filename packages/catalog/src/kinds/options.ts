import { quoteIdentifier, quoteLiteral } from '../identifier.js'

const plainValueRE = /^(?:[A-Za-z_][A-Za-z0-9_]*|-?[0-9]+(?:\.[0-9]+)?)$/

/** `name=value` storage parameters as WITH (…) and SET (…) write them. */
export function optionList(options: readonly string[]): string {
  return options
    .map((option) => {
      const [name, value] = splitOption(option)
      // Quotes keep a value such as `1e3` or one with spaces whole; `on`, `off` and numbers need none.
      return `${optionName(name)} = ${plainValueRE.test(value) ? value : quoteLiteral(value)}`
    })
    .join(', ')
}

/** `SET (…)` and `RESET (…)` clauses that lead from one list to the other. */
export function changedOptions(from: readonly string[], to: readonly string[]): string[] {
  const before = new Map(from.map(splitOption))
  const after = new Map(to.map(splitOption))
  const set = to.filter((option) => before.get(splitOption(option)[0]) !== splitOption(option)[1])
  const reset = [...before.keys()].filter((name) => !after.has(name))
  const clauses: string[] = []
  if (set.length > 0) clauses.push(`SET (${optionList(set)})`)
  if (reset.length > 0) clauses.push(`RESET (${reset.map(optionName).join(', ')})`)
  return clauses
}

export function splitOption(option: string): [name: string, value: string] {
  const equals = option.indexOf('=')
  return equals < 0 ? [option, 'true'] : [option.slice(0, equals), option.slice(equals + 1)]
}

const optionName = (name: string): string => name.split('.').map(quoteIdentifier).join('.')

import { quoteIdentifier, quoteLiteral } from '../identifier.js'

/** `name=value` as the catalogs keep options. */
export function splitOption(option: string): { name: string; value: string } {
  const separator = option.indexOf('=')
  return separator < 0
    ? { name: option, value: '' }
    : { name: option.slice(0, separator), value: option.slice(separator + 1) }
}

/** ` OPTIONS (name 'value', …)` of a foreign-data object; empty without options. */
export function foreignOptions(options: readonly string[]): string {
  if (options.length === 0) return ''
  const list = options.map((option) => {
    const { name, value } = splitOption(option)
    return `${quoteIdentifier(name)} ${quoteLiteral(value)}`
  })
  return ` OPTIONS (${list.join(', ')})`
}

/** ` OPTIONS (ADD …, SET …, DROP …)` that turns one list into the other; empty when they are the same. */
export function changedForeignOptions(from: readonly string[], to: readonly string[]): string {
  const before = new Map(from.map(splitOption).map(({ name, value }) => [name, value]))
  const after = new Map(to.map(splitOption).map(({ name, value }) => [name, value]))
  const changes: string[] = []
  for (const name of before.keys()) if (!after.has(name)) changes.push(`DROP ${quoteIdentifier(name)}`)
  for (const [name, value] of after) {
    const old = before.get(name)
    if (old !== value)
      changes.push(`${old === undefined ? 'ADD' : 'SET'} ${quoteIdentifier(name)} ${quoteLiteral(value)}`)
  }
  return changes.length > 0 ? ` OPTIONS (${changes.join(', ')})` : ''
}

/** Quotes an identifier, always: the result is read by the server only. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a name with its schema, if it has one. */
export function quoteNames(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
}

/** Quotes a value for a statement that takes no parameters, such as SET. */
export function quoteLiteral(value: string): string {
  const doubled = value.replaceAll("'", "''")
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

/** A quoted identifier, with its quotes. */
export const quoteRE = /"(?:[^"]|"")+"/

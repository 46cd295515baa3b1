/**
 * A Postgres type with everything that its values depend on, resolved down to built-in types.
 * Finite: a composite cannot contain itself, not even in an array.
 */
export type ValueType =
  | {
      kind: 'base'
      /** As in `pg_type.typname`: `int4`, not `integer`. */
      name: string
      /** Absent for types of `pg_catalog`. */
      schema?: string
    }
  | { kind: 'enum'; schema: string; name: string; labels: readonly string[] }
  | { kind: 'domain'; schema: string; name: string; base: ValueType }
  | { kind: 'composite'; schema: string; name: string; fields: readonly { name: string; type: ValueType }[] }
  | {
      kind: 'array'
      element: ValueType
      /** What separates elements in the text form; `;` for box. */ delimiter?: string
    }
  | { kind: 'range'; name: string; subtype: ValueType }
  | { kind: 'multirange'; name: string; subtype: ValueType }

/** `format_type` spells these differently from `pg_type.typname`. */
const catalogNames: Readonly<Record<string, string>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  character: 'bpchar',
  'character varying': 'varchar',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'bit varying': 'varbit',
}

export const rangeSubtypes: Readonly<Record<string, string>> = {
  int4range: 'int4',
  int8range: 'int8',
  numrange: 'numeric',
  tsrange: 'timestamp',
  tstzrange: 'timestamptz',
  daterange: 'date',
}

export interface TypeText {
  schema?: string
  /** As in `pg_type.typname`. */
  name: string
  dimensions: number
}

/**
 * Reads what `format_type` prints with an empty `search_path`: `character varying(20)[]`, `auth."User role"`,
 * `timestamp(3) with time zone`, `interval day to second(3)`.
 */
export function parseTypeText(text: string): TypeText {
  let rest = text
  let dimensions = 0
  while (rest.endsWith('[]')) {
    rest = rest.slice(0, -2)
    dimensions++
  }
  const parts: string[] = []
  let position = 0
  while (position < rest.length) {
    if (rest[position] === '"') {
      let end = position + 1
      while (end < rest.length && !(rest[end] === '"' && rest[end + 1] !== '"')) end += rest[end] === '"' ? 2 : 1
      parts.push(rest.slice(position + 1, end).replaceAll('""', '"'))
      position = end + 1
    } else {
      let end = position
      while (end < rest.length && rest[end] !== '.' && rest[end] !== '"') end++
      // A modifier may hold a dot or a quote, and nothing of the name follows it except `with time zone`.
      const paren = rest.indexOf('(', position)
      if (paren !== -1 && paren < end) end = rest.length
      parts.push(
        rest
          .slice(position, end)
          .replace(/\([^)]*\)/, '')
          .trim(),
      )
      position = end
    }
    if (rest[position] === '.') position++
    else if (position < rest.length) position = rest.length
  }
  const last = parts.at(-1) ?? text
  const schema = parts.length > 1 ? parts[0] : undefined
  if (schema !== undefined && schema !== 'pg_catalog') return { schema, name: last, dimensions }
  if (rest === '"char"') return { name: 'char', dimensions }
  if (last.startsWith('interval')) return { name: 'interval', dimensions }
  return { name: catalogNames[last] ?? last, dimensions }
}

import { propertyKey, stringLiteral } from '../naming/identifiers.js'
import type { ValueType } from './value-type.js'

/**
 * Whose values are typed. `savepoint` is what our run time gives with every driver; the others are what the default
 * parsers of that driver give, for code that uses the driver (or Kysely on it) directly.
 */
export type ValueSource = 'savepoint' | 'pg' | 'postgres.js' | 'pglite'

export interface ValueOptions {
  /** @default 'savepoint' */
  values?: ValueSource
  /** What int8 is in `savepoint` values. @default 'bigint' */
  int8?: 'bigint' | 'string' | 'number'
  /**
   * Whether elements of arrays are typed without `null`. Postgres cannot forbid NULL elements, so `true` is a promise of yours.
   * @default false
   */
  arrayElementsNotNull?: boolean
}

/** What stands for a type in TypeScript: as it is read, and as it may be written. */
export interface TypePair {
  output: string
  input: string
}

const same = (type: string): TypePair => ({ output: type, input: type })

const numberNames = new Set(['int2', 'int4', 'float4', 'float8', 'oid'])
/** Types of extensions that pgvector prints as JSON arrays of numbers. */
export const vectorNames: ReadonlySet<string> = new Set(['vector', 'halfvec'])

function baseType(name: string, schema: string | undefined, options: ValueOptions): TypePair {
  const source = options.values ?? 'savepoint'
  if (schema !== undefined) return same(vectorNames.has(name) && source === 'savepoint' ? 'number[]' : 'string')
  if (numberNames.has(name)) return same('number')
  switch (name) {
    case 'bool':
      return same('boolean')
    case 'int8':
      if (source === 'savepoint') {
        const int8 = options.int8 ?? 'bigint'
        return { output: int8, input: int8 === 'number' ? 'number' : 'bigint | number | string' }
      }
      return { output: source === 'pglite' ? 'number | bigint' : 'string', input: 'bigint | number | string' }
    case 'numeric':
      return { output: 'string', input: 'string | number' }
    case 'json':
    case 'jsonb':
      // Json would refuse objects of an interface, which have no index signature.
      return { output: 'Json', input: 'object | string | number | boolean' }
    case 'timestamptz':
      // Infinity reaches pg and PGlite users as a number.
      if (source === 'savepoint' || source === 'postgres.js') return { output: 'Date', input: 'Date | string' }
      return { output: 'Date | number', input: 'Date | string' }
    case 'date':
    case 'timestamp':
      if (source === 'savepoint') return same('string')
      return { output: source === 'postgres.js' ? 'Date' : 'Date | number', input: 'Date | string' }
    case 'bytea':
      if (source === 'savepoint' || source === 'pglite') return same('Uint8Array')
      return { output: 'Buffer', input: 'Uint8Array' }
    case 'interval':
      if (source !== 'pg') return same('string')
      return {
        output:
          '{ years?: number; months?: number; days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number }',
        input: 'string',
      }
    case 'point':
      return source === 'pg' ? { output: '{ x: number; y: number }', input: 'string' } : same('string')
    case 'circle':
      return source === 'pg' ? { output: '{ x: number; y: number; radius: number }', input: 'string' } : same('string')
    case 'void':
      return source === 'savepoint' ? { output: 'undefined', input: 'string' } : same('string')
    default:
      return same('string')
  }
}

/** Element types whose arrays each driver leaves as text, by name of the base type. */
const rawArrays: Readonly<Record<ValueSource, ReadonlySet<string>>> = {
  savepoint: new Set(),
  pg: new Set(['name', 'xml', 'regclass']),
  'postgres.js': new Set(),
  pglite: new Set(),
}

function isRawArray(element: ValueType, source: ValueSource): boolean {
  if (source === 'savepoint' || source === 'postgres.js') return false
  switch (element.kind) {
    case 'base':
      return element.schema !== undefined || rawArrays[source].has(element.name)
    case 'enum':
    case 'domain':
    case 'composite':
      return true
    case 'range':
    case 'multirange':
      return source === 'pg'
    case 'array':
      return false
  }
}

/** Parentheses where `[]` would bind closer than a union, an intersection or an arrow does. */
export function arrayType(element: string): string {
  let outside = element
  for (let inner = ''; inner !== outside;) {
    inner = outside
    outside = inner.replaceAll(/\{[^{}]*\}|\[[^[\]]*\]|\([^()]*\)/g, '')
  }
  return /[|&]| => /.test(outside) ? `(${element})[]` : `${element}[]`
}

/**
 * The TypeScript type of a value that is not NULL.
 *
 * @param nameOf gives the declared name of a user's type where there is one to refer to; types are written out otherwise
 */
export function typescriptType(
  type: ValueType,
  options: ValueOptions = {},
  nameOf: (type: ValueType) => TypePair | undefined = () => undefined,
): TypePair {
  const named = nameOf(type)
  if (named) return named
  const source = options.values ?? 'savepoint'
  const inner = (part: ValueType): TypePair => typescriptType(part, options, nameOf)
  switch (type.kind) {
    case 'base':
      return baseType(type.name, type.schema, options)
    case 'enum':
      return same(type.labels.map(stringLiteral).join(' | ') || 'never')
    case 'domain':
      return inner(type.base)
    case 'array': {
      if (isRawArray(type.element, source)) return same('string')
      // The default parser of pg reads numeric[] as numbers although numeric is a string.
      const element =
        source === 'pg' && type.element.kind === 'base' && type.element.name === 'numeric'
          ? same('number')
          : inner(type.element)
      const nullable = options.arrayElementsNotNull ? '' : ' | null'
      return {
        output: arrayType(element.output + nullable),
        input: `readonly ${arrayType(element.input + nullable)}`,
      }
    }
    case 'composite': {
      if (source !== 'savepoint') return same('string')
      const fields = (side: keyof TypePair): string =>
        `{ ${type.fields.map((field) => `${propertyKey(field.name)}: ${inner(field.type)[side]} | null`).join('; ')} }`
      return { output: fields('output'), input: fields('input') }
    }
    case 'range': {
      if (source !== 'savepoint') return same('string')
      const bound = inner(type.subtype)
      return { output: `Range<${bound.output}>`, input: `Range<${bound.input}>` }
    }
    case 'multirange': {
      if (source !== 'savepoint') return same('string')
      const bound = inner(type.subtype)
      return { output: `Range<${bound.output}>[]`, input: `readonly Range<${bound.input}>[]` }
    }
  }
}

/** Declarations that the text of types may refer to; a generated module holds those that it mentions. */
export const helperDeclarations: Readonly<Record<'Json' | 'Range', string>> = {
  Json: 'export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined }',
  Range: [
    '/** `lower` and `upper` are null where the range has no bound on that side. */',
    "export type Range<T> = 'empty' | { lower: T | null; upper: T | null; lowerInclusive: boolean; upperInclusive: boolean }",
  ].join('\n'),
}

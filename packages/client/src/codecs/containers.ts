import type { Codec } from '../runtime/query.js'

/** Values whose text form is the value: text, uuid, date, interval and all that have no better form in JavaScript. */
export const text: Codec<string> = { decode: (value) => value, encode: String }

type AnyCodec<O, I> = Codec<O, I>

/** Quotes an element of an array, a composite or a range where its text could be misread. */
const quoteElement = (value: string): string =>
  value === '' || /^null$/i.test(value) || /[\s{}()[\],;"\\]/.test(value)
    ? `"${value.replaceAll(/["\\]/g, '\\$&')}"`
    : value

type Nested<T> = T | null | Nested<T>[]

/**
 * Arrays of any depth, with lower bounds (which are dropped) and NULLs.
 * @param delimiter `;` for box, `,` for everything else
 */
export function array<O, I>(element: AnyCodec<O, I>, delimiter = ','): Codec<(O | null)[], readonly (I | null)[]> {
  const read = (value: Nested<string>): Nested<O> =>
    value === null ? null : Array.isArray(value) ? value.map(read) : element.decode(value)
  const write = (value: unknown): string => {
    if (value === null || value === undefined) return 'NULL'
    // An element that is an array itself (a multirange) is written by its own codec; nesting is seen by what the codec returns.
    if (Array.isArray(value) && !('list' in element)) return `{${value.map(write).join(delimiter)}}`
    return quoteElement(element.encode(value as I))
  }
  return {
    // PGlite splits arrays of user types itself.
    decode: (value: unknown) =>
      read(typeof value === 'string' ? splitArray(value, delimiter) : (value as Nested<string>)) as (O | null)[],
    encode: (value) => `{${value.map(write).join(delimiter)}}`,
  }
}

function splitArray(text: string, delimiter: string): Nested<string>[] {
  let position = text.indexOf('{') + 1
  const list = (): Nested<string>[] => {
    const items: Nested<string>[] = []
    while (position < text.length) {
      const character = text[position]
      if (character === '}') {
        position++
        return items
      }
      if (character === delimiter) position++
      else if (character === '{') {
        position++
        items.push(list())
      } else if (character === '"') items.push(quotedPart())
      else {
        const start = position
        while (position < text.length && text[position] !== delimiter && text[position] !== '}') position++
        const bare = text.slice(start, position)
        items.push(bare === 'NULL' ? null : bare)
      }
    }
    return items
  }
  const quotedPart = (): string => {
    let value = ''
    for (position++; position < text.length && text[position] !== '"'; position++) {
      if (text[position] === '\\') position++
      value += text[position] ?? ''
    }
    position++
    return value
  }
  return list()
}

/** Fields of `(a,"b c",)`; an empty field is NULL, `""` the empty string. Quotes are doubled or escaped. */
function splitFields(text: string): (string | null)[] {
  const fields: (string | null)[] = []
  let value: string | null = null
  let quoted = false
  for (let position = 1; position < text.length; position++) {
    const character = text[position] ?? ''
    if (character === '"') {
      if (quoted && text[position + 1] === '"') {
        value = `${value ?? ''}"`
        position++
      } else {
        quoted = !quoted
        value ??= ''
      }
    } else if (character === '\\') value = (value ?? '') + (text[++position] ?? '')
    else if (!quoted && (character === ',' || position === text.length - 1)) {
      fields.push(value)
      value = null
    } else value = (value ?? '') + character
  }
  return fields
}

/** A composite as an object. */
export function composite<T>(
  fields: readonly (readonly [name: string, codec: AnyCodec<unknown, never>])[],
): Codec<T, T> {
  return {
    decode(value) {
      const parts = splitFields(value)
      return Object.fromEntries(
        fields.map(([name, codec], index) => {
          const part = parts[index] ?? null
          return [name, part === null ? null : codec.decode(part)]
        }),
      ) as T
    },
    encode(value) {
      const object = value as Readonly<Record<string, unknown>>
      const parts = fields.map(([name, codec]) => {
        const part = object[name]
        return part === null || part === undefined
          ? ''
          : `"${codec.encode(part as never).replaceAll(/["\\]/g, '\\$&')}"`
      })
      return `(${parts.join(',')})`
    },
  }
}

/** `lower` and `upper` are null where the range has no bound on that side. */
export type Range<T> = 'empty' | { lower: T | null; upper: T | null; lowerInclusive: boolean; upperInclusive: boolean }

export function range<O, I>(bound: AnyCodec<O, I>): Codec<Range<O>, Range<I>> {
  const write = (value: I | null): string =>
    value === null ? '' : `"${bound.encode(value).replaceAll(/["\\]/g, '\\$&')}"`
  return {
    decode(value) {
      if (value === 'empty') return value
      const [lower = null, upper = null] = splitFields(value)
      return {
        lower: lower === null ? null : bound.decode(lower),
        upper: upper === null ? null : bound.decode(upper),
        lowerInclusive: value.startsWith('['),
        upperInclusive: value.endsWith(']'),
      }
    },
    encode(value) {
      if (value === 'empty') return value
      return `${value.lowerInclusive ? '[' : '('}${write(value.lower)},${write(value.upper)}${value.upperInclusive ? ']' : ')'}`
    },
  }
}

/** `list` tells an array over it that its values are lists themselves. */
export function multirange<O, I>(bound: AnyCodec<O, I>): Codec<Range<O>[], readonly Range<I>[]> & { list: true } {
  const one = range(bound)
  return {
    list: true,
    decode: (value) => splitRanges(value).map((part) => one.decode(part)),
    encode: (value) => `{${value.map((each) => one.encode(each)).join(',')}}`,
  }
}

function splitRanges(text: string): string[] {
  const parts: string[] = []
  let start = 1
  let quoted = false
  for (let position = 1; position < text.length; position++) {
    const character = text[position]
    if (character === '\\') position++
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === ')' || character === ']')) {
      parts.push(text.slice(start, position + 1))
      start = position + 2
    }
  }
  return parts
}

/** The part of https://standardschema.dev (version 1) that a validator must have. */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'savepoint'
    readonly validate: (value: unknown) => { value: T } | { issues: readonly Issue[] }
    readonly types?: { readonly input: T; readonly output: T }
  }
}

interface Issue {
  message: string
  path?: readonly PropertyKey[]
}

function schema<T>(check: (value: unknown) => readonly Issue[]): StandardSchema<T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'savepoint',
      validate(value) {
        const issues = check(value)
        return issues.length > 0 ? { issues } : { value: value as T }
      },
    },
  }
}

const issuesOf = (of: StandardSchema<unknown>, value: unknown, key?: PropertyKey): readonly Issue[] => {
  const result = of['~standard'].validate(value)
  if (!('issues' in result)) return []
  return key === undefined
    ? result.issues
    : result.issues.map((issue) => ({ ...issue, path: [key, ...(issue.path ?? [])] }))
}

const test = <T>(name: string, is: (value: unknown) => boolean): StandardSchema<T> =>
  schema((value) => (is(value) ? [] : [{ message: `expected ${name}` }]))

export const string: StandardSchema<string> = test('a string', (value) => typeof value === 'string')
export const number: StandardSchema<number> = test('a number', (value) => typeof value === 'number')
export const boolean: StandardSchema<boolean> = test('a boolean', (value) => typeof value === 'boolean')
export const bigint: StandardSchema<bigint> = test('a bigint', (value) => typeof value === 'bigint')
export const date: StandardSchema<Date> = test('a valid Date', (value) =>
  value instanceof Date && !Number.isNaN(value.getTime()))
export const bytes: StandardSchema<Uint8Array> = test('a Uint8Array', (value) => value instanceof Uint8Array)
export const json: StandardSchema<unknown> = test('a JSON value', (value) =>
  value !== undefined && typeof value !== 'function' && typeof value !== 'bigint')

export function literals<const L extends string>(labels: readonly L[]): StandardSchema<L> {
  return test(`one of ${labels.join(', ')}`, (value) => labels.some((label) => label === value))
}

export function nullable<T>(inner: StandardSchema<T>): StandardSchema<T | null> {
  return schema((value) => (value === null ? [] : issuesOf(inner, value)))
}

/** The property may be left out. */
export function optional<T>(inner: StandardSchema<T>): StandardSchema<T | undefined> {
  return schema((value) => (value === undefined ? [] : issuesOf(inner, value)))
}

export function array<T>(element: StandardSchema<T>): StandardSchema<T[]> {
  return schema((value) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => issuesOf(element, item, index))
      : [{ message: 'expected an array' }],
  )
}

export function object<T extends Record<string, unknown>>(entries: {
  [K in keyof T]: StandardSchema<T[K]>
}): StandardSchema<T> {
  return schema((value) => {
    if (typeof value !== 'object' || value === null) return [{ message: 'expected an object' }]
    const properties = value as Readonly<Record<string, unknown>>
    return Object.entries<StandardSchema<unknown>>(entries).flatMap(([key, inner]) =>
      issuesOf(inner, properties[key], key),
    )
  })
}

export function range<T>(
  bound: StandardSchema<T>,
): StandardSchema<'empty' | { lower: T | null; upper: T | null; lowerInclusive: boolean; upperInclusive: boolean }> {
  const bounds = object({
    lower: nullable(bound),
    upper: nullable(bound),
    lowerInclusive: boolean,
    upperInclusive: boolean,
  })
  return schema((value) => (value === 'empty' ? [] : issuesOf(bounds, value)))
}

import { describe, expect, it } from 'vitest'
import * as s from '@savepoint/client/standard-schema'
import * as v from 'valibot'
import * as z from 'zod'
import type { Column, Schema } from '../schema/schema.js'
import type { ValueType } from '../values/value-type.js'
import { generateSchemaTypes } from './generate.js'

const base = (name: string): ValueType => ({ kind: 'base', name })
const column = (name: string, type: ValueType, rest: Partial<Column> = {}): Column => ({
  name,
  type,
  typeText: '',
  notNull: true,
  hasDefault: false,
  generated: false,
  ...rest,
})

const schema: Schema = {
  types: [],
  relations: [
    {
      schema: 'public',
      name: 'users',
      kind: 'table',
      primaryKey: ['id'],
      foreignKeys: [],
      columns: [
        column('id', base('int8'), { identity: 'always' }),
        column('name', base('text')),
        column('role', { kind: 'enum', schema: 'public', name: 'role', labels: ['a', "b'c"] }, { hasDefault: true }),
        column('tags', { kind: 'array', element: base('text') }),
        column('active', { kind: 'range', name: 'int4range', subtype: base('int4') }, { notNull: false }),
        column('score', base('float8')),
        column('at', base('timestamptz')),
        column('bytes', base('bytea')),
        column('meta', base('jsonb')),
      ],
    },
  ],
}

const row = {
  id: 1n,
  name: 'ada',
  role: "b'c",
  tags: ['x', null],
  active: { lower: 1, upper: null, lowerInclusive: true, upperInclusive: false },
  score: NaN,
  at: new Date(),
  bytes: new Uint8Array(),
  meta: { a: [null] },
}

interface Standard {
  '~standard': { validate(value: unknown): unknown }
}

/** The schemas of a generated module. */
function validators(library: 'zod' | 'valibot' | 'standard'): Record<string, Standard> {
  const file = generateSchemaTypes(schema, { validators: library }).find(({ path }) => path === 'validators.ts')
  const body = (file?.content ?? '')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export const (\w+) =/gm, 'exports.$1 =')
    .replaceAll(/<number>/g, '')
  const exported: Record<string, Standard> = {}
  new Function('exports', 'z', 'v', 's', body)(exported, z, v, s)
  return exported
}

describe.each(['zod', 'valibot', 'standard'] as const)('validators of %s', (library) => {
  const { userSchema, newUserSchema } = validators(library)
  // All three speak Standard Schema.
  const accepts = (of: Standard | undefined, value: unknown): boolean => {
    const result = of?.['~standard'].validate(value)
    return typeof result === 'object' && result !== null && !('issues' in result && result.issues !== undefined)
  }

  it('accept what the types allow', () => {
    expect(accepts(userSchema, row)).toBe(true)
    expect(accepts(userSchema, { ...row, active: null })).toBe(true)
    expect(accepts(userSchema, { ...row, active: 'empty' })).toBe(true)
    const { id, role, active, ...rest } = row
    expect([id, role, active]).toBeDefined()
    expect(accepts(newUserSchema, rest)).toBe(true)
  })

  it.each([
    ['a missing column', { ...row, name: undefined }],
    ['NULL where there is none', { ...row, name: null }],
    ['a label that is not there', { ...row, role: 'x' }],
    ['a number for a bigint', { ...row, id: 1 }],
    ['a wrong element', { ...row, tags: [1] }],
    ['a text for a date', { ...row, at: '2024-01-01' }],
  ])('refuse %s', (_, value) => {
    expect(accepts(userSchema, value)).toBe(false)
  })
})

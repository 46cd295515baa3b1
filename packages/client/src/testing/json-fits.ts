import type { JsonShape } from '../values/json-shape.js'
import type { ValueType } from '../values/value-type.js'

/** Whether a parsed JSON value is what its shape says; numbers that JSON does not have are text there, as is documented. */
export function jsonFits(value: unknown, shape: JsonShape): boolean {
  const fits = (inner: unknown, of: JsonShape, nullable: boolean): boolean =>
    inner === null ? nullable || of.kind === 'unknown' || isAnyJson(of) : jsonFits(inner, of)
  switch (shape.kind) {
    case 'unknown':
      return true
    case 'value':
      return valueFits(value, shape.type)
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(item, shape.element, shape.nullable))
    case 'tuple':
      return (
        Array.isArray(value) &&
        value.length === shape.items.length &&
        shape.items.every((item, index) => fits(value[index], item.shape, item.nullable))
      )
    case 'record':
      return isObject(value) && Object.values(value).every((item) => fits(item, shape.shape, shape.nullable))
    case 'object':
      return (
        isObject(value) &&
        Object.keys(value).length <= shape.entries.length &&
        shape.entries.every(({ key, shape: inner, nullable }) => key in value && fits(value[key], inner, nullable))
      )
    case 'union':
      return shape.shapes.some((each) => jsonFits(value, each))
  }
}

const isAnyJson = (shape: JsonShape): boolean =>
  shape.kind === 'value' && shape.type.kind === 'base' && /^jsonb?$/.test(shape.type.name)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function valueFits(value: unknown, type: ValueType): boolean {
  if (value === null) return isAnyJson({ kind: 'value', type })
  switch (type.kind) {
    case 'base':
      if (type.name === 'json' || type.name === 'jsonb') return true
      if (/^(?:int\d|float\d|numeric)$/.test(type.name))
        return typeof value === 'number' || value === 'NaN' || /^-?Infinity$/.test(String(value))
      return typeof value === (type.name === 'bool' ? 'boolean' : 'string')
    case 'domain':
      return valueFits(value, type.base)
    case 'array':
      // More dimensions than one are arrays of arrays.
      return Array.isArray(value) && value.flat(9).every((item) => item === null || valueFits(item, type.element))
    case 'composite':
      return (
        isObject(value) &&
        type.fields.every(
          (field) => field.name in value && (value[field.name] === null || valueFits(value[field.name], field.type)),
        )
      )
    default:
      return typeof value === 'string'
  }
}

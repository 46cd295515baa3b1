import { propertyKey, stringLiteral } from '../naming/identifiers.js'
import { arrayType } from './typescript.js'
import type { ValueType } from './value-type.js'

/** What is known of a JSON value that a query builds. */
export type JsonShape =
  | { kind: 'unknown' }
  | { kind: 'value'; type: ValueType }
  | { kind: 'object'; entries: readonly { key: string; shape: JsonShape; nullable: boolean }[] }
  | { kind: 'record'; shape: JsonShape; nullable: boolean }
  | { kind: 'array'; element: JsonShape; nullable: boolean }
  | { kind: 'tuple'; items: readonly { shape: JsonShape; nullable: boolean }[] }
  | { kind: 'union'; shapes: readonly JsonShape[] }

/** The TypeScript type of a parsed JSON value. Numbers of every kind are numbers there, and dates text. */
export function jsonTypescript(shape: JsonShape): string {
  const orNull = (inner: JsonShape, nullable: boolean): string => withNull(jsonTypescript(inner), nullable)
  switch (shape.kind) {
    case 'unknown':
      return 'Json'
    case 'value':
      return jsonValue(shape.type)
    case 'object':
      return shape.entries.length === 0
        ? '{}'
        : `{ ${shape.entries.map((entry) => `${propertyKey(entry.key)}: ${orNull(entry.shape, entry.nullable)}`).join('; ')} }`
    case 'record':
      return `{ [key: string]: ${orNull(shape.shape, shape.nullable)} }`
    case 'array':
      return arrayType(orNull(shape.element, shape.nullable))
    case 'tuple':
      return `[${shape.items.map((item) => orNull(item.shape, item.nullable)).join(', ')}]`
    case 'union':
      return [...new Set(shape.shapes.map(jsonTypescript))].join(' | ')
  }
}

function jsonValue(type: ValueType): string {
  switch (type.kind) {
    case 'base':
      if (type.schema !== undefined) return 'string'
      if (['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'].includes(type.name)) return 'number'
      if (type.name === 'bool') return 'boolean'
      if (type.name === 'json' || type.name === 'jsonb') return 'Json'
      return 'string'
    case 'enum':
      return type.labels.map(stringLiteral).join(' | ') || 'never'
    case 'domain':
      return jsonValue(type.base)
    case 'array':
      return arrayType(withNull(jsonValue(type.element), true))
    case 'composite':
      return `{ ${type.fields.map((field) => `${propertyKey(field.name)}: ${withNull(jsonValue(field.type), true)}`).join('; ')} }`
    case 'range':
    case 'multirange':
      return 'string'
  }
}

// Json already has null.
const withNull = (type: string, nullable: boolean): string => (nullable && type !== 'Json' ? `${type} | null` : type)

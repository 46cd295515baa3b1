import type { GeneratedFile } from '../generated-file.js'
import { camelCase, NameScope, propertyKey, stringLiteral } from '../naming/identifiers.js'
import type { Relation, Schema } from '../schema/schema.js'
import type { ValueOptions } from '../values/typescript.js'
import { vectorNames } from '../values/typescript.js'
import type { ValueType } from '../values/value-type.js'
import { generatedHeader } from '../generated-file.js'
import { compare, type TypeNames } from './names.js'
import type { TypesOptions } from './options.js'
import { acceptsNull, columnShape, isWritable, propertyName } from './relation.js'

type Library = 'zod' | 'valibot' | 'standard'

/** How each library says the few things that a value of ours can be. */
interface Dialect {
  imports: string
  base(kind: 'string' | 'number' | 'boolean' | 'bigint' | 'date' | 'bytes' | 'json'): string
  literals(labels: readonly string[]): string
  array(element: string): string
  object(entries: readonly (readonly [key: string, schema: string])[]): string
  nullable(schema: string): string
  optional(schema: string): string
  range(bound: string): string
}

const entriesText = (entries: readonly (readonly [string, string])[], indent: string): string =>
  entries.map(([key, schema]) => `${indent}${propertyKey(key)}: ${schema},\n`).join('')

const zod: Dialect = {
  imports: "import * as z from 'zod'\n",
  base: (kind) =>
    ({
      string: 'z.string()',
      // zod's number refuses NaN and infinities, which real and double precision hold.
      number: 'z.custom<number>((value) => typeof value === "number")'.replaceAll('"', "'"),
      boolean: 'z.boolean()',
      bigint: 'z.bigint()',
      date: 'z.date()',
      bytes: 'z.instanceof(Uint8Array)',
      json: 'z.json()',
    })[kind],
  literals: (labels) => `z.enum([${labels.map(stringLiteral).join(', ')}])`,
  array: (element) => `z.array(${element})`,
  object: (entries) => `z.object({\n${entriesText(entries, '  ')}})`,
  nullable: (schema) => `${schema}.nullable()`,
  optional: (schema) => `${schema}.optional()`,
  range: (bound) =>
    `z.union([z.literal('empty'), z.object({ lower: ${bound}.nullable(), upper: ${bound}.nullable(), lowerInclusive: z.boolean(), upperInclusive: z.boolean() })])`,
}

const valibot: Dialect = {
  imports: "import * as v from 'valibot'\n",
  base: (kind) =>
    ({
      string: 'v.string()',
      number: 'v.custom<number>((value) => typeof value === "number")'.replaceAll('"', "'"),
      boolean: 'v.boolean()',
      bigint: 'v.bigint()',
      date: 'v.date()',
      bytes: 'v.instance(Uint8Array)',
      json: 'v.unknown()',
    })[kind],
  literals: (labels) => `v.picklist([${labels.map(stringLiteral).join(', ')}])`,
  array: (element) => `v.array(${element})`,
  object: (entries) => `v.object({\n${entriesText(entries, '  ')}})`,
  nullable: (schema) => `v.nullable(${schema})`,
  optional: (schema) => `v.optional(${schema})`,
  range: (bound) =>
    `v.union([v.literal('empty'), v.object({ lower: v.nullable(${bound}), upper: v.nullable(${bound}), lowerInclusive: v.boolean(), upperInclusive: v.boolean() })])`,
}

const standard: Dialect = {
  imports: "import * as s from '@savepoint/client/standard-schema'\n",
  base: (kind) => `s.${kind}`,
  literals: (labels) => `s.literals([${labels.map(stringLiteral).join(', ')}])`,
  array: (element) => `s.array(${element})`,
  object: (entries) => `s.object({\n${entriesText(entries, '  ')}})`,
  nullable: (schema) => `s.nullable(${schema})`,
  optional: (schema) => `s.optional(${schema})`,
  range: (bound) => `s.range(${bound})`,
}

const dialects: Readonly<Record<Library, Dialect>> = { zod, valibot, standard }

/** `validators.ts`: `userSchema` checks a row, `newUserSchema` what is about to be inserted. */
export function validatorsFile(
  schema: Schema,
  names: TypeNames,
  library: Library,
  options: TypesOptions,
): GeneratedFile {
  const dialect = dialects[library]
  const columnNames = options.columnNames ?? 'database'
  const scope = new NameScope()
  const relations = schema.relations.toSorted((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))
  const schemaText = (relation: Relation, side: 'row' | 'insert'): string => {
    const entries: [string, string][] = []
    for (const column of relation.columns) {
      const shape = columnShape(relation, column, options.viewColumnsNotNull ?? new Set())
      if (side === 'insert' && shape.insert === 'never') continue
      let text = validator(column.type, dialect, options)
      if (side === 'row' ? !shape.notNull : acceptsNull(column)) text = dialect.nullable(text)
      if (side === 'insert' && shape.insert === 'optional') text = dialect.optional(text)
      entries.push([propertyName(column.name, columnNames), text])
    }
    return dialect.object(entries)
  }
  const declarations: string[] = []
  for (const relation of relations) {
    const name = names.relation(relation.schema, relation.name)
    const prefix = relation.schema === 'public' ? '' : `${relation.schema}_`
    declarations.push(
      `export const ${scope.claim([camelCase(`${prefix}${name}Schema`)])} = /*#__PURE__*/ ${schemaText(relation, 'row')}\n`,
    )
    if (isWritable(relation))
      declarations.push(
        `export const ${scope.claim([camelCase(`${prefix}new${name}Schema`)])} = /*#__PURE__*/ ${schemaText(relation, 'insert')}\n`,
      )
  }
  return { path: 'validators.ts', content: `${generatedHeader}\n\n${dialect.imports}\n${declarations.join('\n')}` }
}

function validator(type: ValueType, dialect: Dialect, options: ValueOptions): string {
  switch (type.kind) {
    case 'enum':
      return dialect.literals(type.labels)
    case 'domain':
      return validator(type.base, dialect, options)
    case 'array': {
      const element = validator(type.element, dialect, options)
      return dialect.array(options.arrayElementsNotNull ? element : dialect.nullable(element))
    }
    case 'composite':
      return dialect.object(
        type.fields.map((field) => [field.name, dialect.nullable(validator(field.type, dialect, options))] as const),
      )
    case 'range':
      return dialect.range(validator(type.subtype, dialect, options))
    case 'multirange':
      return dialect.array(dialect.range(validator(type.subtype, dialect, options)))
    case 'base':
      return baseValidator(type, dialect, options)
  }
}

function baseValidator(type: Extract<ValueType, { kind: 'base' }>, dialect: Dialect, options: ValueOptions): string {
  if (type.schema !== undefined)
    return vectorNames.has(type.name) ? dialect.array(dialect.base('number')) : dialect.base('string')
  switch (type.name) {
    case 'int2':
    case 'int4':
    case 'float4':
    case 'float8':
    case 'oid':
      return dialect.base('number')
    case 'int8':
      return dialect.base(options.int8 ?? 'bigint')
    case 'bool':
      return dialect.base('boolean')
    case 'timestamptz':
      return dialect.base('date')
    case 'bytea':
      return dialect.base('bytes')
    case 'json':
    case 'jsonb':
      return dialect.base('json')
    default:
      return dialect.base('string')
  }
}

import { stringLiteral } from '../naming/identifiers.js'
import { vectorNames, type ValueOptions } from '../values/typescript.js'
import type { ValueType } from '../values/value-type.js'

/** Names imported by a generated module, by module. What the module exports itself keeps its name, and the import gets another. */
export class Imports {
  readonly #names = new Map<string, Set<string>>()
  readonly #taken: ReadonlySet<string>

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken)
  }

  /** @returns the name to refer to it by */
  add(from: string, name: string): string {
    let names = this.#names.get(from)
    if (!names) this.#names.set(from, (names = new Set()))
    const local = this.#taken.has(name) ? `${name}$` : name
    names.add(local === name ? name : `${name} as ${local}`)
    return local
  }

  /** @param withTypes leave out what only types use where there are none */
  toText(withTypes: boolean): string {
    return [...this.#names]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, names]) => {
        const list = [...names].filter((name) => withTypes || !name.startsWith('type ')).toSorted()
        return list.length === 0 ? '' : `import { ${list.join(', ')} } from ${stringLiteral(from)}\n`
      })
      .join('')
  }
}

export const codecsModule = '@savepoint/client/codecs'

/**
 * The codec of a type as an expression; undefined where the text form is the value.
 * Calls are marked pure, so that bundlers drop those of unused queries.
 */
export function codecText(type: ValueType, options: ValueOptions, imports: Imports): string | undefined {
  const use = (name: string): string => imports.add(codecsModule, name)
  const always = (inner: ValueType): string => codecText(inner, options, imports) ?? use('text')
  switch (type.kind) {
    case 'enum':
      return undefined
    case 'domain':
      return codecText(type.base, options, imports)
    case 'array': {
      const element = always(type.element)
      return `/*#__PURE__*/ ${use('array')}(${element}${type.delimiter === undefined ? '' : `, ${stringLiteral(type.delimiter)}`})`
    }
    case 'composite': {
      const fields = type.fields.map((field) => `[${stringLiteral(field.name)}, ${always(field.type)}]`)
      return `/*#__PURE__*/ ${use('composite')}([${fields.join(', ')}])`
    }
    case 'range':
      return `/*#__PURE__*/ ${use('range')}(${always(type.subtype)})`
    case 'multirange':
      return `/*#__PURE__*/ ${use('multirange')}(${always(type.subtype)})`
    case 'base': {
      const name = baseCodec(type.name, type.schema, options)
      return name === undefined ? undefined : use(name)
    }
  }
}

function baseCodec(name: string, schema: string | undefined, options: ValueOptions): string | undefined {
  if (schema !== undefined) return vectorNames.has(name) ? 'vector' : undefined
  switch (name) {
    case 'int2':
    case 'int4':
    case 'oid':
    case 'float4':
    case 'float8':
      return 'number'
    case 'int8':
      return { bigint: 'int8', number: 'int8Number', string: undefined }[options.int8 ?? 'bigint']
    case 'bool':
    case 'bytea':
    case 'timestamptz':
      return name
    case 'json':
    case 'jsonb':
      return 'json'
    case 'void':
      return 'nothing'
    default:
      return undefined
  }
}

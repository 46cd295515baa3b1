import { propertyKey, stringLiteral } from '../naming/identifiers.js'
import type { CompiledColumn, CompiledParameter, CompiledQuery } from '../queries/model.js'
import { interfaceDeclaration, jsDoc, type Property } from '../types/module.js'
import { jsonTypescript } from '../values/json-shape.js'
import { arrayType, typescriptType, type ValueOptions } from '../values/typescript.js'
import type { ColumnOrigin } from '../analyse/analyse.js'

export interface QueryTypeOptions extends ValueOptions {
  /** The branded type of a key column, written out. */
  brandOf?: (column: ColumnOrigin) => string | undefined
}

export const paramsName = (query: CompiledQuery): string => `${query.typeName}Params`
export const rowName = (query: CompiledQuery): string => `${query.typeName}Row`

export const takesList = (query: CompiledQuery): boolean =>
  query.command.startsWith('batch') || query.command === 'copyfrom'

/** `GetUserParams` and `GetUserRow`, where the query has them. */
export function queryTypes(query: CompiledQuery, options: QueryTypeOptions): string[] {
  const declarations: string[] = []
  if (query.parameters.length > 0)
    declarations.push(
      interfaceDeclaration(
        paramsName(query),
        query.parameters.map((parameter) => parameterProperty(parameter, options)),
      ),
    )
  if (query.columns)
    declarations.push(interfaceDeclaration(rowName(query), rowProperties(query, query.columns, options)))
  return declarations
}

function parameterProperty(parameter: CompiledParameter, options: QueryTypeOptions): Property {
  const comment = parameter.documentation === undefined ? {} : { comment: parameter.documentation }
  const name = parameter.name
  if (parameter.role === 'flag') return { name, type: 'boolean | undefined', optional: true, ...comment }
  if (parameter.role)
    return {
      name,
      type: `${parameter.role.order.map(stringLiteral).join(' | ')} | undefined`,
      optional: true,
      ...comment,
    }
  const brand = parameter.column && parameter.type.kind !== 'array' ? options.brandOf?.(parameter.column) : undefined
  let type = brand ?? typescriptType(parameter.type, options).input
  if (parameter.nullable) type += ' | null'
  if (parameter.optional) type += ' | undefined'
  return { name, type, optional: parameter.optional, ...comment }
}

function columnType(column: CompiledColumn, options: QueryTypeOptions): string {
  const brand = column.origin && options.brandOf?.(column.origin)
  const type = column.json ? jsonTypescript(column.json) : (brand ?? valueType(column, options))
  return column.nullable && type !== 'Json' ? `${type} | null` : type
}

function valueType({ type, elementsNotNull }: CompiledColumn, options: QueryTypeOptions): string {
  // Only the outermost array: what its elements are made of promises nothing more.
  if (type.kind === 'array' && elementsNotNull) return arrayType(typescriptType(type.element, options).output)
  return typescriptType(type, options).output
}

function rowProperties(
  query: CompiledQuery,
  columns: readonly CompiledColumn[],
  options: QueryTypeOptions,
): Property[] {
  const properties: Property[] = []
  const seen = new Set<number>()
  for (const column of columns) {
    if (column.embed === undefined) {
      properties.push({
        name: column.name,
        type: columnType(column, options),
        ...(column.comment !== undefined && { comment: column.comment }),
      })
      continue
    }
    if (seen.has(column.embed)) continue
    seen.add(column.embed)
    const embed = query.embeds[column.embed]
    const fields = columns
      .filter((each) => each.embed === column.embed)
      .map((each) => `${propertyKey(each.name)}: ${columnType(each, options)}`)
    const type = `{ ${fields.join('; ')} }`
    properties.push({ name: embed?.name ?? 'embed', type: embed?.nullable ? `${type} | null` : type })
  }
  return properties
}

/** Parameters and result of the exported function, as TypeScript. */
export function signature(query: CompiledQuery): { parameters: string; result: string } {
  const params =
    query.parameters.length === 0
      ? ''
      : takesList(query)
        ? `, list: readonly ${paramsName(query)}[]`
        : `, params: ${paramsName(query)}`
  const isOptional =
    !takesList(query) && query.parameters.length > 0 && query.parameters.every((parameter) => parameter.optional)
  const row = query.columns ? rowName(query) : 'never'
  const results: Record<CompiledQuery['command'], string> = {
    one: `${row} | null`,
    many: `${row}[]`,
    exec: 'void',
    execrows: 'number',
    execresult: 'DriverResult',
    copyfrom: 'number',
    batchexec: 'void[]',
    batchmany: `${row}[][]`,
    batchone: `(${row} | null)[]`,
  }
  return {
    parameters: `db: Database${isOptional ? `${params} = {}` : params}`,
    result: `Promise<${results[query.command]}>`,
  }
}

export function documentation(query: CompiledQuery): string {
  return jsDoc(query.documentation.join('\n'))
}

/** The list of `-- @columns`: `export const listUsersColumns = ['id', 'name'] as const`. */
export function columnList(query: CompiledQuery, form: 'typescript' | 'javascript' | 'declaration'): string[] {
  if (!query.listsColumns || !query.columns) return []
  const names = [
    ...new Set(
      query.columns.map(({ name, embed }) => (embed === undefined ? name : (query.embeds[embed]?.name ?? name))),
    ),
  ]
  const list = `[${names.map(stringLiteral).join(', ')}]`
  const name = `${query.exportName}Columns`
  if (form === 'declaration') return [`export declare const ${name}: readonly ${list}\n`]
  return [`export const ${name} = ${list}${form === 'typescript' ? ' as const' : ''}\n`]
}

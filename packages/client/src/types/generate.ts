import type { Catalog } from '@savepoint/catalog'
import type { GeneratedFile } from '../generated-file.js'
import { camelCase, NameScope, pascalCase, stringLiteral } from '../naming/identifiers.js'
import { schemaFromCatalog } from '../schema/from-catalog.js'
import type { Column, Relation, Schema, UserType } from '../schema/schema.js'
import { typescriptType, type TypePair, type ValueOptions } from '../values/typescript.js'
import type { ValueType } from '../values/value-type.js'
import { resolveBrands, type Brand } from './brands.js'
import { kyselyFile } from './kysely.js'
import { jsDoc, moduleText } from './module.js'
import { compare, nameTypes, type TypeNames } from './names.js'
import type { TypesOptions } from './options.js'
import { columnKey, relationDeclarations } from './relation.js'
import { validatorsFile } from './validators.js'

/**
 * Types for everything in a catalog: one file per Postgres schema (`public.ts`), and what the options ask for beside them.
 * Pure; the same catalog gives the same text, whatever the order of its objects.
 *
 * @returns files ordered by path, relative to the directory of generated files
 */
export function generateTypes(catalog: Catalog, options: TypesOptions = {}): GeneratedFile[] {
  return generateSchemaTypes(schemaFromCatalog(catalog), options)
}

/** `generateTypes` over our own reading of a schema. */
export function generateSchemaTypes(schema: Schema, options: TypesOptions = {}): GeneratedFile[] {
  const names = nameTypes(schema, { singular: options.singular ?? true })
  const brands = options.brandedIds ? resolveBrands(schema) : new Map<string, Brand>()
  const schemas = [...new Set([...schema.relations, ...schema.types].map((each) => each.schema))].sort(compare)
  const files = schemas.map((name) => schemaFile(name, schema, names, brands, options))
  if (options.kysely) files.push(kyselyFile(schema, names, options))
  if (options.validators) files.push(validatorsFile(schema, names, options.validators, options))
  return files.toSorted((a, b) => compare(a.path, b.path))
}

function schemaFile(
  schemaName: string,
  schema: Schema,
  names: TypeNames,
  brands: ReadonlyMap<string, Brand>,
  options: TypesOptions,
): GeneratedFile {
  const imports = new Map<string, Set<string>>()
  const refer = (from: string, name: string): string => {
    if (from === schemaName) return name
    const specifier = `./${names.module(from)}.js`
    let imported = imports.get(specifier)
    if (!imported) imports.set(specifier, (imported = new Set()))
    // Two modules may export one name; the alias says whose it is.
    const alias = `${pascalCase(from)}${name}`
    imported.add(`${name} as ${alias}`)
    return alias
  }
  const brandName = (brand: Brand): string => names.relation(brand.schema, brand.table) + pascalCase(brand.column)
  const valueOptions: ValueOptions = options
  const nameOf = (type: ValueType): TypePair | undefined => {
    if (type.kind !== 'enum' && type.kind !== 'domain' && type.kind !== 'composite') return undefined
    // Drivers give composites as text; the declared object is for our own run time.
    if (type.kind === 'composite' && (options.values ?? 'savepoint') !== 'savepoint') return undefined
    if (!knownTypes.has(`${type.schema}\0${type.name}`)) return undefined
    const name = refer(type.schema, names.type(type.schema, type.name))
    return { output: name, input: name }
  }
  const knownTypes = new Set(schema.types.map((type) => `${type.schema}\0${type.name}`))
  const typeOf = (relation: Relation) => {
    return (column: Column): TypePair => {
      const brand = brands.get(columnKey(relation.schema, relation.name, column.name))
      if (!brand) return typescriptType(column.type, valueOptions, nameOf)
      const name = refer(brand.schema, brandName(brand))
      return { output: name, input: name }
    }
  }

  const ofSchema = <T extends { schema: string; name: string }>(list: readonly T[]): T[] =>
    list.filter((each) => each.schema === schemaName).toSorted((a, b) => compare(a.name, b.name))
  const declarations: string[] = []
  const values = new NameScope()
  for (const type of ofSchema(schema.types))
    declarations.push(
      ...typeDeclarations(
        type,
        names.type(schemaName, type.name),
        valueOptions,
        nameOf,
        options.enumValues ? values : undefined,
      ),
    )
  for (const relation of ofSchema(schema.relations)) {
    for (const column of relation.columns) {
      const brand = brands.get(columnKey(schemaName, relation.name, column.name))
      if (brand?.schema === schemaName && brand.table === relation.name && brand.column === column.name)
        declarations.push(brandDeclaration(brandName(brand), typescriptType(column.type, valueOptions, nameOf)))
    }
    declarations.push(
      ...relationDeclarations(
        relation,
        names.relation(schemaName, relation.name),
        { columnNames: options.columnNames ?? 'database', viewColumnsNotNull: options.viewColumnsNotNull ?? new Set() },
        typeOf(relation),
      ),
    )
  }
  return { path: `${names.module(schemaName)}.ts`, content: moduleText(imports, declarations) }
}

function typeDeclarations(
  { name: postgresName, comment, type }: UserType,
  name: string,
  options: ValueOptions,
  nameOf: (type: ValueType) => TypePair | undefined,
  values: NameScope | undefined,
): string[] {
  const comments = jsDoc(comment)
  const inner = (part: ValueType): string => typescriptType(part, options, nameOf).output
  switch (type.kind) {
    case 'enum': {
      const union = `${comments}export type ${name} = ${type.labels.map(stringLiteral).join(' | ') || 'never'}\n`
      if (!values) return [union]
      const list = values.claim([`${camelCase(postgresName)}Values`])
      return [
        union,
        `export const ${list} = [${type.labels.map(stringLiteral).join(', ')}] as const satisfies readonly ${name}[]\n`,
      ]
    }
    case 'domain':
      return [`${comments}export type ${name} = ${inner(type.base)}\n`]
    case 'composite':
      return [
        `${comments}export type ${name} = ${typescriptType(type, options, (part) => (part === type ? undefined : nameOf(part))).output}\n`,
      ]
  }
}

function brandDeclaration(name: string, type: TypePair): string {
  return `export type ${name} = ${/\|/.test(type.output) ? `(${type.output})` : type.output} & { readonly __brand: ${stringLiteral(name)} }\n`
}

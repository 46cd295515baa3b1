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

interface Rendered {
  declarations: string[]
  /** Names of other modules that the declarations use: module and imported name. */
  imports: [specifier: string, name: string][]
}

/** Texts of relations, so that a save costs what it changed. By everything beside the relation that the text depends on. */
const rendered = new WeakMap<Relation, Map<string, Rendered>>()
const KEPT_CONTEXTS = 8

function schemaFile(
  schemaName: string,
  schema: Schema,
  names: TypeNames,
  brands: ReadonlyMap<string, Brand>,
  options: TypesOptions,
): GeneratedFile {
  const imports = new Map<string, Set<string>>()
  let current: Rendered = { declarations: [], imports: [] }
  const refer = (from: string, name: string): string => {
    if (from === schemaName) return name
    const specifier = `./${names.module(from)}.js`
    // Two modules may export one name; the alias says whose it is.
    const alias = `${pascalCase(from)}${name}`
    current.imports.push([specifier, `${name} as ${alias}`])
    return alias
  }
  const brandName = (brand: Brand): string => names.relation(brand.schema, brand.table) + pascalCase(brand.column)
  const knownTypes = new Set(schema.types.map((type) => `${type.schema}\0${type.name}`))
  const nameOf = (type: ValueType): TypePair | undefined => {
    if (type.kind !== 'enum' && type.kind !== 'domain' && type.kind !== 'composite') return undefined
    // Drivers give composites as text; the declared object is for our own run time.
    if (type.kind === 'composite' && (options.values ?? 'savepoint') !== 'savepoint') return undefined
    if (!knownTypes.has(`${type.schema}\0${type.name}`)) return undefined
    const name = refer(type.schema, names.type(type.schema, type.name))
    return { output: name, input: name }
  }
  const renderRelation = (relation: Relation): Rendered => {
    current = { declarations: [], imports: [] }
    for (const column of relation.columns) {
      const brand = brands.get(columnKey(schemaName, relation.name, column.name))
      if (brand?.schema === schemaName && brand.table === relation.name && brand.column === column.name)
        current.declarations.push(brandDeclaration(brandName(brand), typescriptType(column.type, options, nameOf)))
    }
    const typeOf = (column: Column): TypePair => {
      const brand = brands.get(columnKey(relation.schema, relation.name, column.name))
      if (!brand) return typescriptType(column.type, options, nameOf)
      const name = refer(brand.schema, brandName(brand))
      return { output: name, input: name }
    }
    const columnOptions = {
      columnNames: options.columnNames ?? 'database',
      viewColumnsNotNull: options.viewColumnsNotNull ?? new Set<string>(),
    }
    current.declarations.push(
      ...relationDeclarations(relation, names.relation(schemaName, relation.name), columnOptions, typeOf),
    )
    return current
  }

  const ofSchema = <T extends { schema: string; name: string }>(list: readonly T[]): T[] =>
    list.filter((each) => each.schema === schemaName).toSorted((a, b) => compare(a.name, b.name))
  const parts: Rendered[] = []
  const values = new NameScope()
  for (const type of ofSchema(schema.types)) {
    current = { declarations: [], imports: [] }
    const name = names.type(schemaName, type.name)
    current.declarations.push(...typeDeclarations(type, name, options, nameOf, options.enumValues ? values : undefined))
    parts.push(current)
  }
  const context = JSON.stringify([
    options,
    [...(options.viewColumnsNotNull ?? [])],
    schema.types.map((type) => [type.schema, type.name, names.type(type.schema, type.name), names.module(type.schema)]),
  ])
  for (const relation of ofSchema(schema.relations)) {
    const key = `${names.relation(schemaName, relation.name)} ${context}`
    const known = options.brandedIds ? undefined : rendered.get(relation)?.get(key)
    const part = known ?? renderRelation(relation)
    parts.push(part)
    if (!known) keepRendered(relation, key, part)
  }
  for (const [specifier, name] of parts.flatMap((part) => part.imports)) {
    const imported = imports.get(specifier)
    if (imported) imported.add(name)
    else imports.set(specifier, new Set([name]))
  }
  const declarations = parts.flatMap((part) => part.declarations)
  return { path: `${names.module(schemaName)}.ts`, content: moduleText(imports, declarations) }
}

function keepRendered(relation: Relation, key: string, part: Rendered): void {
  let contexts = rendered.get(relation)
  if (!contexts || contexts.size >= KEPT_CONTEXTS) rendered.set(relation, (contexts = new Map()))
  contexts.set(key, part)
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

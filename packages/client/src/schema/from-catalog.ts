import type { Catalog, CatalogObject, ObjectId } from '@savepoint/catalog'
import { parseTypeText, rangeSubtypes, type ValueType } from '../values/value-type.js'
import type { Column, ForeignKey, Relation, Schema, UserType } from './schema.js'

interface Index {
  columns: ReadonlyMap<ObjectId, CatalogObject<'column'>[]>
  constraints: ReadonlyMap<ObjectId, CatalogObject<'constraint'>[]>
  /** Objects that are types, by `schema\0name`. */
  types: ReadonlyMap<string, CatalogObject<'enum' | 'domain' | 'composite'>>
  /** Subtype of each range and multirange, by `schema\0name`. */
  ranges: ReadonlyMap<string, { name: string; subtype: string; multi: boolean }>
  relations: ReadonlyMap<string, ObjectId>
}

const keyOf = (schema: string | undefined, name: string): string => `${schema ?? ''}\0${name}`

/** What a catalog says about values: its relations with their columns, and the types that its users made. */
export function schemaFromCatalog(catalog: Catalog): Schema {
  const index = indexCatalog(catalog)
  const resolver = createResolver(index)
  const typesKey = [...index.types.values()].map((type) => `${type.id} ${type.hash}`).join('\n')
  const relations: Relation[] = []
  const types: UserType[] = []
  for (const object of catalog.objects.values()) {
    const { kind, schema = '', name, comment } = object
    const common = { schema, name, ...(comment !== undefined && { comment }) }
    switch (kind) {
      case 'table':
      case 'foreign table':
      case 'view':
      case 'materialized view':
        relations.push(
          remember(object, index, typesKey, () => ({
            ...common,
            kind,
            columns: (index.columns.get(object.id) ?? []).map((column) => columnFrom(column, resolver, index)),
            ...keysOf(object.id, index, catalog),
          })),
        )
        break
      case 'enum':
      case 'domain':
      case 'composite': {
        const type = resolver(schema, name, 0)
        if (type.kind === 'enum' || type.kind === 'domain' || type.kind === 'composite') types.push({ ...common, type })
        break
      }
      default:
    }
  }
  return { relations, types }
}

interface Remembered {
  columns: readonly object[]
  constraints: readonly object[]
  typesKey: string
  relation: Relation
}

/** A save changes one table of hundreds, and the objects of the others are the same ones in the next catalog. */
const remembered = new WeakMap<object, Remembered>()

function remember(object: CatalogObject, index: Index, typesKey: string, read: () => Relation): Relation {
  const columns = index.columns.get(object.id) ?? []
  const constraints = index.constraints.get(object.id) ?? []
  const known = remembered.get(object)
  if (
    known &&
    known.typesKey === typesKey &&
    sameItems(known.columns, columns) &&
    sameItems(known.constraints, constraints)
  )
    return known.relation
  const relation = read()
  // The row type of another table, or the table that a key points to, may change while the objects of this one stay.
  const isSelfContained = columns.every(
    ({ facts }) => facts.typeId === undefined || !/^(?:table|view|foreign|materialized)/.test(facts.typeId),
  )
  if (isSelfContained) remembered.set(object, { columns, constraints, typesKey, relation })
  return relation
}

const sameItems = (a: readonly object[], b: readonly object[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at])

function indexCatalog(catalog: Catalog): Index {
  const columns = new Map<ObjectId, CatalogObject<'column'>[]>()
  const constraints = new Map<ObjectId, CatalogObject<'constraint'>[]>()
  const types = new Map<string, CatalogObject<'enum' | 'domain' | 'composite'>>()
  const ranges = new Map<string, { name: string; subtype: string; multi: boolean }>()
  const relations = new Map<string, ObjectId>()
  const add = <T>(map: Map<ObjectId, T[]>, parent: ObjectId | undefined, object: T): void => {
    if (parent === undefined) return
    const list = map.get(parent)
    if (list) list.push(object)
    else map.set(parent, [object])
  }
  for (const object of catalog.objects.values()) {
    switch (object.kind) {
      case 'column':
        add(columns, object.parent, object)
        break
      case 'constraint':
        add(constraints, object.parent, object)
        break
      case 'enum':
      case 'domain':
      case 'composite':
        types.set(keyOf(object.schema, object.name), object)
        break
      case 'range': {
        const multirange = parseTypeText(object.facts.multirange)
        const entry = { name: object.name, subtype: object.facts.subtype }
        ranges.set(keyOf(object.schema, object.name), { ...entry, multi: false })
        ranges.set(keyOf(multirange.schema ?? object.schema, multirange.name), { ...entry, multi: true })
        break
      }
      case 'table':
      case 'foreign table':
      case 'view':
      case 'materialized view':
        relations.set(keyOf(object.schema, object.name), object.id)
        break
      default:
    }
  }
  for (const list of columns.values()) list.sort((a, b) => a.facts.position - b.facts.position)
  return { columns, constraints, types, ranges, relations }
}

type Resolver = (schema: string | undefined, name: string, dimensions: number) => ValueType

function createResolver(index: Index): Resolver {
  const resolved = new Map<string, ValueType>()
  const fromText = (text: string): ValueType => {
    const type = parseTypeText(text)
    return resolve(type.schema, type.name, type.dimensions)
  }
  const resolve: Resolver = (schema, name, dimensions) => {
    const key = `${keyOf(schema, name)}\0${dimensions}`
    const known = resolved.get(key)
    if (known) return known
    const type: ValueType =
      dimensions > 0
        ? { kind: 'array', element: resolve(schema, name, 0), ...(name === 'box' && { delimiter: ';' }) }
        : resolveScalar(schema, name)
    resolved.set(key, type)
    return type
  }
  const resolveScalar = (schema: string | undefined, name: string): ValueType => {
    if (schema === undefined) {
      const subtype = rangeSubtypes[name.replace('multirange', 'range')]
      if (subtype !== undefined)
        return {
          kind: name.includes('multirange') ? 'multirange' : 'range',
          name,
          subtype: { kind: 'base', name: subtype },
        }
      return { kind: 'base', name }
    }
    const object = index.types.get(keyOf(schema, name))
    if (object) return fromObject(object, schema, name)
    const range = index.ranges.get(keyOf(schema, name))
    if (range) return { kind: range.multi ? 'multirange' : 'range', name, subtype: fromText(range.subtype) }
    const relation = index.relations.get(keyOf(schema, name))
    if (relation === undefined) return { kind: 'base', name, schema }
    const fields = (index.columns.get(relation) ?? []).map((column) => ({
      name: column.name,
      type: fromText(column.facts.type),
    }))
    return { kind: 'composite', schema, name, fields }
  }
  const fromObject = (
    object: CatalogObject<'enum' | 'domain' | 'composite'>,
    schema: string,
    name: string,
  ): ValueType => {
    const { facts } = object
    if ('labels' in facts) return { kind: 'enum', schema, name, labels: facts.labels }
    if ('base' in facts) return { kind: 'domain', schema, name, base: fromText(facts.base) }
    return {
      kind: 'composite',
      schema,
      name,
      fields: facts.attributes.map((field) => ({ name: field.name, type: fromText(field.type) })),
    }
  }
  return resolve
}

function columnFrom(object: CatalogObject<'column'>, resolve: Resolver, index: Index): Column {
  const { facts, comment, name } = object
  const type = parseTypeText(facts.type)
  const domain = index.types.get(keyOf(type.schema, type.name))?.facts
  const domainDefault =
    type.dimensions === 0 && domain !== undefined && 'base' in domain && domain.default !== undefined
  return {
    name,
    type: resolve(type.schema, type.name, type.dimensions),
    typeText: facts.type,
    notNull: facts.notNull && facts.notNullConstraint?.notValid !== true,
    // A column that refuses new NULLs while old rows may hold some.
    ...(facts.notNull && facts.notNullConstraint?.notValid === true && { refusesNull: true }),
    hasDefault: facts.default !== undefined || domainDefault,
    generated: facts.generated !== undefined,
    ...(facts.identity && { identity: facts.identity.mode }),
    ...(comment !== undefined && { comment }),
  }
}

function keysOf(
  relation: ObjectId,
  index: Index,
  catalog: Catalog,
): { primaryKey: string[]; foreignKeys: ForeignKey[] } {
  const constraints = index.constraints.get(relation) ?? []
  const primaryKey = constraints.find((each) => each.facts.type === 'primary key')?.facts.columns ?? []
  const foreignKeys = constraints.flatMap(({ facts }): ForeignKey[] => {
    const target = facts.references && catalog.objects.get(facts.references.table)
    if (!target || !facts.references) return []
    return [
      { columns: facts.columns, schema: target.schema ?? '', table: target.name, referenced: facts.references.columns },
    ]
  })
  return { primaryKey, foreignKeys }
}

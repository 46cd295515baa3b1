import type { AnyObject, Catalog, CatalogObject } from '@savepoint/catalog'

/** A schema as `schema inspect --format "{{ json . }}"` prints it: Atlas's fields for tables, and lists of everything else by kind. */
export interface DescribedSchema {
  name: string
  comment?: string
  tables?: DescribedTable[]
  /** Everything in the schema that is no table, column, constraint or index, as `{ kind, name, … }`. */
  objects?: DescribedObject[]
}

export interface DescribedTable {
  name: string
  comment?: string
  columns: { name: string; type: string; null?: boolean; default?: string; comment?: string }[]
  primary_key?: { parts: { column: string }[] }
  indexes?: { name: string; unique?: boolean; parts: ({ column: string } | { expr: string })[]; where?: string }[]
  foreign_keys?: { name: string; columns: string[]; references: { table: string; columns: string[] } }[]
  checks?: { name: string; expr: string }[]
}

export interface DescribedObject {
  kind: string
  name: string
  table?: string
  comment?: string
  [fact: string]: unknown
}

/**
 * A catalog as plain JSON. The fields of tables are those of `atlas schema inspect --format "{{ json . }}"`, so that scripts
 * that read them go on.
 */
export function describeCatalog(catalog: Catalog): { schemas: DescribedSchema[]; objects?: DescribedObject[] } {
  const children = groupByParent(catalog)
  const schemas = new Map<string, DescribedSchema>()
  const others: DescribedObject[] = []
  const schemaOf = (name: string): DescribedSchema => {
    const known = schemas.get(name)
    if (known) return known
    const described: DescribedSchema = { name }
    schemas.set(name, described)
    return described
  }
  for (const object of catalog.objects.values()) {
    if (object.kind === 'schema') Object.assign(schemaOf(object.name), comment(object))
    else if (object.kind === 'table')
      (schemaOf(object.schema ?? '').tables ??= []).push(describeTable(object, catalog, children))
    else if (isPartOfTable(object, catalog)) continue
    else if (object.schema === undefined) others.push(describeObject(object, catalog))
    else (schemaOf(object.schema).objects ??= []).push(describeObject(object, catalog))
  }
  return { schemas: [...schemas.values()], ...(others.length > 0 ? { objects: others } : {}) }
}

/** The parts that a table's own description holds. */
function isPartOfTable({ kind, parent }: AnyObject, catalog: Catalog): boolean {
  if (kind === 'default' || kind === 'inheritance' || kind === 'column') return true
  const isPart = kind === 'constraint' || kind === 'index'
  return isPart && parent !== undefined && catalog.objects.get(parent)?.kind === 'table'
}

function describeTable(
  table: CatalogObject<'table'>,
  catalog: Catalog,
  children: ReadonlyMap<string, readonly AnyObject[]>,
): DescribedTable {
  const parts = children.get(table.id) ?? []
  const described: DescribedTable = { name: table.name, ...comment(table), columns: [] }
  const columns = parts.flatMap((part) => (part.kind === 'column' ? [part] : []))
  for (const column of columns.sort((a, b) => a.facts.position - b.facts.position)) {
    described.columns.push({
      name: column.name,
      type: column.facts.type,
      ...(column.facts.notNull ? {} : { null: true }),
      ...(column.facts.default === undefined ? {} : { default: column.facts.default }),
      ...comment(column),
    })
  }
  for (const part of parts) {
    if (part.kind === 'constraint') addConstraint(described, part, catalog)
    if (part.kind === 'index') {
      ;(described.indexes ??= []).push({
        name: part.name,
        ...(part.facts.unique ? { unique: true } : {}),
        parts: part.facts.columns.map((column) => (column === null ? { expr: part.facts.definition } : { column })),
        ...(part.facts.predicate === undefined ? {} : { where: part.facts.predicate }),
      })
    }
  }
  return described
}

function addConstraint(table: DescribedTable, { name, facts }: CatalogObject<'constraint'>, catalog: Catalog): void {
  const parts = facts.columns.map((column) => ({ column }))
  switch (facts.type) {
    case 'primary key':
      table.primary_key = { parts }
      return
    case 'unique':
      ;(table.indexes ??= []).push({ name, unique: true, parts })
      return
    case 'foreign key': {
      const { references } = facts
      const target = references && catalog.objects.get(references.table)
      ;(table.foreign_keys ??= []).push({
        name,
        columns: facts.columns,
        references: { table: target?.name ?? references?.table ?? '', columns: references?.columns ?? [] },
      })
      return
    }
    case 'check':
      ;(table.checks ??= []).push({ name, expr: facts.definition })
      return
    case 'exclude':
    case 'trigger':
      return
  }
}

function describeObject(object: AnyObject, catalog: Catalog): DescribedObject {
  const parent = object.parent === undefined ? undefined : catalog.objects.get(object.parent)
  return {
    kind: object.kind,
    name: object.name,
    ...(parent ? { table: parent.name } : {}),
    ...comment(object),
    ...object.facts,
  }
}

function comment(object: AnyObject): { comment?: string } {
  return object.comment === undefined ? {} : { comment: object.comment }
}

function groupByParent(catalog: Catalog): Map<string, AnyObject[]> {
  const children = new Map<string, AnyObject[]>()
  for (const object of catalog.objects.values()) {
    if (object.parent === undefined) continue
    const siblings = children.get(object.parent)
    if (siblings) siblings.push(object)
    else children.set(object.parent, [object])
  }
  return children
}

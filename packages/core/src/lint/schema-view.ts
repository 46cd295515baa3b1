import {
  domainsOf,
  quoteIdentifier,
  quoteQualified,
  type AnyObject,
  type Catalog,
  type CatalogObject,
  type DomainFinder,
} from '@savepoint/catalog'
import type { QualifiedName } from '../sources/tree.js'
import type { Change, ConstraintDefinition } from './change.js'

/** The database as a statement finds it: the catalog before the file, and what earlier statements of the file did to it. */
export interface SchemaView {
  /** Before the first statement. */
  readonly before: Catalog
  /** After the last one. */
  readonly after: Catalog
  /** `schema.name`, quoted, as the search path says. */
  nameOf(name: QualifiedName): string
  /** Made by an earlier statement of the same file: nobody uses it yet, and it is empty. */
  isNew(table: QualifiedName): boolean
  /** The object as it was before the file, also where it has been renamed since. */
  table(name: QualifiedName): CatalogObject<'table'> | undefined
  column(table: QualifiedName, name: string): CatalogObject<'column'> | undefined
  constraint(table: QualifiedName, name: string): CatalogObject<'constraint'> | undefined
  index(name: QualifiedName): CatalogObject<'index'> | undefined
  /** Some of these columns are a key before the file, so no two rows have the same values in all of them. */
  isKey(table: QualifiedName, columns: readonly string[]): boolean
  /** A check that holds for all rows says that the column has no nulls. */
  isProvedNotNull(table: QualifiedName, column: string): boolean
  /** Added NOT VALID by an earlier statement of the same file. */
  isAddedHere(table: QualifiedName, constraint: string): boolean
  /** What a type is a domain over. */
  readonly domain: DomainFinder
  /** A statement of the file has set the variable to something else than 0. */
  isSet(variable: string): boolean
}

/** A view that is moved on by `follow` after each statement. */
export interface MovingSchemaView extends SchemaView {
  follow(changes: readonly Change[]): void
}

export function createSchemaView(before: Catalog, after: Catalog): MovingSchemaView {
  let path = ['public']
  const variables = new Set<string>()
  const created = new Set<string>()
  /** Names of now by names of before the file. */
  const origins = new Map<string, string>()
  const added = new Map<string, ConstraintDefinition>()
  const validated = new Set<string>()
  const gone = new Set<string>()
  const addedColumns = new Set<string>()
  const columnOrigins = new Map<string, string>()

  const nameOf = ({ schema, name }: QualifiedName): string => {
    if (schema !== undefined) return quoteQualified(schema, name)
    const found = path.find((one) => {
      const qualified = quoteQualified(one, name)
      if (gone.has(qualified)) return false
      return created.has(qualified) || origins.has(qualified) || isRelation(before, qualified)
    })
    return quoteQualified(found ?? path[0], name)
  }
  const originOf = (name: QualifiedName): string => {
    const now = nameOf(name)
    return origins.get(now) ?? now
  }
  const get = (id: string): AnyObject | undefined => before.objects.get(id)
  const memberId = (table: QualifiedName, name: string): string => `${nameOf(table)}.${quoteIdentifier(name)}`

  const table: SchemaView['table'] = (name) => {
    if (created.has(nameOf(name))) return undefined
    const object = get(`table ${originOf(name)}`)
    return object?.kind === 'table' ? object : undefined
  }
  return {
    before,
    after,
    domain: domainsOf({
      from: before,
      to: after,
      childrenIn: (catalog, parent) => [...catalog.objects.values()].filter((object) => object.parent === parent),
    }),
    nameOf,
    table,
    isNew: (name) => created.has(nameOf(name)),
    column(owner, name) {
      const id = memberId(owner, name)
      if (created.has(nameOf(owner)) || addedColumns.has(id)) return undefined
      const object = get(`column ${originOf(owner)}.${quoteIdentifier(columnOrigins.get(id) ?? name)}`)
      return object?.kind === 'column' ? object : undefined
    },
    constraint(owner, name) {
      const object = get(`constraint ${originOf(owner)}.${quoteIdentifier(name)}`)
      return object?.kind === 'constraint' && !added.has(memberId(owner, name)) ? object : undefined
    },
    index(name) {
      const object = get(`index ${originOf(name)}`)
      return object?.kind === 'index' ? object : undefined
    },
    isKey(owner, columns) {
      const parent = `table ${originOf(owner)}`
      for (const object of before.objects.values()) {
        if (object.parent !== parent || gone.has(memberId(owner, object.name))) continue
        const key =
          object.kind === 'constraint' && (object.facts.type === 'primary key' || object.facts.type === 'unique')
            ? object.facts.columns
            : object.kind === 'index' &&
                object.facts.unique &&
                object.facts.valid &&
                object.facts.predicate === undefined
              ? object.facts.columns
              : []
        if (key.length > 0 && key.every((name) => name !== null && columns.includes(name))) return true
      }
      return false
    },
    isProvedNotNull(owner, column) {
      for (const [id, { provesNotNull, notValid }] of added)
        if (
          id.startsWith(`${nameOf(owner)}.`) &&
          provesNotNull.includes(column) &&
          (!notValid || validated.has(id)) &&
          !gone.has(id)
        )
          return true
      const proof = new RegExp(`\\(\\(?"?${escape(column)}"? IS NOT NULL\\)`)
      const parent = `table ${originOf(owner)}`
      for (const object of before.objects.values()) {
        if (object.kind !== 'constraint' || object.parent !== parent || object.facts.type !== 'check') continue
        const id = memberId(owner, object.name)
        if (gone.has(id) || !(object.facts.validated || validated.has(id))) continue
        // With OR in it the check proves nothing about one column.
        if (proof.test(object.facts.definition) && !/ OR /.test(object.facts.definition)) return true
      }
      return false
    },
    isAddedHere: (owner, constraint) => added.get(memberId(owner, constraint))?.notValid ?? false,
    isSet: (variable) => variables.has(variable),
    follow(changes) {
      for (const change of changes)
        switch (change.kind) {
          case 'create table':
            created.add(change.temporary ? quoteQualified(path[0], change.table.name) : nameOf(change.table))
            break
          case 'add column':
            addedColumns.add(memberId(change.table, change.column.name))
            for (const constraint of change.column.constraints)
              if (constraint.name !== undefined) added.set(memberId(change.table, constraint.name), constraint)
            break
          case 'add constraint':
            if (change.constraint.name !== undefined)
              added.set(memberId(change.table, change.constraint.name), change.constraint)
            break
          case 'validate constraint':
            validated.add(memberId(change.table, change.name))
            break
          case 'drop constraint':
            gone.add(memberId(change.table, change.name))
            added.delete(memberId(change.table, change.name))
            break
          case 'drop':
            if (change.what !== 'table') break
            for (const name of change.names) {
              const qualified = nameOf(name)
              created.delete(qualified)
              gone.add(qualified)
            }
            break
          case 'rename':
            if (change.what === 'table') {
              const old = nameOf(change.from)
              const schema = change.from.schema ?? schemaOf(old)
              move(old, quoteQualified(schema, change.to))
            } else if (change.what === 'column' && change.table) {
              const old = memberId(change.table, change.from.name)
              const now = memberId(change.table, change.to)
              if (addedColumns.delete(old)) addedColumns.add(now)
              else columnOrigins.set(now, columnOrigins.get(old) ?? change.from.name)
            }
            break
          case 'set schema':
            if (change.what === 'table') move(nameOf(change.name), quoteQualified(change.schema, change.name.name))
            break
          case 'set variable':
            if (change.name === 'search_path') path = change.values.filter((name) => name !== '' && name !== '$user')
            else if (change.values.some((value) => value !== '0')) variables.add(change.name)
            break
          default:
        }
    },
  }

  function move(old: string, now: string): void {
    if (created.delete(old)) created.add(now)
    else origins.set(now, origins.get(old) ?? old)
    gone.add(old)
    gone.delete(now)
  }
}

function isRelation(catalog: Catalog, qualified: string): boolean {
  return ['table', 'view', 'index', 'sequence', 'materialized view', 'foreign table'].some((kind) =>
    catalog.objects.has(`${kind} ${qualified}`),
  )
}

function schemaOf(qualified: string): string {
  const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^.]*))\./.exec(qualified) ?? []
  return quoted?.replaceAll('""', '"') ?? plain ?? 'public'
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

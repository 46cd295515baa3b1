import type { Facts, Kind } from '../model/facts.js'
import type { AnyObject, ObjectId } from '../model/object.js'
import type { PrivilegeTarget } from './privileges.js'

/** What a query may depend on. */
export interface QueryContext {
  /** `server_version_num`: ask it before naming a column that older servers lack. */
  version: number
  /** Catalogs with secrets are closed to everybody else: naming such a column fails the whole query. */
  superuser: boolean
  /** Roles to read; undefined for none, `true` for all but the predefined ones. */
  roles: true | readonly string[] | undefined
  /** Condition that the namespace's oid in `column` is one of the user's schemas that were asked for. */
  inSchemas(column: string): string
  /** Condition that the object is not the member of an extension: those belong to the extension. */
  notMember(classid: number, column: string): string
  /**
   * Condition that limits a query to a scoped extraction: one of the `columns` holds an oid of its class in the scope. `true`
   * where everything is asked for.
   */
  inScope(...columns: [classid: number, column: string][]): string
  /** The oids of a class in the scope, as an expression of type `oid[]`; undefined where the scope has none of it. */
  scopeOf(classid: number): string | undefined
}

/**
 * Reads one system catalog: a single set-based query, and what to make of each row. Rows come through JSON in scoped
 * extractions, so oids and int8 must be read with `Number`, and arrays must be cast to `text[]`, `int2[]` or the like.
 */
export interface Reader<Row = never> {
  name: string
  /** The classes whose presence in a scope makes this query worth running. */
  classes: readonly number[]
  /** Undefined where the server has nothing of the sort. */
  sql(context: QueryContext): string | undefined
  read(row: Row, sink: Sink): void
}

/** An object as a reader hands it over. */
export interface Draft<K extends Kind> {
  kind: K
  /** Quoted identity: with the kind it makes the id. */
  identity: string
  schema?: string | undefined
  name: string
  parent?: ObjectId | undefined
  /** Name of the owning role, for kinds that have one. */
  owner?: string | undefined
  /** `acl::text[]` and what it is a list for; absent for kinds without privileges. `owner` where that is another object's. */
  acl?: { items: string[] | null; target: PrivilegeTarget; owner?: string } | undefined
  facts: Facts[K]
  /** Facts that do not count for equality. */
  ignored?: (keyof Facts[K])[]
  /** What counts for equality, where leaving out facts is not enough. Asked when everything has been read. */
  compared?: (facts: Facts[K]) => Record<string, unknown>
  classid: number
  objid: number | string
  objsubid?: number | string
}

export interface Sink {
  readonly version: number
  readonly currentUser: string
  add<K extends Kind>(draft: Draft<K>): ObjectId
  /** Makes dependencies on or from this address count for the object `id`. */
  alias(classid: number, objid: number | string, objsubid: number | string, id: ObjectId): void
  /** COMMENT ON what lies at the address. Comments on the object itself are added to it without asking. */
  comment(classid: number, objid: number | string, objsubid?: number | string): string | undefined
  /** The object read at an address so far. */
  at(classid: number, objid: number | string, objsubid?: number | string): AnyObject | undefined
}

/** Ties the type of the rows to the query that gives them. */
export function defineReader<Row>(reader: Reader<Row>): Reader {
  return reader as unknown as Reader
}

import type { Facts, Kind } from './facts.js'

/**
 * Stable across databases: the kind and the quoted identity. `table public.users`, `column public.users.email`,
 * `constraint public.users.users_pkey`, `function public.f(integer)`.
 */
export type ObjectId = string

/** Where an object lies in one database, as `pg_depend` and the event triggers write it. */
export interface Address {
  classid: number
  objid: number
  objsubid: number
}

/**
 * One way in which an object's privileges differ from those that Postgres gives a new object (`acldefault`).
 * The grantee is a role's name, `public` for PUBLIC (no role can have that name), or `$owner`.
 */
export interface Privilege {
  grantee: string
  /** `SELECT`, `EXECUTE`, `USAGE` … */
  privilege: string
  /** WITH GRANT OPTION */
  grantable: boolean
  /** The default has it, this object does not. */
  revoked?: true
}

export interface SecurityLabel {
  provider: string
  label: string
}

export interface CatalogObject<K extends Kind = Kind> {
  id: ObjectId
  kind: K
  /** Unquoted; absent for what lies in no schema (an extension, a cast). */
  schema?: string
  /** Unquoted. */
  name: string
  /** Column → table or view; constraint, index, trigger, policy, rule → table; default → column. */
  parent?: ObjectId
  /** Absent when the role that read the catalog owns it, so that catalogs read by different roles can be equal. */
  owner?: string
  comment?: string
  /** What differs from the kind's default, sorted; empty for an object that nobody granted anything on. */
  privileges: Privilege[]
  securityLabels?: SecurityLabel[]
  /** Extensions that take it along when they are dropped, sorted: ALTER … DEPENDS ON EXTENSION. */
  extensions?: string[]
  facts: Facts[K]
  /** Of everything that counts for equality: not of addresses nor of column positions. */
  hash: string
  /** Of the database it was read from. */
  address: Address
}

/** An object of any kind, with `kind` deciding the type of `facts`. */
export type AnyObject = { [K in Kind]: CatalogObject<K> }[Kind]

/** `from` needs `to`. Columns are objects, so the grain is the column where Postgres knows it. */
export interface Dependency {
  from: ObjectId
  to: ObjectId
}

/** Something a user made that no kind of ours reads: it is named, and never touched. */
export interface UnmodelledObject {
  /** What Postgres calls it: `operator public.=== (integer,integer)`. */
  description: string
  kind: string
  schema?: string
  name: string
}

export interface Catalog {
  /** `server_version_num`, for example 180004. */
  version: number
  /** The role that read it: whoever owns what names no owner. Absent in a catalog that was put together. */
  user?: string
  objects: ReadonlyMap<ObjectId, AnyObject>
  dependencies: readonly Dependency[]
  unmodelled: readonly UnmodelledObject[]
  /**
   * Ids by address (`classid:objid:objsubid`) in the database it was read from, with the other names of an object:
   * the row type of a table, the array type of a type, the members of an extension.
   */
  addresses: ReadonlyMap<string, ObjectId>
  /** Dependencies on addresses that lie outside the scope of a scoped extraction; empty otherwise. */
  outside: readonly { from: ObjectId; address: string }[]
}

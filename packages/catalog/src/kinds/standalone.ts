import { classes } from '../extract/classes.js'
import type { PrivilegeTarget } from '../extract/privileges.js'
import { defineReader, type QueryContext, type Reader } from '../extract/reader.js'
import { canonical } from '../hash.js'
import { quoteIdentifier } from '../identifier.js'
import type { Facts, Kind } from '../model/facts.js'
import type { AnyObject, CatalogObject, ObjectId } from '../model/object.js'
import type { KindDefinition, Statement } from './kind.js'

/** A row of a kind's query. */
export interface StandaloneRow<F> {
  oid: number | string
  schema: string | null
  name: string
  /** How SQL statements name the object behind the kind's keyword; the id is the kind and this. */
  reference: string
  /** Name of the owning role; absent for kinds without owners. */
  owner?: string | null
  /** `aclitem`s as text; null for the default. */
  acl?: string[] | null
  facts: F
  /** Only where `pg_description` does not have it. */
  comment?: string | null
  /** The object that this one belongs to and is dropped with, as `classid:objid`. */
  parent?: string | null
  /** Further addresses (`classid:objid`) whose dependencies are this object's own. */
  aliases?: string[] | null
}

/** What a query may depend on. */
export type StandaloneQuery = Pick<QueryContext, 'version' | 'superuser' | 'roles'>

/** A kind whose objects are whole statements: created, altered where Postgres can, and otherwise dropped and created anew. */
export interface StandaloneKind<K extends Kind> {
  kind: K
  /** As DROP, COMMENT ON and ALTER … OWNER TO call it. */
  keyword: string
  /** The system catalog that holds it. */
  catalog: keyof typeof classes
  /** See `KindDefinition`. */
  weight: number
  /** Has an owner that ALTER … OWNER TO changes. */
  owned: boolean
  /** As GRANT … ON calls it, and whose defaults count; absent for kinds without privileges. */
  privileges?: { keyword: string; target: PrivilegeTarget }
  /** First `server_version_num` that has it. */
  since?: number
  /** See `KindDefinition`. */
  dropsWithParent?: boolean
  /** ALTER … RENAME TO knows it, and it lies in a schema, so that texts name it in one way. */
  renames?: true
  /** COMMENT ON knows it. Default: true */
  commentable?: boolean
  /** Reads every object of a server of that version, extension members included. Columns: those of `StandaloneRow`. */
  query(context: StandaloneQuery): string
  /** Takes what is secret out of the facts that were read. */
  conceal?(facts: Facts[K]): void
  /** Statements that create it, in order; comment, owner and privileges come from elsewhere. */
  create(object: CatalogObject<K>): Statement[]
  /** Statements that change it in place; undefined where it must be made anew. */
  alter(from: CatalogObject<K>, to: CatalogObject<K>): Statement[] | undefined
  /** Default: `DROP keyword reference`. */
  drop?(object: CatalogObject<K>): Statement[]
  /** Whether a dependent is in the way of the statements of `alter`. Absent: none is. */
  disturbs?(dependent: AnyObject): boolean
}

/** What names the object behind its keyword. */
export function referenceOf(object: { kind: string; id: string }): string {
  return object.id.slice(object.kind.length + 1)
}

/** The reader of a kind's catalog. Members of extensions and schemas that nobody asked for are left out here. */
export function standaloneReader<K extends Kind>(kind: StandaloneKind<K>): Reader {
  const classid = classes[kind.catalog]
  return defineReader<StandaloneRow<Facts[K]>>({
    name: kind.kind,
    classes: [classid],
    sql: (context) =>
      context.version < (kind.since ?? 0)
        ? undefined
        : `SELECT q.* FROM (${kind.query(context)}) q WHERE ${context.notMember(classid, 'q.oid')} AND ${context.inScope([classid, 'q.oid'])}
    AND (q.schema IS NULL OR q.schema IN (SELECT nspname FROM pg_catalog.pg_namespace WHERE ${context.inSchemas('oid')}))`,
    read(row, sink) {
      const parent = row.parent ? sink.at(...readAddress(row.parent)) : undefined
      kind.conceal?.(row.facts)
      const id: ObjectId = sink.add({
        kind: kind.kind,
        identity: row.reference,
        schema: row.schema ?? undefined,
        name: row.name,
        parent: parent?.id,
        owner: row.owner ?? undefined,
        acl: kind.privileges && { items: row.acl ?? null, target: kind.privileges.target },
        facts: row.facts,
        classid,
        objid: row.oid,
      })
      const object = sink.at(classid, row.oid)
      // Comments on what all databases share are in a catalog of their own.
      if (object && row.comment != null) object.comment = row.comment
      for (const alias of row.aliases ?? []) sink.alias(...readAddress(alias), 0, id)
    },
  })
}

function readAddress(text: string): [classid: number, objid: number] {
  const [classid, objid] = text.split(':').map(Number)
  return [classid ?? 0, objid ?? 0]
}

/** What the planner needs of a kind. */
export function standaloneDefinition<K extends Kind>(kind: StandaloneKind<K>): KindDefinition<K> {
  const target = (object: CatalogObject<K>): string => `${kind.keyword} ${referenceOf(object)}`
  const { privileges, drop } = kind
  return {
    kind: kind.kind,
    weight: kind.weight,
    target,
    ...(kind.owned && { ownerTarget: target }),
    ...(privileges && {
      grantTarget: (object: CatalogObject<K>) => ({
        on: `${privileges.keyword} ${referenceOf(object)}`,
        target: privileges.target,
      }),
    }),
    ...(kind.commentable === false && { commentable: false }),
    ...(kind.dropsWithParent === false && { dropsWithParent: false }),
    create: (object) => kind.create(object),
    alter(from, to) {
      // Only a comment, an owner or privileges differ.
      if (canonical(from.facts) === canonical(to.facts)) return { statements: [] }
      const statements = kind.alter(from, to)
      if (!statements) return 'recreate'
      return { statements, ...(kind.disturbs && { disturbs: kind.disturbs }) }
    },
    ...(drop && { drop: (object: CatalogObject<K>) => drop(object) }),
    ...(kind.renames && {
      rename: (from: CatalogObject<K>, name: string) => `ALTER ${target(from)} RENAME TO ${quoteIdentifier(name)}`,
    }),
  }
}

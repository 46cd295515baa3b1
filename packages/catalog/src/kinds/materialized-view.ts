import { flattenConditions } from '../conditions.js'
import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { KindDefinition, LateStatement, Statement } from './kind.js'
import { namedRelation, nameOf } from './named.js'
import { changedOptions, optionList } from './options.js'
import { viewQuery, withoutSemicolon } from './view.js'

interface Row {
  oid: number
  type_oid: number
  rule_oid: number | null
  schema: string
  name: string
  definition: string
  options: string[] | null
  toast_options: string[] | null
  access_method: string | null
  tablespace: string | null
  populated: boolean
  cluster_on: string | null
  owner: string
  acl: string[] | null
}

export const materializedViewReader = defineReader<Row>({
  name: 'materialized views',
  classes: [classes.pg_class],
  sql: (context) => `SELECT c.oid, c.reltype AS type_oid, r.oid AS rule_oid, n.nspname AS schema, c.relname AS name,
      pg_get_viewdef(c.oid) AS definition, c.reloptions::text[] AS options, tc.reloptions::text[] AS toast_options,
      NULLIF(am.amname, current_setting('default_table_access_method')) AS access_method, ts.spcname AS tablespace,
      c.relispopulated AS populated,
      (SELECT ic.relname FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisclustered) AS cluster_on,
      pg_get_userbyid(c.relowner) AS owner, c.relacl::text[] AS acl
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    LEFT JOIN pg_catalog.pg_class tc ON tc.oid = c.reltoastrelid
    LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
    WHERE c.relkind = 'm' AND ${context.inSchemas('c.relnamespace')}
      AND ${context.notMember(classes.pg_class, 'c.oid')} AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY c.oid`,
  read(row, sink) {
    const options = [...(row.options ?? []), ...(row.toast_options ?? []).map((option) => `toast.${option}`)].sort()
    const id = sink.add({
      kind: 'materialized view',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'table' },
      facts: {
        definition: withoutSemicolon(row.definition),
        options,
        ...(row.access_method !== null && { accessMethod: row.access_method }),
        ...(row.tablespace !== null && { tablespace: row.tablespace }),
        populated: row.populated,
        ...(row.cluster_on !== null && { clusterOn: row.cluster_on }),
      },
      // Whether it is filled is data.
      ignored: ['populated'],
      classid: classes.pg_class,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.type_oid, 0, id)
    if (row.rule_oid !== null) sink.alias(classes.pg_rewrite, row.rule_oid, 0, id)
  },
})

export const materializedViewKind: KindDefinition<'materialized view'> = {
  kind: 'materialized view',
  weight: 51,
  ...namedRelation('MATERIALIZED VIEW'),
  create(view, context) {
    const { facts } = view
    const names = context
      .childrenIn(context.to, view.id)
      .flatMap((child) => (child.kind === 'column' ? [quoteIdentifier(child.name)] : []))
    let sql = `CREATE MATERIALIZED VIEW ${nameOf(view)}`
    const { list, query } = viewQuery(facts.definition, names)
    sql += list
    if (facts.accessMethod !== undefined) sql += ` USING ${quoteIdentifier(facts.accessMethod)}`
    if (facts.options.length > 0) sql += ` WITH (${optionList(facts.options)})`
    if (facts.tablespace !== undefined) sql += ` TABLESPACE ${quoteIdentifier(facts.tablespace)}`
    sql += ` AS\n${query}`
    return [facts.populated ? sql : `${sql}\nWITH NO DATA`]
  },
  late(view, from, context): LateStatement[] {
    const { clusterOn } = view.facts
    const index = `index ${quoteQualified(view.schema, clusterOn ?? '')}`
    if (clusterOn === undefined)
      return from?.facts.clusterOn === undefined
        ? []
        : [{ statement: `ALTER MATERIALIZED VIEW ${nameOf(view)} SET WITHOUT CLUSTER`, needs: [] }]
    if (from?.facts.clusterOn === clusterOn && !context.isCreated(index)) return []
    return [
      { statement: `ALTER MATERIALIZED VIEW ${nameOf(view)} CLUSTER ON ${quoteIdentifier(clusterOn)}`, needs: [index] },
    ]
  },
  alter(from, to, context) {
    const a = from.facts
    const b = to.facts
    if (
      flattenConditions(a.definition) !== flattenConditions(b.definition) ||
      (a.accessMethod !== b.accessMethod && context.version < 150000)
    )
      return 'recreate'
    const alter = `ALTER MATERIALIZED VIEW ${nameOf(to)}`
    const statements: Statement[] = changedOptions(a.options, b.options).map((change) => `${alter} ${change}`)
    if (a.accessMethod !== b.accessMethod)
      statements.push(`${alter} SET ACCESS METHOD ${quoteIdentifier(b.accessMethod ?? 'heap')}`)
    if (a.tablespace !== b.tablespace)
      statements.push(`${alter} SET TABLESPACE ${quoteIdentifier(b.tablespace ?? 'pg_default')}`)
    return { statements }
  },
  drop: (view, context) => [
    {
      sql: `DROP MATERIALIZED VIEW ${nameOf(view)}`,
      // One that comes back is filled again by its query.
      ...(!context.isCreated(view.id) && {
        destroys: { id: view.id, kind: 'materialized-view', schema: view.schema ?? '', table: view.name },
      }),
    },
  ],
}

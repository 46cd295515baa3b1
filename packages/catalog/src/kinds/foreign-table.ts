import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { columnClause } from './column-clause.js'
import { constraintClause } from './constraint-clause.js'
import { changedForeignOptions, foreignOptions } from './foreign-options.js'
import type { KindDefinition, PlanContext } from './kind.js'
import { namedRelation, nameOf } from './named.js'

interface Row {
  oid: number
  type_oid: number
  schema: string
  name: string
  server: string
  options: string[] | null
  owner: string
  acl: string[] | null
}

export const foreignTableReader = defineReader<Row>({
  name: 'foreign tables',
  classes: [classes.pg_class],
  sql: (
    context,
  ) => `SELECT c.oid, c.reltype AS type_oid, n.nspname AS schema, c.relname AS name, s.srvname AS server, f.ftoptions::text[] AS options,
      pg_get_userbyid(c.relowner) AS owner, c.relacl::text[] AS acl
    FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
    WHERE ${context.inSchemas('c.relnamespace')} AND ${context.notMember(classes.pg_class, 'c.oid')} AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY c.oid`,
  read(row, sink) {
    const id = sink.add({
      kind: 'foreign table',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'table' },
      facts: { server: quoteIdentifier(row.server), options: [...(row.options ?? [])].sort(), inherits: [] },
      // What it inherits from is an object of its own.
      compared: ({ server, options }) => ({ server, options }),
      classid: classes.pg_class,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.type_oid, 0, id)
  },
})

type ForeignTable = CatalogObject<'foreign table'>

export const foreignTableKind: KindDefinition<'foreign table'> = {
  kind: 'foreign table',
  weight: 35,
  ...namedRelation('FOREIGN TABLE'),
  create: (table, context) => [createForeignTable(table, context)],
  alter(from, to) {
    // The server is chosen when the table is made.
    if (from.facts.server !== to.facts.server) return 'recreate'
    const options = changedForeignOptions(from.facts.options, to.facts.options)
    return { statements: options ? [`ALTER FOREIGN TABLE ${nameOf(to)}${options}`] : [] }
  },
}

function createForeignTable(table: ForeignTable, context: PlanContext): string {
  const children = context.childrenIn(context.to, table.id).filter((child) => context.isInlined(child.id))
  const clauses = children.flatMap((child) => {
    const clause =
      child.kind === 'column'
        ? columnClause(child, table, context)
        : child.kind === 'constraint'
          ? constraintClause(child, context)
          : undefined
    return clause === undefined ? [] : [clause]
  })
  const links = children.flatMap((child) => (child.kind === 'inheritance' ? [child.facts] : []))
  const partition = links.find((link) => link.bound !== undefined)
  const bare = (id: string): string => id.replace(/^(?:foreign )?table /, '')
  const body = clauses.length > 0 ? ` (\n  ${clauses.join(',\n  ')}\n)` : ''
  const parents = links.filter((link) => link.bound === undefined).map((link) => bare(link.parent))
  return [
    `CREATE FOREIGN TABLE ${nameOf(table)}`,
    partition ? ` PARTITION OF ${bare(partition.parent)}${body} ${partition.bound ?? ''}` : body || ' ()',
    parents.length > 0 ? `\nINHERITS (${parents.join(', ')})` : '',
    `\nSERVER ${table.facts.server}${foreignOptions(table.facts.options)}`,
  ].join('')
}

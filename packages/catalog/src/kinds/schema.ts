import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier } from '../identifier.js'
import type { KindDefinition } from './kind.js'
import { dropSchemaHazard } from './hazards.js'

interface Row {
  oid: number
  name: string
  owner: string
  acl: string[] | null
}

export const schemaReader = defineReader<Row>({
  name: 'schemas',
  classes: [classes.pg_namespace],
  sql: (context) => `SELECT n.oid, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, n.nspacl::text[] AS acl
    FROM pg_catalog.pg_namespace n WHERE ${context.inSchemas('n.oid')}
    AND ${context.notMember(classes.pg_namespace, 'n.oid')} AND ${context.inScope([classes.pg_namespace, 'n.oid'])}`,
  read(row, sink) {
    const isPublic = row.name === 'public'
    // initdb gives public to the pseudo-role of the database's owner (to the bootstrap user before 15), and a comment.
    const bornOwner = isPublic && (row.owner === 'pg_database_owner' || sink.version < 150000)
    const acl =
      bornOwner && row.acl ? row.acl.map((item) => item.replace(/^pg_database_owner=/, `${row.owner}=`)) : row.acl
    sink.add({
      kind: 'schema',
      identity: quoteIdentifier(row.name),
      schema: row.name,
      name: row.name,
      owner: row.owner,
      acl: { items: acl, target: isPublic ? 'public schema' : 'schema' },
      facts: {},
      classid: classes.pg_namespace,
      objid: row.oid,
    })
    const object = sink.at(classes.pg_namespace, row.oid)
    if (!object) return
    if (bornOwner) delete object.owner
  },
})

export const schemaKind: KindDefinition<'schema'> = {
  kind: 'schema',
  weight: 0,
  target: (object) => `SCHEMA ${quoteIdentifier(object.name)}`,
  ownerTarget: (object) => `SCHEMA ${quoteIdentifier(object.name)}`,
  grantTarget: (object) => ({
    on: `SCHEMA ${quoteIdentifier(object.name)}`,
    target: object.name === 'public' ? 'public schema' : 'schema',
  }),
  create: (object) => [`CREATE SCHEMA ${quoteIdentifier(object.name)}`],
  alter: () => ({ statements: [] }),
  drop: (object) => [
    {
      sql: `DROP SCHEMA ${quoteIdentifier(object.name)}`,
      hazards: [dropSchemaHazard(object.name)],
      destroys: { id: object.id, kind: 'schema', schema: object.name },
    },
  ],
  rename: (from, name) => `ALTER SCHEMA ${quoteIdentifier(from.name)} RENAME TO ${quoteIdentifier(name)}`,
}

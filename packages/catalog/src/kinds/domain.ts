import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { constraintClause } from './constraint-clause.js'
import { collationName, typeReference } from './fragments.js'
import type { KindDefinition, Statement } from './kind.js'
import { namedType, nameOf } from './named.js'
import { moveTypeAway, typeIdOf, type TypeReference } from './types.js'

interface Row {
  oid: number
  array_oid: number
  schema: string
  name: string
  base: string
  reference: TypeReference | null
  not_null: boolean
  not_null_name: string | null
  default_expression: string | null
  collation: string | null
  owner: string
  acl: string[] | null
}

export const domainReader = defineReader<Row>({
  name: 'domains',
  classes: [classes.pg_type],
  sql: (context) => `SELECT t.oid, t.typarray AS array_oid, n.nspname AS schema, t.typname AS name,
      format_type(t.typbasetype, t.typtypmod) AS base, CASE WHEN t.typbasetype >= 16384 THEN ${typeReference('b')} END AS reference,
      t.typnotnull AS not_null,
      ${context.version >= 170000 ? `(SELECT nn.conname FROM pg_catalog.pg_constraint nn WHERE nn.contypid = t.oid AND nn.contype = 'n' ORDER BY nn.oid LIMIT 1)` : 'NULL'} AS not_null_name,
      CASE WHEN t.typdefaultbin IS NOT NULL THEN pg_get_expr(t.typdefaultbin, 0) END AS default_expression,
      CASE WHEN t.typcollation <> b.typcollation THEN ${collationName('t.typcollation')} END AS collation,
      pg_get_userbyid(t.typowner) AS owner, t.typacl::text[] AS acl
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
    WHERE t.typtype = 'd' AND ${context.inSchemas('t.typnamespace')}
      AND ${context.notMember(classes.pg_type, 't.oid')} AND ${context.inScope([classes.pg_type, 't.oid'])}
    ORDER BY t.oid`,
  read(row, sink) {
    const { typeId } = typeIdOf(row.reference)
    const named = row.not_null_name !== null && !/_not_null\d*$/.test(row.not_null_name)
    const id = sink.add({
      kind: 'domain',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'type' },
      facts: {
        base: row.base,
        ...(typeId !== undefined && { baseId: typeId }),
        notNull: row.not_null,
        ...(named && { notNullConstraint: { name: row.not_null_name ?? '' } }),
        ...(row.default_expression !== null && { default: row.default_expression }),
        ...(row.collation !== null && { collation: row.collation }),
      },
      ignored: ['baseId'],
      classid: classes.pg_type,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.array_oid, 0, id)
  },
})

type Domain = CatalogObject<'domain'>

export const domainKind: KindDefinition<'domain'> = {
  kind: 'domain',
  weight: 11,
  ...namedType('DOMAIN'),
  create(domain, context) {
    const { facts } = domain
    const clauses = [`CREATE DOMAIN ${nameOf(domain)} AS ${facts.base}`]
    if (facts.collation !== undefined) clauses.push(`COLLATE ${facts.collation}`)
    if (facts.default !== undefined) clauses.push(`DEFAULT ${facts.default}`)
    if (facts.notNull) clauses.push(notNullClause(domain))
    for (const child of context.childrenIn(context.to, domain.id)) {
      if (child.kind !== 'constraint' || !context.isInlined(child.id)) continue
      const clause = constraintClause(child, context)
      if (clause !== undefined) clauses.push(clause)
    }
    return [clauses.join(' ')]
  },
  alter(from, to) {
    const a = from.facts
    const b = to.facts
    // ALTER DOMAIN cannot change the type underneath.
    if (a.base !== b.base || a.collation !== b.collation) return 'recreate'
    const alter = `ALTER DOMAIN ${nameOf(to)}`
    const statements: Statement[] = []
    if (a.default !== b.default)
      statements.push(`${alter} ${b.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${b.default}`}`)
    if (a.notNull !== b.notNull) {
      if (!b.notNull) statements.push(`${alter} DROP NOT NULL`)
      else statements.push(b.notNullConstraint ? `${alter} ADD ${notNullClause(to)}` : `${alter} SET NOT NULL`)
    } else if (a.notNull && a.notNullConstraint?.name !== b.notNullConstraint?.name) {
      const old = a.notNullConstraint?.name ?? `${from.name}_not_null`
      const wanted = b.notNullConstraint?.name ?? `${to.name}_not_null`
      statements.push(`${alter} RENAME CONSTRAINT ${quoteIdentifier(old)} TO ${quoteIdentifier(wanted)}`)
    }
    return { statements }
  },
  drop: (domain) => [`DROP DOMAIN ${nameOf(domain)}`],
  moveAway: (domain) => moveTypeAway(domain, 'DOMAIN'),
}

function notNullClause(domain: Domain): string {
  const { notNullConstraint } = domain.facts
  return notNullConstraint ? `CONSTRAINT ${quoteIdentifier(notNullConstraint.name)} NOT NULL` : 'NOT NULL'
}

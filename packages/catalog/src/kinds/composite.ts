import { usingClause } from './casts.js'
import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../identifier.js'
import type { CompositeFacts } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import { collationName, typeReference } from './fragments.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'
import { namedType, nameOf } from './named.js'
import { moveTypeAway, typeIdOf, type TypeReference } from './types.js'

interface Row {
  oid: number
  array_oid: number
  relation: number
  schema: string
  name: string
  attributes:
    | { number: number; name: string; type: string; reference: TypeReference | null; collation: string | null }[]
    | null
  owner: string
  acl: string[] | null
}

export const compositeReader = defineReader<Row>({
  name: 'composites',
  classes: [classes.pg_type, classes.pg_class],
  sql: (context) => `SELECT t.oid, t.typarray AS array_oid, c.oid AS relation, n.nspname AS schema, t.typname AS name,
      (SELECT json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'reference', CASE WHEN a.atttypid >= 16384 THEN ${typeReference('at')} END,
          'collation', CASE WHEN a.attcollation <> at.typcollation THEN ${collationName('a.attcollation')} END) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes,
      pg_get_userbyid(t.typowner) AS owner, t.typacl::text[] AS acl
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE c.relkind = 'c' AND ${context.inSchemas('t.typnamespace')}
      AND ${context.notMember(classes.pg_type, 't.oid')} AND ${context.inScope([classes.pg_type, 't.oid'], [classes.pg_class, 'c.oid'])}
    ORDER BY t.oid`,
  read(row, sink) {
    const attributes = (row.attributes ?? []).map((attribute) => {
      const comment = sink.comment(classes.pg_class, row.relation, attribute.number)
      return {
        name: attribute.name,
        type: attribute.type,
        ...typeIdOf(attribute.reference),
        ...(attribute.collation !== null && { collation: attribute.collation }),
        ...(comment !== undefined && { comment }),
      }
    })
    const id = sink.add({
      kind: 'composite',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'type' },
      facts: { attributes },
      compared: (facts) => ({
        attributes: facts.attributes.map(({ name, type, collation, comment }) => ({ name, type, collation, comment })),
      }),
      classid: classes.pg_type,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.array_oid, 0, id)
    sink.alias(classes.pg_class, row.relation, 0, id)
  },
})

type Composite = CatalogObject<'composite'>
type Attribute = CompositeFacts['attributes'][number]

export const compositeKind: KindDefinition<'composite'> = {
  kind: 'composite',
  weight: 13,
  ...namedType('TYPE', ['type', 'relation']),
  create: (type) => [
    `CREATE TYPE ${nameOf(type)} AS (${type.facts.attributes.map(attributeClause).join(', ')})`,
    ...attributeComments([], type),
  ],
  alter(from, to, context) {
    const a = from.facts.attributes
    const b = to.facts.attributes
    // New attributes go to the end, and their order is what a row is read by.
    const kept = a.filter(({ name }) => b.some((attribute) => attribute.name === name))
    const arrives = [
      ...kept.map(({ name }) => name),
      ...b.flatMap(({ name }) => (kept.some((k) => k.name === name) ? [] : [name])),
    ]
    if (arrives.some((name, index) => b[index]?.name !== name)) return 'recreate'
    const dropped = a.filter(({ name }) => !b.some((attribute) => attribute.name === name))
    const retyped = b.filter((attribute) => {
      const before = a.find(({ name }) => name === attribute.name)
      return (
        before !== undefined &&
        (before.type !== attribute.type ||
          before.collation !== attribute.collation ||
          context.isDropped(attribute.typeId ?? ''))
      )
    })
    // Postgres refuses to alter the type of an attribute while a column holds the composite.
    if (retyped.length > 0 && context.isStored(to.id)) return 'recreate'
    // Typed tables follow only where the values are cast by themselves.
    const isCast = ({ name, type }: { name: string; type: string }): boolean => {
      const before = from.facts.attributes.find((attribute) => attribute.name === name)
      return before !== undefined && usingClause(name, before.type, type, false, context) === ''
    }
    if (hasTypedTables(nameOf(to), context) && !retyped.every(isCast)) return 'recreate'
    // Without CASCADE Postgres refuses while there are tables OF the type; they follow.
    const cascade = hasTypedTables(nameOf(to), context) ? ' CASCADE' : ''
    const statements: Statement[] = []
    for (const { name } of dropped)
      statements.push({
        sql: `ALTER TYPE ${nameOf(to)} DROP ATTRIBUTE ${quoteIdentifier(name)}${cascade}`,
        destroys: { id: to.id, kind: 'composite-attribute', schema: to.schema ?? '', column: name },
      })
    for (const attribute of retyped)
      statements.push(
        `ALTER TYPE ${nameOf(to)} ALTER ATTRIBUTE ${quoteIdentifier(attribute.name)} TYPE ${attribute.type}${collate(attribute)}${cascade}`,
      )
    for (const attribute of b)
      if (!kept.some(({ name }) => name === attribute.name))
        statements.push(`ALTER TYPE ${nameOf(to)} ADD ATTRIBUTE ${attributeClause(attribute)}${cascade}`)
    statements.push(...attributeComments(a, to))
    return { statements, disturbs: (dependent) => retyped.length + dropped.length > 0 && isView(dependent.kind) }
  },
  drop: (type) => [`DROP TYPE ${nameOf(type)}`],
  moveAway: (type) => moveTypeAway(type, 'TYPE'),
}

function hasTypedTables(type: string, context: PlanContext): boolean {
  for (const object of context.from.objects.values())
    if (object.kind === 'table' && object.facts.ofType === type) return true
  return false
}

const isView = (kind: string): boolean => kind === 'view' || kind === 'materialized view' || kind === 'rule'

const collate = (attribute: Attribute): string =>
  attribute.collation === undefined ? '' : ` COLLATE ${attribute.collation}`

const attributeClause = (attribute: Attribute): string =>
  `${quoteIdentifier(attribute.name)} ${attribute.type}${collate(attribute)}`

function attributeComments(from: readonly Attribute[], to: Composite): Statement[] {
  return to.facts.attributes.flatMap((attribute) => {
    const before = from.find(({ name }) => name === attribute.name)?.comment
    if (before === attribute.comment) return []
    const text = attribute.comment === undefined ? 'NULL' : quoteLiteral(attribute.comment).trim()
    return [
      {
        sql: `COMMENT ON COLUMN ${nameOf(to)}.${quoteIdentifier(attribute.name)} IS ${text}`,
        action: 'comment' as const,
      },
    ]
  })
}

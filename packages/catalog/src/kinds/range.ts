import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import { collationName } from './fragments.js'
import type { KindDefinition } from './kind.js'
import { namedType, nameOf } from './named.js'
import { movedName, moveTypeAway } from './types.js'

interface Row {
  oid: number
  array_oid: number
  multirange_oid: number
  schema: string
  name: string
  subtype: string
  multirange_schema: string
  multirange: string
  operator_class: string | null
  collation: string | null
  canonical: string | null
  difference: string | null
  owner: string
  acl: string[] | null
}

export const rangeReader = defineReader<Row>({
  name: 'ranges',
  classes: [classes.pg_type],
  sql: (context) => `SELECT t.oid, t.typarray AS array_oid, r.rngmultitypid AS multirange_oid, n.nspname AS schema,
      t.typname AS name, format_type(r.rngsubtype, NULL) AS subtype, mn.nspname AS multirange_schema, m.typname AS multirange,
      CASE WHEN NOT oc.opcdefault THEN quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END AS operator_class,
      CASE WHEN r.rngcollation <> st.typcollation THEN ${collationName('r.rngcollation')} END AS collation,
      NULLIF(r.rngcanonical::regproc::text, '-') AS canonical, NULLIF(r.rngsubdiff::regproc::text, '-') AS difference,
      pg_get_userbyid(t.typowner) AS owner, t.typacl::text[] AS acl
    FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace
    JOIN pg_catalog.pg_type st ON st.oid = r.rngsubtype
    JOIN pg_catalog.pg_opclass oc ON oc.oid = r.rngsubopc JOIN pg_catalog.pg_namespace ocn ON ocn.oid = oc.opcnamespace
    WHERE ${context.inSchemas('t.typnamespace')}
      AND ${context.notMember(classes.pg_type, 't.oid')} AND ${context.inScope([classes.pg_type, 't.oid'])}
    ORDER BY t.oid`,
  read(row, sink) {
    const id = sink.add({
      kind: 'range',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'type' },
      facts: {
        subtype: row.subtype,
        multirange: quoteQualified(row.multirange_schema, row.multirange),
        ...(row.operator_class !== null && { operatorClass: row.operator_class }),
        ...(row.collation !== null && { collation: row.collation }),
        ...(row.canonical !== null && { canonical: row.canonical }),
        ...(row.difference !== null && { difference: row.difference }),
      },
      classid: classes.pg_type,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.array_oid, 0, id)
    sink.alias(classes.pg_type, row.multirange_oid, 0, id)
  },
})

// No rename: the constructors and the multirange would keep their names. Columns keep their values all the same.
const { rename: _, ...rangeNames } = namedType<'range'>('TYPE')

export const rangeKind: KindDefinition<'range'> = {
  kind: 'range',
  weight: 14,
  ...rangeNames,
  slots: (range) => [`type ${nameOf(range)}`, `type ${range.facts.multirange}`],
  create(range) {
    const { facts } = range
    const options = [`subtype = ${facts.subtype}`]
    if (facts.operatorClass !== undefined) options.push(`subtype_opclass = ${facts.operatorClass}`)
    if (facts.collation !== undefined) options.push(`collation = ${facts.collation}`)
    if (facts.canonical !== undefined) options.push(`canonical = ${facts.canonical}`)
    if (facts.difference !== undefined) options.push(`subtype_diff = ${facts.difference}`)
    options.push(`multirange_type_name = ${facts.multirange}`)
    return [`CREATE TYPE ${nameOf(range)} AS RANGE (${options.join(', ')})`]
  },
  alter: () => 'recreate',
  drop: (range) => [`DROP TYPE ${nameOf(range)}`],
  moveAway(range) {
    const moved = moveTypeAway(range, 'TYPE')
    const { subtype, multirange: whole } = range.facts
    const multirange = whole.replace(/^.*\./, '').replace(/^"(.*)"$/, '$1')
    // The constructors keep their names when the type is renamed, and would be in the way of the new ones.
    const aside = (routine: string, name: string): string =>
      `ALTER FUNCTION ${routine} RENAME TO ${quoteIdentifier(movedName(name))}`
    moved.statements.unshift(
      aside(`${nameOf(range)}(${subtype}, ${subtype})`, range.name),
      aside(`${nameOf(range)}(${subtype}, ${subtype}, text)`, range.name),
      aside(`${whole}()`, multirange),
      aside(`${whole}(${nameOf(range)})`, multirange),
      aside(`${whole}(${nameOf(range)}[])`, multirange),
    )
    moved.statements.push(`ALTER TYPE ${range.facts.multirange} RENAME TO ${quoteIdentifier(movedName(multirange))}`)
    return moved
  },
}

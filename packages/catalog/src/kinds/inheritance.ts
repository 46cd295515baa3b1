import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteQualified } from '../identifier.js'
import type { InheritanceFacts } from '../model/facts.js'
import type { CatalogObject, ObjectId } from '../model/object.js'
import { detachPartitionHazard, tableLockHazard } from './hazards.js'
import type { KindDefinition, Statement } from './kind.js'

interface Row {
  child: number
  schema: string
  name: string
  parent_kind: string
  parent_schema: string
  parent_name: string
  bound: string | null
  sequence: number
}

/**
 * That a table is a partition of another, or inherits from it, is an object of its own: so a partition can be taken off its
 * table before that goes, and put under another.
 */
export const inheritanceReader = defineReader<Row>({
  name: 'inheritance',
  classes: [classes.pg_class],
  sql: (context) => `SELECT i.inhrelid AS child, n.nspname AS schema, c.relname AS name, p.relkind AS parent_kind,
      pn.nspname AS parent_schema, p.relname AS parent_name,
      CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound, i.inhseqno AS sequence
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND NOT i.inhdetachpending AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY i.inhrelid, i.inhseqno`,
  read(row, sink) {
    const table = sink.at(classes.pg_class, row.child)
    if (table?.kind !== 'table' && table?.kind !== 'foreign table') return
    const parentName = quoteQualified(row.parent_schema, row.parent_name)
    const parent: ObjectId = `${row.parent_kind === 'f' ? 'foreign table' : 'table'} ${parentName}`
    const facts: InheritanceFacts = {
      parent,
      ...(row.bound !== null && { bound: row.bound }),
      sequence: Number(row.sequence),
    }
    if (row.bound === null) {
      table.facts.inherits.push(parent)
      if (table.kind === 'table' && table.facts.inherits.length > 1) table.facts.parentOrder = [...table.facts.inherits]
    }
    if (row.bound !== null) table.facts.partitionOf = { parent, bound: row.bound }
    sink.add({
      kind: 'inheritance',
      identity: `${quoteQualified(row.schema, row.name)} from ${parentName}`,
      schema: row.schema,
      name: row.name,
      parent: table.id,
      facts,
      ignored: ['sequence'],
      // pg_inherits rows have no address of their own; nothing in pg_depend points at them.
      classid: 0,
      objid: `${row.child}:${row.sequence}`,
    })
  },
})

type Inheritance = CatalogObject<'inheritance'>

const childName = (object: Inheritance): string => quoteQualified(object.schema, object.name)
const parentName = (object: Inheritance): string => object.facts.parent.replace(/^(?:foreign )?table /, '')

export const inheritanceKind: KindDefinition<'inheritance'> = {
  kind: 'inheritance',
  weight: 24,
  commentable: false,
  target: (object) => `TABLE ${childName(object)}`,
  // Partitions are written PARTITION OF where nothing stands against it; see plan/inlining.ts.
  inlines: () => true,
  create(object, context) {
    return context.isInlined(object.id) ? [] : [attach(object)]
  },
  slots: ({ facts }) => (facts.bound === undefined ? [] : [`partitions of ${facts.parent}`]),
  // Where only the bounds change, plan/relinks.ts takes the partition off and puts it back.
  alter: () => ({ statements: [] }),
  drop: (object) => [detach(object)],
}

export function attach(object: Inheritance): Statement {
  const { bound } = object.facts
  if (bound === undefined) return `ALTER TABLE ${childName(object)} INHERIT ${parentName(object)}`
  return {
    sql: `ALTER TABLE ${parentName(object)} ATTACH PARTITION ${childName(object)} ${bound}`,
    hazards: [tableLockHazard(childName(object), 'ACCESS EXCLUSIVE', 'ATTACH PARTITION reads all rows')],
  }
}

export function detach(object: Inheritance): Statement {
  if (object.facts.bound === undefined) return `ALTER TABLE ${childName(object)} NO INHERIT ${parentName(object)}`
  return {
    sql: `ALTER TABLE ${parentName(object)} DETACH PARTITION ${childName(object)}`,
    hazards: [detachPartitionHazard(parentName(object), childName(object))],
  }
}

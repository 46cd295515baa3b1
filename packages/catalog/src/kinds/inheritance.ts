import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { InheritanceFacts } from '../model/facts.js'
import type { AnyObject, Catalog, CatalogObject, ObjectId } from '../model/object.js'
import { chooseFree, chooseName, suffixed } from './generated-names.js'
import { concurrentlyHazard, detachPartitionHazard, tableLockHazard } from './hazards.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'
import { freeName, isOnline, validateAlone } from './online.js'
import { isInPartitionKey } from './partition-key.js'

interface Row {
  child: number
  schema: string
  name: string
  parent_kind: string
  parent_schema: string
  parent_name: string
  bound: string | null
  constraint: string | null
  detach_pending: boolean
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
      CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
      CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END AS constraint,
      i.inhdetachpending AS detach_pending, i.inhseqno AS sequence
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY i.inhrelid, i.inhseqno`,
  read(row, sink) {
    const table = sink.at(classes.pg_class, row.child)
    if (table?.kind !== 'table' && table?.kind !== 'foreign table') return
    const parentName = quoteQualified(row.parent_schema, row.parent_name)
    const parent: ObjectId = `${row.parent_kind === 'f' ? 'foreign table' : 'table'} ${parentName}`
    const facts: InheritanceFacts = {
      parent,
      ...(row.bound !== null && { bound: row.bound }),
      ...(row.constraint !== null && { constraint: row.constraint }),
      ...(row.detach_pending && { detachPending: true as const }),
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
      ignored: ['sequence', 'constraint'],
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
    if (context.isInlined(object.id)) return []
    return attachOnline(object, context) ?? [attach(object)]
  },
  slots: ({ facts }) => (facts.bound === undefined ? [] : [`partitions of ${facts.parent}`]),
  // Where only the bounds change, plan/relinks.ts takes the partition off and puts it back.
  alter: (from) => (from.facts.detachPending ? 'recreate' : { statements: [] }),
  drop: (object, context) => detachOnline(object, context) ?? [detach(object)],
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
  const sql = `ALTER TABLE ${parentName(object)} DETACH PARTITION ${childName(object)}`
  if (object.facts.detachPending) return `${sql} FINALIZE`
  return { sql, hazards: [detachPartitionHazard(parentName(object), childName(object))] }
}

/** ATTACH PARTITION takes a validated check that says what the bounds say for a proof, and reads no row. */
function attachOnline(object: Inheritance, context: PlanContext): Statement[] | undefined {
  const { constraint, bound } = object.facts
  if (constraint === undefined || !isOnline(object.parent, context)) return undefined
  // A default partition's rows are those that no other takes, and the constraint of a hash names its table by number.
  if (bound === undefined || !/^FOR VALUES (?:FROM|IN) /.test(bound) || constraint.includes('satisfies_hash_partition'))
    return undefined
  const table = childName(object)
  const name = freeName(object, (number) => suffixed(object.name, `_savepoint_bounds${number}`), context)
  return [
    {
      sql: `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(name)} CHECK (${constraint}) NOT VALID`,
      transactional: false,
    },
    validateAlone(table, name),
    `ALTER TABLE ${parentName(object)} ATTACH PARTITION ${table} ${bound}`,
    `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(name)}`,
  ]
}

/** Whether a partition can be taken off while its table is in use. */
export function isDetachedOnline(object: Inheritance, context: PlanContext): boolean {
  const { parent, bound, detachPending } = object.facts
  if (bound === undefined || detachPending || !isOnline(parent, context) || context.isDropped(parent)) return false
  // Postgres refuses it beside a default partition, which the rows would have to be kept out of.
  return context.heirs(parent).every(({ facts }) => facts.bound !== 'DEFAULT')
}

function detachOnline(object: Inheritance, context: PlanContext): Statement[] | undefined {
  if (!isDetachedOnline(object, context)) return undefined
  const left = checkLeftBehind(object, context)
  if (left === undefined) return undefined
  const table = childName(object)
  const statement: Statement = {
    sql: `ALTER TABLE ${parentName(object)} DETACH PARTITION ${table} CONCURRENTLY`,
    transactional: false,
    hazards: [concurrentlyHazard(table)],
  }
  if (context.isDropped(object.parent ?? '')) return [statement]
  return [statement, `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(left)}`]
}

/**
 * The name of the check by which a partition that was taken off concurrently keeps its bounds: DetachAddConstraintIfNeeded() in
 * tablecmds.c, which leaves it out where another check says as much, and ChooseConstraintName(), which numbers it apart from every
 * constraint of the schema. Undefined where something of that name is yet to come.
 */
function checkLeftBehind(object: Inheritance, context: PlanContext): string | undefined {
  const columns = new Set<string>()
  let link: AnyObject | undefined = object
  while (link?.kind === 'inheritance') {
    const { parent }: InheritanceFacts = link.facts
    for (const column of context.childrenIn(context.from, parent))
      if (column.kind === 'column' && isInPartitionKey(column, context.from)) columns.add(column.name)
    link = context.childrenIn(context.from, parent).find(({ kind }) => kind === 'inheritance')
  }
  const [first = ''] = columns
  const nameOf = (number: string): string =>
    columns.size === 1 ? chooseName(object.name, first, `check${number}`) : suffixed(object.name, `_check${number}`)
  const taken = (catalog: Catalog): Set<string> =>
    new Set(
      [...catalog.objects.values()]
        .filter(({ kind, schema }) => kind === 'constraint' && schema === object.schema)
        .map((constraint) => constraint.name),
    )
  const before = taken(context.from)
  const chosen = chooseFree(nameOf, (name) => before.has(name))
  return taken(context.to).has(chosen) ? undefined : chosen
}

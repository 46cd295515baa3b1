import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteLiteral, quoteQualified } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'
import { namedType, nameOf } from './named.js'
import { isInPartitionKey } from './partition-key.js'
import { moveTypeAway } from './types.js'

interface Row {
  oid: number
  array_oid: number
  schema: string
  name: string
  labels: string[]
  owner: string
  acl: string[] | null
}

export const enumReader = defineReader<Row>({
  name: 'enums',
  classes: [classes.pg_type],
  sql: (context) => `SELECT t.oid, t.typarray AS array_oid, n.nspname AS schema, t.typname AS name,
      ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
      pg_get_userbyid(t.typowner) AS owner, t.typacl::text[] AS acl
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND ${context.inSchemas('t.typnamespace')}
      AND ${context.notMember(classes.pg_type, 't.oid')} AND ${context.inScope([classes.pg_type, 't.oid'])}
    ORDER BY t.oid`,
  read(row, sink) {
    const id = sink.add({
      kind: 'enum',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'type' },
      facts: { labels: row.labels },
      classid: classes.pg_type,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.array_oid, 0, id)
  },
})

type Enum = CatalogObject<'enum'>

export const enumKind: KindDefinition<'enum'> = {
  kind: 'enum',
  weight: 10,
  ...namedType('TYPE'),
  create: (type) => [`CREATE TYPE ${nameOf(type)} AS ENUM (${type.facts.labels.map(literal).join(', ')})`],
  alter(from, to, context) {
    const added = addedLabels(from.facts.labels, to.facts.labels)
    if (!added) return 'recreate'
    const used = added.some(({ label }) => isUsedAtOnce(label, context))
    // A label may not be used before the transaction that adds it is over, unless the type is new (55P04). Building the type anew
    // keeps the plan in one transaction; a table that must stay usable would rather have the label committed first.
    if (used && context.strategy !== 'online' && !isPartitionedBy(from, context)) return 'recreate'
    return {
      statements: added.map(({ label, place }): Statement => {
        const sql = `ALTER TYPE ${nameOf(to)} ADD VALUE ${literal(label)}${place}`
        if (!used) return sql
        return {
          sql,
          transactional: false,
          hazards: [
            {
              code: 'PG103',
              kind: 'non-transactional',
              message: `${label} is used by later steps, which can only see it once the transaction that adds it is over.`,
              fix: 'Add the value in a migration before the one that uses it.',
            },
          ],
        }
      }),
    }
  },
  drop: (type) => [`DROP TYPE ${nameOf(type)}`],
  moveAway: (type) => moveTypeAway(type, 'TYPE'),
}

const literal = (label: string): string => quoteLiteral(label).trim()

/** Labels to add with their places; undefined when labels go or change places, which ALTER TYPE cannot do. */
function addedLabels(from: readonly string[], to: readonly string[]): { label: string; place: string }[] | undefined {
  const kept = to.filter((label) => from.includes(label))
  if (kept.length !== from.length || kept.some((label, index) => label !== from[index])) return undefined
  const added: { label: string; place: string }[] = []
  for (const [index, label] of to.entries()) {
    if (from.includes(label)) continue
    const before = to[index - 1]
    const isLast = to.slice(index + 1).every((later) => !from.includes(later))
    // Without a place a label goes to the end. Every earlier one is there by then.
    const place = isLast ? '' : before === undefined ? ` BEFORE ${literal(from[0] ?? '')}` : ` AFTER ${literal(before)}`
    added.push({ label, place })
  }
  return added
}

/** Its columns cannot be converted to a new type. */
function isPartitionedBy(type: Enum, context: PlanContext): boolean {
  for (const object of context.from.objects.values())
    if (object.kind === 'column' && object.facts.typeId === type.id && isInPartitionKey(object, context.from))
      return true
  return false
}

/** Looks for the label as a constant in what the plan makes: `'done'::public.status`. */
function isUsedAtOnce(label: string, context: PlanContext): boolean {
  const needle = JSON.stringify(`${literal(label)}::`).slice(1, -1)
  // The bounds of a partition name no type.
  const bound = JSON.stringify(literal(label)).slice(1, -1)
  return context
    .createdTexts()
    .some((text) => text.includes(needle) || (text.includes('"FOR VALUES ') && text.includes(bound)))
}

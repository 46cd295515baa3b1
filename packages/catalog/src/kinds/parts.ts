import { quoteQualified } from '../identifier.js'
import type { AnyObject, CatalogObject, ObjectId } from '../model/object.js'
import type { LateStatement, PlanContext } from './kind.js'

type Part = CatalogObject<'index'> | CatalogObject<'constraint'>

/** The index of the parent table that this index of a partition is a part of; constraints likewise. */
export function wholeOf(object: AnyObject | undefined): ObjectId | undefined {
  if (object?.kind === 'index') return object.facts.partitionOf
  return object?.kind === 'constraint' ? object.facts.partOf : undefined
}

/** Not every partition has its part of it, as `ON ONLY` leaves an index. */
export function isIncomplete(object: AnyObject | undefined): boolean {
  if (object?.kind === 'index') return !object.facts.valid
  return object?.kind === 'constraint' && object.facts.index?.incomplete === true
}

/** Whether the partition is made, or put under its table, by the plan. */
export function becomesPartition(part: Part, context: PlanContext): boolean {
  return context
    .childrenIn(context.to, part.parent ?? '')
    .some((link) => link.kind === 'inheritance' && link.facts.bound !== undefined && context.isCreated(link.id))
}

/**
 * Whether a partition gets its part of a constraint when the partitioned table gets the whole, or when it becomes a partition. Of a
 * foreign key, which is called as the whole is then; made apart it would do as well, but Postgres numbers the copies of a key as it
 * makes them. Of an exclusion constraint or a key WITHOUT OVERLAPS always: none that is there already is taken for a part
 * (CompareIndexInfo in index.c).
 */
export function comesWithWhole(part: AnyObject | undefined, context: PlanContext): boolean {
  if (part?.kind !== 'constraint' || part.facts.partOf === undefined) return false
  const whole = context.to.objects.get(part.facts.partOf)
  if (whole?.kind !== 'constraint') return false
  if (part.facts.type === 'foreign key') {
    if (whole.name !== part.name || whole.facts.definition !== part.facts.definition) return false
  } else if (!excludes(part)) return false
  return context.isCreated(whole.id) || becomesPartition(part, context)
}

/** Whether rows are kept apart by an exclusion, which a key WITHOUT OVERLAPS is within. */
export const excludes = ({ facts }: CatalogObject<'constraint'>): boolean =>
  facts.type === 'exclude' || (facts.index !== undefined && / WITHOUT OVERLAPS\)/.test(facts.definition))

/** ALTER INDEX … ATTACH PARTITION, where neither a new whole nor a new partition looks for its parts by itself. */
export function attachPart(part: Part, from: Part | undefined, context: PlanContext): LateStatement[] {
  const id = wholeOf(part)
  const whole = context.to.objects.get(id ?? '')
  if (id === undefined || !whole || (part.kind === 'constraint' && !part.facts.index)) return []
  if (part.kind === 'constraint' && excludes(part)) return []
  const isLookedFor = context.isCreated(id) ? !isIncomplete(whole) : becomesPartition(part, context)
  const isThere = wholeOf(from) === id && !context.isCreated(part.id) && !context.isCreated(id)
  if (isLookedFor || isThere) return []
  const name = (object: AnyObject): string => quoteQualified(object.schema, object.name)
  return [{ statement: `ALTER INDEX ${name(whole)} ATTACH PARTITION ${name(part)}`, needs: [id] }]
}

/** The table is clustered on it or replicates by it: the mark would go with the old index. */
export function isMarked(index: Part, context: PlanContext): boolean {
  const table = context.to.objects.get(index.parent ?? '')
  if (table?.kind !== 'table') return false
  const { clusterOn, replicaIdentity } = table.facts
  return clusterOn === index.name || (replicaIdentity.mode === 'index' && replicaIdentity.index === index.name)
}

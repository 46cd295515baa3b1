import { quoteIdentifier } from '../identifier.js'
import type { ColumnFacts } from '../model/facts.js'
import type { AnyObject, CatalogObject, ObjectId } from '../model/object.js'
import type { PlanContext } from './kind.js'

type Column = CatalogObject<'column'>

const bareName = (table: ObjectId): string => table.replace(/^(?:foreign )?table /, '')

/** The column of that name in each table that the column's table inherits from, in the given catalog. */
function parentColumns(
  column: Column,
  context: PlanContext,
  side: 'from' | 'to',
): { column: Column; link: AnyObject }[] {
  const catalog = context[side]
  const found: { column: Column; link: AnyObject }[] = []
  for (const link of context.childrenIn(catalog, column.parent ?? '')) {
    if (link.kind !== 'inheritance') continue
    const parent = catalog.objects.get(`column ${bareName(link.facts.parent)}.${quoteIdentifier(column.name)}`)
    if (parent?.kind === 'column') found.push({ column: parent, link })
  }
  return found
}

/**
 * How a column of the new catalog comes into being when no statement of its own makes it: because its table is made as a child
 * of another, or because the other table gets the column while this one is its child already. Undefined when it needs its own.
 */
export function inheritedState(column: Column, context: PlanContext): ColumnFacts | undefined {
  const { facts } = column
  if (!facts.inherited || facts.local) return undefined
  for (const { column: parent, link } of parentColumns(column, context, 'to')) {
    const withTable = context.isInlined(link.id)
    const withColumn = !context.isCreated(link.id) && context.isCreated(parent.id)
    if (!withTable && !withColumn) continue
    const { statistics: _, options: __, default: ___, ...rest } = parent.facts
    const [standard] = context.childrenIn(context.to, parent.id)
    // ADD COLUMN hands a default on only where the clause has it; a default that is set later is set for the parent ONLY.
    const handsDown =
      standard?.kind === 'default' && (!context.isCreated(standard.id) || context.isInlined(standard.id))
    return { ...rest, options: [], ...(handsDown && { default: standard.facts.expression }) }
  }
  return undefined
}

/** The old facts of an inherited column as the changes of the parent's column leave them. */
export function afterParents(from: Column, to: Column, context: PlanContext): ColumnFacts {
  let facts = from.facts
  if (!facts.inherited || !to.facts.inherited) return facts
  for (const { column: before, link } of parentColumns(from, context, 'from')) {
    if (context.isDropped(link.id)) continue
    const after = context.to.objects.get(before.id)
    if (after?.kind !== 'column') continue
    const a = before.facts
    const b = after.facts
    if (a.type !== b.type || a.collation !== b.collation || context.isRebuilt(b.typeId)) {
      const { collation: _, ...rest } = facts
      facts = { ...rest, type: b.type, ...(b.collation !== undefined && { collation: b.collation }) }
    }
    if (a.notNull !== b.notNull) facts = withParentsNotNull(facts, b)
    if (a.generated?.expression !== b.generated?.expression && b.generated) facts = { ...facts, generated: b.generated }
  }
  return facts
}

/** A child that is NOT NULL already keeps its own constraint; another gets the parent's, under the parent's name. */
function withParentsNotNull(facts: ColumnFacts, parent: ColumnFacts): ColumnFacts {
  if (facts.notNull && parent.notNull) return facts
  const { notNullConstraint: _, ...rest } = facts
  if (!parent.notNull || !parent.notNullConstraint) return { ...rest, notNull: parent.notNull }
  const { comment: __, ...constraint } = parent.notNullConstraint
  return { ...rest, notNull: true, notNullConstraint: constraint }
}

/** Whether a change of this column's type arrives by itself, through the parent's. */
export function isRetypedByParent(column: Column, context: PlanContext): boolean {
  return (
    column.facts.inherited &&
    parentColumns(column, context, 'to').some(({ link }) => !context.isCreated(link.id) || context.isInlined(link.id))
  )
}

/** Whether another table inherits from this one, so that statements for it alone must say ONLY. */
export function hasHeirs(table: ObjectId | undefined, context: PlanContext): boolean {
  return context.heirs(table ?? '').length > 0
}

import { quoteIdentifier } from '../identifier.js'
import type { ColumnFacts } from '../model/facts.js'
import type { AnyObject, CatalogObject, ObjectId } from '../model/object.js'
import type { PlanContext } from './kind.js'
import { withParentsNotNull } from './not-null.js'

type Column = CatalogObject<'column'>

const bareName = (table: ObjectId): string => table.replace(/^(?:foreign )?table /, '')

/** The column of that name in each table that the column's table inherits from, in the given catalog. */
export function parentColumns(
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

/** The column of that name in each table under the column's table, in the new catalog. */
export function childColumns(column: Column, context: PlanContext): { column: Column; link: AnyObject }[] {
  return context.heirs(column.parent ?? '').flatMap((link) => {
    const child = context.to.objects.get(`column ${bareName(link.parent ?? '')}.${quoteIdentifier(column.name)}`)
    return child?.kind === 'column' ? [{ column: child, link }] : []
  })
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
    const { statistics: _, options: __, default: ___, ...facts_ } = parent.facts
    const rest = withoutComment(facts_)
    const [standard] = context.childrenIn(context.to, parent.id)
    // ADD COLUMN hands a default on only where the clause has it; a default that is set later is set for the parent ONLY.
    const handsDown =
      standard?.kind === 'default' && (!context.isCreated(standard.id) || context.isInlined(standard.id))
    // No row is there yet that could break it.
    const isChecked = withTable && rest.notNullConstraint?.notValid === true
    return {
      ...rest,
      ...(isChecked && {
        notNull: true,
        notNullConstraint: { ...rest.notNullConstraint, noInherit: false, notValid: false },
      }),
      options: [],
      ...(handsDown && { default: standard.facts.expression }),
    }
  }
  return undefined
}

/** The child's NOT NULL comes without the comment. */
function withoutComment<Some extends Pick<ColumnFacts, 'notNullConstraint'>>(facts: Some): Some {
  if (facts.notNullConstraint?.comment === undefined) return facts
  const { comment: _, ...notNullConstraint } = facts.notNullConstraint
  return { ...facts, notNullConstraint }
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
    facts = withParentsNotNull(facts, before, after, context)
    if (a.generated?.expression !== b.generated?.expression && b.generated) facts = { ...facts, generated: b.generated }
  }
  return facts
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

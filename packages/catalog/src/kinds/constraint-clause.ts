import { quoteIdentifier } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import type { PlanContext } from './kind.js'

/** A constraint as CREATE TABLE and ADD write it. Undefined when the statement must not name it, because a parent's makes it. */
export function constraintClause(constraint: CatalogObject<'constraint'>, context: PlanContext): string | undefined {
  if (isInheritedCheck(constraint, context)) return undefined
  return `CONSTRAINT ${quoteIdentifier(constraint.name)} ${constraint.facts.definition}`
}

/** A check that comes from a parent table, either with the whole table or because the parent gets it now. */
export function isInheritedCheck(constraint: CatalogObject<'constraint'>, context: PlanContext): boolean {
  const { facts } = constraint
  if (facts.type !== 'check' || !facts.inherited || facts.local) return false
  return context
    .childrenIn(context.to, constraint.parent ?? '')
    .some(
      (link) =>
        link.kind === 'inheritance' &&
        context.to.objects.has(checkOf(link.facts.parent, constraint.name)) &&
        (context.isInlined(link.id) || !context.isCreated(link.id)),
    )
}

export function checkOf(table: string, name: string): string {
  return `constraint ${table.replace(/^(?:foreign )?table /, '')}.${quoteIdentifier(name)}`
}

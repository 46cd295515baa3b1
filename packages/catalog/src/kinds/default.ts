import { quoteIdentifier } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { hasHeirs, inheritedState } from './column-inheritance.js'
import type { KindDefinition, PlanContext } from './kind.js'

type Default = CatalogObject<'default'>

/** A default is apart from its column, because it may call a function that needs the table. */
export const defaultKind: KindDefinition<'default'> = {
  kind: 'default',
  weight: 22,
  commentable: false,
  target: (object) => `COLUMN ${object.id}`,
  inlines: (_, column) =>
    column.kind === 'column' && (column.facts.of === 'table' || column.facts.of === 'foreign table'),
  create(object, context) {
    if (context.isInlined(object.id)) return []
    const column = context.to.objects.get(object.parent ?? '')
    const implied = column?.kind === 'column' ? inheritedState(column, context) : undefined
    if (implied && implied.default === object.facts.expression) return []
    return [setDefault(object, context)]
  },
  alter: (from, to, context) => ({
    statements: from.facts.expression === to.facts.expression ? [] : [setDefault(to, context)],
  }),
  drop: (object, context) => [`${alterColumn(object, context)} DROP DEFAULT`],
}

function alterColumn(object: Default, context: PlanContext): string {
  const column = context.to.objects.get(object.parent ?? '') ?? context.from.objects.get(object.parent ?? '')
  const table = column?.parent ?? ''
  // Without ONLY the heirs of the table would get it, too.
  const only = hasHeirs(table, context) ? 'ONLY ' : ''
  return `ALTER TABLE ${only}${table.replace(/^(?:foreign table|table|view) /, '')} ALTER COLUMN ${quoteIdentifier(object.name)}`
}

function setDefault(object: Default, context: PlanContext): string {
  return `${alterColumn(object, context)} SET DEFAULT ${object.facts.expression}`
}

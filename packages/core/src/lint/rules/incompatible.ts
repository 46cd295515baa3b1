import { hazards, lintCodes } from '@savepoint/catalog'
import type { Change } from '../change.js'
import type { LintFile, LintRule, LintStatement, RuleFinding } from '../rule.js'
import { fromHazard } from './context.js'

/** Where an application that knows the old schema fails on the new one, and constraints that go. */
export const incompatible: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:BC10[1-689]|CD)/.test(code)),
  check: (statement) => statement.changes.flatMap((change) => findings(change, statement)),
}

function findings(change: Change, statement: LintStatement): RuleFinding[] {
  const { schema } = statement
  switch (change.kind) {
    case 'rename':
      return renameFindings(change, statement)
    case 'rename enum value':
      return [fromHazard(hazards.renameLabelHazard(change.type.name, change.from))]
    case 'set schema':
      if (change.what === 'table' && schema.isNew(change.name)) return []
      return [
        {
          code: 'BC106',
          message: `The ${change.what} ${schema.nameOf(change.name)} moves to the schema ${change.schema}: whoever uses the old name fails.`,
          fix: 'Leave a view with the old name until nobody does.',
        },
      ]
    case 'drop not null': {
      const column = schema.column(change.table, change.name)
      if (!column?.facts.notNull) return []
      return [fromHazard(hazards.dropNotNullHazard(schema.nameOf(change.table), change.name), column.id)]
    }
    case 'drop default': {
      const column = schema.column(change.table, change.name)
      const after = schema.after.objects.get(column?.id ?? '')
      if (column?.facts.default === undefined || after?.kind !== 'column') return []
      if (!after.facts.notNull || after.facts.default !== undefined || after.facts.identity) return []
      return [
        {
          code: 'BC109',
          message: `${change.name} of ${schema.nameOf(change.table)} is NOT NULL and loses its default: inserts that leave it out fail.`,
          fix: 'Deploy the application that gives the value first.',
          object: column.id,
        },
      ]
    }
    case 'alter column type': {
      const column = schema.column(change.table, change.name)
      const after = column && schema.after.objects.get(column.id)
      if (column && after?.kind === 'column' && after.facts.type === column.facts.type) return []
      if (!column) return []
      return [
        {
          code: 'BC108',
          message: `The type of ${change.name} of ${schema.nameOf(change.table)} changes: applications must understand both.`,
          object: column.id,
        },
      ]
    }
    case 'drop constraint': {
      const constraint = schema.constraint(change.table, change.name)
      // Dropped and added again in one file: it changes, and the findings about what is added say so.
      if (!constraint || schema.after.objects.has(constraint.id)) return []
      return hazards.dropConstraintHazards(constraint).map((hazard) => fromHazard(hazard, constraint.id))
    }
    default:
      return []
  }
}

function renameFindings(
  { what, table, from, to }: Extract<Change, { kind: 'rename' }>,
  { schema }: LintStatement,
): RuleFinding[] {
  switch (what) {
    case 'table':
    case 'view': {
      const old = schema.nameOf(from)
      if (schema.isNew(from) || isViewThere(old, schema.after)) return []
      return [fromHazard(hazards.renameTableHazard(old), schema.table(from)?.id)]
    }
    case 'column': {
      if (!table || schema.isNew(table)) return []
      const column = schema.column(table, from.name)
      if (!column && schema.table(table)) return []
      // A generated column with the old name keeps old applications going.
      const left = schema.after.objects.get(column?.id ?? '')
      if (left?.kind === 'column' && left.facts.generated) return []
      return [fromHazard(hazards.renameColumnHazard(schema.nameOf(table), from.name), column?.id)]
    }
    case 'constraint':
    case 'index':
      return []
    case 'schema':
    case 'other':
      return [
        {
          code: 'BC104',
          message: `${from.name} is renamed to ${to}: whoever uses the old name fails.`,
          fix: 'Make sure that no running version of the application uses the old name.',
        },
      ]
  }
}

function isViewThere(qualified: string, { objects }: LintFile['schema']['after']): boolean {
  return objects.has(`view ${qualified}`)
}

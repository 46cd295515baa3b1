import { hazards, lintCodes, rewriteOf } from '@savepoint/catalog'
import type { Change, ColumnDefinition } from '../change.js'
import type { LintRule, LintStatement, RuleFinding } from '../rule.js'
import { fromHazard } from './context.js'

/** What may fail on the rows that are there. */
export const dataDependent: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:MF|SH103)/.test(code)),
  check: (statement) => statement.changes.flatMap((change) => findings(change, statement)),
}

function findings(change: Change, { schema }: LintStatement): RuleFinding[] {
  if (!('table' in change) || !change.table || schema.isNew(change.table)) return []
  const table = schema.nameOf(change.table)
  const isOverNew = (columns: readonly string[]): boolean =>
    columns.length > 0 &&
    columns.every((name) => !schema.column(change.table ?? { name: '' }, name)) &&
    schema.table(change.table ?? { name: '' }) !== undefined
  switch (change.kind) {
    case 'create index': {
      if (!change.unique) return []
      // A new column without a default has only nulls, which are never equal.
      if (isOverNew(change.columns)) return []
      const before = change.name === undefined ? undefined : schema.index({ ...change.table, name: change.name })
      const name = change.name ?? 'the index'
      return [
        fromHazard(
          before && !before.facts.unique
            ? hazards.becomesUniqueHazard(table, name)
            : hazards.addUniqueHazard(table, name),
        ),
      ]
    }
    case 'add constraint': {
      const { type, name, usingIndex, columns } = change.constraint
      if (usingIndex || isOverNew(columns)) return []
      if (type === 'unique' || type === 'exclude' || type === 'primary key')
        return [fromHazard(hazards.addUniqueHazard(table, name ?? `the ${type} constraint`))]
      return []
    }
    case 'add column': {
      if (!needsValue(change.column)) return []
      return [
        { ...fromHazard(hazards.addNotNullColumnHazard(table, change.column.name)), offset: change.column.offset },
      ]
    }
    case 'set not null': {
      const column = schema.column(change.table, change.name)
      if (column?.facts.notNull && !column.facts.notNullConstraint?.notValid) return []
      if (schema.isProvedNotNull(change.table, change.name)) return []
      const [mayFail] = hazards.setNotNullHazards(table, change.name)
      return mayFail ? [fromHazard(mayFail, column?.id)] : []
    }
    case 'alter column type': {
      const from = schema.column(change.table, change.name)
      const to = from && schema.after.objects.get(from.id)
      if (!from || to?.kind !== 'column' || rewriteOf(from.facts.type, to.facts.type) !== 'narrows') return []
      return [fromHazard(hazards.typeChangeHazard(table, change.name, from.facts.type, to.facts.type), from.id)]
    }
    default:
      return []
  }
}

const serials = new Set(['serial', 'bigserial', 'smallserial', 'serial4', 'serial8', 'serial2'])

export function isSerial({ type }: ColumnDefinition): boolean {
  return serials.has(type.name)
}

function needsValue(column: ColumnDefinition): boolean {
  return column.notNull && !column.defaultCalls && !column.identity && !column.generated && !isSerial(column)
}

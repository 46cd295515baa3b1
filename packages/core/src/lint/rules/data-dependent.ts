import { hazards, isZoned, lintCodes, rewriteOf } from '@savepoint/catalog'
import type { QualifiedName } from '../../sources/tree.js'
import type { Change, ColumnDefinition } from '../change.js'
import type { LintRule, LintStatement, RuleFinding } from '../rule.js'
import type { SchemaView } from '../schema-view.js'
import { fromHazard } from './context.js'

/** What may fail on the rows that are there. */
export const dataDependent: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:MF|SH103)/.test(code)),
  check: (statement) => statement.changes.flatMap((change) => findings(change, statement)),
}

function findings(change: Change, { schema, origin }: LintStatement): RuleFinding[] {
  if (!('table' in change) || !change.table || schema.isNew(change.table)) return []
  const table = schema.nameOf(change.table)
  switch (change.kind) {
    case 'create index': {
      if (!change.unique || cannotClash(change.table, change.columns, schema)) return []
      const name = change.name ?? 'the index'
      const before = change.name === undefined ? undefined : schema.index({ ...change.table, name: change.name })
      // In a migration the old index is dropped by a statement of its own, and Atlas speaks of a new one then.
      const becomes = origin === 'plan' && before !== undefined && !before.facts.unique
      return [fromHazard(becomes ? hazards.becomesUniqueHazard(table, name) : hazards.addUniqueHazard(table, name))]
    }
    case 'add constraint': {
      const { type, name, usingIndex, columns } = change.constraint
      if (usingIndex || cannotClash(change.table, columns, schema)) return []
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
      if (!from || to?.kind !== 'column') return []
      if (isZoned(from.facts.type, to.facts.type))
        return [fromHazard(hazards.timeZoneHazard(table, change.name), from.id)]
      if (rewriteOf(from.facts.type, to.facts.type, schema.domain) !== 'narrows') return []
      return [fromHazard(hazards.typeChangeHazard(table, change.name, from.facts.type, to.facts.type), from.id)]
    }
    default:
      return []
  }
}

/** The columns hold a key already, or they are new and have only nulls, which are never equal. */
function cannotClash(table: QualifiedName, columns: readonly string[], schema: SchemaView): boolean {
  if (columns.length === 0) return false
  if (schema.isKey(table, columns)) return true
  return schema.table(table) !== undefined && columns.every((name) => !schema.column(table, name))
}

const serials = new Set(['serial', 'bigserial', 'smallserial', 'serial4', 'serial8', 'serial2'])

export function isSerial({ type }: ColumnDefinition): boolean {
  return serials.has(type.name)
}

function needsValue(column: ColumnDefinition): boolean {
  return column.notNull && !column.defaultCalls && !column.identity && !column.generated && !isSerial(column)
}

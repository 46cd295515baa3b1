import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { ColumnFacts } from '../model/facts.js'
import type { AnyObject, CatalogObject } from '../model/object.js'
import type { Hazard } from '../model/plan.js'
import { baseOf, domainsOf, isZoned, usingClause, rewriteOf } from './casts.js'
import { identityClause, foreignOption } from './column-clause.js'
import { afterParents, isRetypedByParent } from './column-inheritance.js'
import { details, tableOf } from './column-details.js'
import { enumValuesHazard, rewriteHazard, storedColumnHazard, timeZoneHazard, typeChangeHazard } from './hazards.js'
import type { Alteration, PlanContext, Statement } from './kind.js'
import { alterNotNull } from './not-null.js'
import { splitOption } from './options.js'
import { changedSequenceClauses, clampPosition, setPersistence } from './sequence-options.js'

type Column = CatalogObject<'column'>

/** Changes a column where it stands; its default is an object of its own. */
export function alterColumn(from: Column, to: Column, context: PlanContext): Alteration | 'recreate' {
  if (to.facts.of === 'view') return { statements: [] }
  if (to.facts.of === 'materialized view') return { statements: details(from.facts, to, context) }
  const before = afterParents(from, to, context)
  const after = to.facts
  const regenerated = alterGenerated(from, before, to, context)
  if (regenerated === 'recreate') return 'recreate'

  const table = tableOf(to)
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(to.name)}`
  const statements: Statement[] = []
  if (before.identity && !after.identity) statements.push(`${alter} DROP IDENTITY`)
  const retype = retypeOf(from.facts, before, to, context)
  if (retype) statements.push(retype.statement)
  statements.push(...regenerated)
  statements.push(...alterNotNull(before, to, alter, context))
  statements.push(...alterIdentity(before, to, alter, context))
  statements.push(...details(before, to, context))
  statements.push(...foreignOptions(before, after, alter))
  return { statements, ...(retype && { disturbs: retype.disturbs }) }
}

function retypeOf(
  original: ColumnFacts,
  before: ColumnFacts,
  to: Column,
  context: PlanContext,
): { statement: Statement; disturbs: (dependent: AnyObject) => boolean } | undefined {
  const after = to.facts
  const rebuilt = context.isRebuilt(after.typeId) || context.isRebuilt(original.typeId)
  const changes = original.type !== after.type || original.collation !== after.collation || rebuilt
  if (!changes) return undefined
  const disturbs = (dependent: AnyObject): boolean => isInTheWay(dependent, to, original, rebuilt)
  const implied =
    (isRetypedByParent(to, context) && before.type === after.type && before.collation === after.collation) ||
    isTyped(to, context)
  if (implied) return { statement: '', disturbs }
  const table = tableOf(to)
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(to.name)}`
  const collate = after.collation === undefined ? '' : ` COLLATE ${after.collation}`
  // The rows of a foreign table are converted where they are read.
  if (after.of === 'foreign table') return { statement: `${alter} TYPE ${after.type}${collate}`, disturbs }
  // A generated column is computed anew, and takes no USING.
  const using = after.generated ? '' : usingClause(to.name, before.type, after.type, rebuilt, context)
  const hazards: Hazard[] = []
  const removed = rebuilt ? removedLabels(after.typeId, context) : []
  if (removed.length > 0) hazards.push(enumValuesHazard(after.type, removed))
  const rewrite = rebuilt ? 'rewrite' : rewriteOf(before.type, after.type, domainsOf(context))
  if (rewrite !== 'none') hazards.push(rewriteHazard(table, to.name))
  if (isZoned(before.type, after.type)) hazards.push(timeZoneHazard(table, to.name))
  if (rewrite === 'narrows') hazards.push(typeChangeHazard(table, to.name, before.type, after.type))
  return {
    statement: {
      sql: `${alter} TYPE ${after.type}${collate}${using}`,
      hazards,
      ...(removed.length > 0 && {
        destroys: {
          id: after.typeId ?? to.id,
          kind: 'enum-value' as const,
          schema: to.schema ?? '',
          table: context.to.objects.get(to.parent ?? '')?.name ?? '',
          column: to.name,
          values: removed,
        },
      }),
      ...(rewrite === 'narrows' && {
        destroys: {
          id: to.id,
          kind: 'type-change' as const,
          schema: to.schema ?? '',
          table: context.to.objects.get(to.parent ?? '')?.name ?? '',
          column: to.name,
        },
      }),
    },
    disturbs,
  }
}

/** Whether the change of its type says how to convert the values, which no foreign table below it takes. */
export function isConverted(from: Column, to: Column, context: PlanContext): boolean {
  const a = from.facts
  const b = to.facts
  if (b.of !== 'table' || b.generated) return false
  const rebuilt = context.isRebuilt(b.typeId) || context.isRebuilt(a.typeId)
  return (a.type !== b.type || rebuilt) && usingClause(to.name, a.type, b.type, rebuilt, context) !== ''
}

/** The column of a typed table changes with the attribute of its type. */
function isTyped(column: Column, context: PlanContext): boolean {
  const table = context.to.objects.get(column.parent ?? '')
  return table?.kind === 'table' && table.facts.ofType !== undefined
}

function removedLabels(type: string | undefined, context: PlanContext): string[] {
  const from = context.from.objects.get(type ?? '')
  const to = context.to.objects.get(type ?? '')
  if (from?.kind !== 'enum' || to?.kind !== 'enum') return []
  return from.facts.labels.filter((label) => !to.facts.labels.includes(label))
}

/**
 * ATExecAlterColumnType in tablecmds.c refuses or cannot mend these. Indexes, plain checks and statistics it rebuilds itself.
 */
function isInTheWay(dependent: AnyObject, column: Column, original: ColumnFacts, rebuilt: boolean): boolean {
  switch (dependent.kind) {
    case 'view':
    case 'materialized view':
    case 'rule':
    case 'policy':
    case 'trigger':
    case 'function':
    case 'procedure':
      return true
    case 'publication table':
      return dependent.facts.where !== undefined
    // Postgres rebuilds them without the target, and for the role that changes the column.
    case 'statistics':
      return dependent.facts.target !== undefined || dependent.owner !== undefined
    // The old default is cast to the new type, which fails for 'a'::text to integer; and it may name the old type.
    case 'default':
      return rebuilt || baseOf(original.type) !== baseOf(column.facts.type)
    case 'column':
      return dependent.facts.generated !== undefined
    // Both sides of a foreign key have to change before it can be checked again.
    case 'constraint':
      return dependent.facts.type === 'foreign key' && (rebuilt || baseOf(original.type) !== baseOf(column.facts.type))
    default:
      return false
  }
}

function alterGenerated(from: Column, before: ColumnFacts, to: Column, context: PlanContext): Statement[] | 'recreate' {
  const a = before.generated
  const b = to.facts.generated
  if (!a && !b) return []
  const alter = `ALTER TABLE ${tableOf(to)} ALTER COLUMN ${quoteIdentifier(to.name)}`
  if (!b) {
    // The computed values stay as plain ones; a virtual column has none to keep.
    if (a?.mode === 'virtual') return 'recreate'
    return from.facts.inherited && !to.facts.local ? [] : [`${alter} DROP EXPRESSION`]
  }
  if (!a || a.mode !== b.mode) return 'recreate'
  if (a.expression === b.expression) return []
  // SET EXPRESSION came with Postgres 17; before, the column is dropped and computed anew.
  if (context.version < 170000) return 'recreate'
  return [
    {
      sql: `${alter} SET EXPRESSION AS (${b.expression})`,
      hazards: b.mode === 'stored' ? [storedColumnHazard(tableOf(to), to.name)] : [],
    },
  ]
}

function alterIdentity(before: ColumnFacts, to: Column, alter: string, context: PlanContext): Statement[] {
  const a = before.identity
  const b = to.facts.identity
  if (!b) return []
  const tableName = context.to.objects.get(to.parent ?? '')?.name ?? ''
  if (!a) return [`${alter} ADD ${identityClause(b, tableName, to.name)}`]
  const statements: Statement[] = []
  const clauses = changedSequenceClauses({ ...a.sequence, type: b.sequence.type }, b.sequence).map(
    // START WITH, INCREMENT BY … each with SET before it.
    (clause) => `SET ${clause}`,
  )
  if (a.mode !== b.mode) clauses.unshift(`SET GENERATED ${b.mode === 'always' ? 'ALWAYS' : 'BY DEFAULT'}`)
  statements.push(...clampPosition(quoteQualified(a.sequence.schema, a.sequence.name), a.sequence, b.sequence))
  if (clauses.length > 0) statements.push(`${alter} ${clauses.join(' ')}`)
  if (a.sequence.name !== b.sequence.name)
    statements.push(
      `ALTER SEQUENCE ${quoteQualified(a.sequence.schema, a.sequence.name)} RENAME TO ${quoteIdentifier(b.sequence.name)}`,
    )
  if (a.sequence.persistence !== b.sequence.persistence) statements.push(setPersistence(b.sequence))
  return statements
}

function foreignOptions(before: ColumnFacts, after: ColumnFacts, alter: string): Statement[] {
  const a = new Map((before.foreignOptions ?? []).map(splitOption))
  const b = new Map((after.foreignOptions ?? []).map(splitOption))
  const changes: string[] = []
  for (const [name, value] of b)
    if (a.get(name) !== value) changes.push(`${a.has(name) ? 'SET' : 'ADD'} ${foreignOption(`${name}=${value}`)}`)
  for (const name of a.keys()) if (!b.has(name)) changes.push(`DROP ${quoteIdentifier(name)}`)
  return changes.length > 0 ? [`${alter} OPTIONS (${changes.join(', ')})`] : []
}

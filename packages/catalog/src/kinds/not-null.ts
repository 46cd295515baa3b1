import { quoteIdentifier, quoteLiteral } from '../identifier.js'
import type { ColumnFacts } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import { tableOf } from './column-details.js'
import { bareTable, chooseName } from './generated-names.js'
import { dropNotNullHazard, setNotNullHazards } from './hazards.js'
import type { PlanContext, Statement } from './kind.js'
import { isOnline, setNotNullOnline, validateAlone } from './online.js'

type Column = CatalogObject<'column'>

/** Postgres 18 names a NOT NULL so by itself; after a rename the name stays, so any such name says nothing. */
export const isGeneratedName = (name: string): boolean => /_not_null\d*$/.test(name)

const isThere = (facts: ColumnFacts): boolean => facts.notNull || facts.notNullConstraint !== undefined

/** Children get it, too. */
const isHandedDown = (facts: ColumnFacts): boolean => isThere(facts) && facts.notNullConstraint?.noInherit !== true

const generatedName = (column: Column): string => chooseName(bareTable(column), column.name, 'not_null')

/** Statements that lead from one NOT NULL to the other, of a column that `before` describes as it is by then. */
export function alterNotNull(before: ColumnFacts, to: Column, alter: string, context: PlanContext): Statement[] {
  const after = to.facts
  const table = tableOf(to)
  const was = before.notNullConstraint
  const is = after.notNullConstraint
  if (!isThere(after))
    return isThere(before) ? [{ sql: `${alter} DROP NOT NULL`, hazards: [dropNotNullHazard(table, to.name)] }] : []
  const add = (name: string | undefined): string => {
    const clauses = `${is?.noInherit ? ' NO INHERIT' : ''}${is?.notValid ? ' NOT VALID' : ''}`
    const named = name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(name)} `
    return `ALTER TABLE ${table} ADD ${named}NOT NULL ${quoteIdentifier(to.name)}${clauses}`
  }
  const comment = (from: string | undefined): Statement[] => notNullComment(from, to)
  if (!isThere(before)) {
    const hazards = is?.notValid || context.isCreated(to.parent ?? '') ? [] : setNotNullHazards(table, to.name)
    if (!is?.notValid && isOnline(to.parent, context) && !after.inherited)
      return [...setNotNullOnline(to, context), ...comment(undefined)]
    return [{ sql: is === undefined ? `${alter} SET NOT NULL` : add(is.name), hazards }, ...comment(undefined)]
  }
  switch (changeOf(before, to, context)) {
    case 'anew':
      return [`${alter} DROP NOT NULL`, add(is?.name), ...comment(undefined)]
    case 'rename': {
      const { old, wanted } = namesOf(before, to)
      return [
        ...validate(before, to, alter, context),
        `ALTER TABLE ${table} RENAME CONSTRAINT ${quoteIdentifier(old)} TO ${quoteIdentifier(wanted)}`,
        ...comment(was?.comment),
      ]
    }
    case 'none':
      return [...validate(before, to, alter, context), ...comment(was?.comment)]
  }
}

/** `from` is the comment that is there by then. */
export function notNullComment(from: string | undefined, to: Column): Statement[] {
  const wanted = to.facts.notNullConstraint
  if (from === wanted?.comment) return []
  const text = wanted?.comment === undefined ? 'NULL' : quoteLiteral(wanted.comment).trim()
  const name = quoteIdentifier(wanted?.name ?? generatedName(to))
  return [{ sql: `COMMENT ON CONSTRAINT ${name} ON ${tableOf(to)} IS ${text}`, action: 'comment' }]
}

/** SET NOT NULL on a constraint that is not valid yet validates it. */
function validate(before: ColumnFacts, to: Column, alter: string, context: PlanContext): Statement[] {
  const was = before.notNullConstraint
  if (!was?.notValid || to.facts.notNullConstraint?.notValid) return []
  if (isOnline(to.parent, context)) return [validateAlone(tableOf(to), namesOf(before, to).old)]
  return [{ sql: `${alter} SET NOT NULL`, hazards: setNotNullHazards(tableOf(to), to.name) }]
}

function namesOf(before: ColumnFacts, to: Column): { old: string; wanted: string } {
  return {
    old: before.notNullConstraint?.name ?? before.notNullName ?? generatedName(to),
    wanted: to.facts.notNullConstraint?.name ?? generatedName(to),
  }
}

/** What becomes of a NOT NULL that is there before and after. */
function changeOf(before: ColumnFacts, to: Column, context: PlanContext): 'none' | 'rename' | 'anew' {
  const was = before.notNullConstraint
  const is = to.facts.notNullConstraint
  if ((is?.notValid && !was?.notValid) || (was?.noInherit ?? false) !== (is?.noInherit ?? false)) return 'anew'
  if ((was?.name ?? '') === (is?.name ?? '')) return 'none'
  const { old, wanted } = namesOf(before, to)
  if (old === wanted) return 'none'
  return isSharedByHeirs(to, old, context) ? 'rename' : 'anew'
}

/** RENAME CONSTRAINT renames those of the tables below with it, and fails where one is called otherwise. */
function isSharedByHeirs(column: Column, name: string, context: PlanContext): boolean {
  return context.heirs(column.parent ?? '').every((link) => {
    if (context.isCreated(link.id) || context.isDropped(link.id)) return true
    const own = context.from.objects.get(`column ${tableOf(link)}.${quoteIdentifier(column.name)}`)
    return own?.kind !== 'column' || (own.facts.notNullName === name && isSharedByHeirs(own, name, context))
  })
}

/** The facts of a column as what happens to the NOT NULL of its parent's column leaves them (dropconstraint_internal in tablecmds.c). */
export function withParentsNotNull(
  facts: ColumnFacts,
  before: Column,
  after: Column,
  context: PlanContext,
): ColumnFacts {
  const had = isHandedDown(before.facts)
  const has = isHandedDown(after.facts)
  if (!had && !has) return facts
  if (had && has) {
    const change = changeOf(before.facts, after, context)
    const { old, wanted } = namesOf(before.facts, after)
    if (change === 'rename') return facts.notNullName === old ? called(facts, wanted) : facts
    if (change === 'none') return validated(facts, before.facts, after.facts)
    return gained(lost(facts), after)
  }
  return has ? gained(facts, after) : lost(facts)
}

function called(facts: ColumnFacts, name: string): ColumnFacts {
  const { notNullConstraint, ...rest } = facts
  const named = isGeneratedName(name) ? {} : { name }
  const { name: _, ...constraint } = notNullConstraint ?? { noInherit: false, notValid: false }
  const isPlain =
    isGeneratedName(name) && !constraint.noInherit && !constraint.notValid && constraint.comment === undefined
  return { ...rest, notNullName: name, ...(!isPlain && { notNullConstraint: { ...named, ...constraint } }) }
}

function validated(facts: ColumnFacts, before: ColumnFacts, after: ColumnFacts): ColumnFacts {
  const { notNullConstraint } = facts
  if (!before.notNullConstraint?.notValid || after.notNullConstraint?.notValid || !notNullConstraint) return facts
  return { ...facts, notNull: true, notNullConstraint: { ...notNullConstraint, notValid: false } }
}

/** What the table says itself stays. Before Postgres 18 nobody knew who had said it. */
function lost(facts: ColumnFacts): ColumnFacts {
  if (facts.notNullLocal === true) return facts
  const { notNullConstraint: _, notNullName: __, ...rest } = facts
  return { ...rest, notNull: false }
}

/** A child that is NOT NULL already keeps its own constraint; another gets the parent's, under the parent's name. */
function gained(facts: ColumnFacts, parent: Column): ColumnFacts {
  if (isThere(facts)) return facts
  const { notNull, notNullConstraint, notNullName } = parent.facts
  const born = { ...facts, notNull, notNullLocal: false, ...(notNullName !== undefined && { notNullName }) }
  if (!notNullConstraint) return born
  const { comment: _, ...constraint } = notNullConstraint
  return { ...born, notNullConstraint: constraint }
}

/**
 * Whether a NOT NULL of a table under a parent is called otherwise than the parent's, or is not checked yet: as an inherited one it can
 * be neither renamed nor made so, only while the table stands alone.
 */
export function standsAgainst(facts: ColumnFacts, parent: ColumnFacts): boolean {
  if (!isThere(facts) || !isHandedDown(parent)) return false
  return (facts.notNullConstraint?.name ?? '') !== (parent.notNullConstraint?.name ?? '')
}

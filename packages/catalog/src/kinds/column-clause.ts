import { quoteIdentifier } from '../identifier.js'
import type { ColumnFacts } from '../model/facts.js'
import type { AnyObject, CatalogObject } from '../model/object.js'
import { storageKeyword } from './column-details.js'
import { inheritedState } from './column-inheritance.js'
import type { PlanContext } from './kind.js'
import { sequenceClauses } from './sequence-options.js'

/**
 * A column as CREATE TABLE and ADD COLUMN write it. Undefined when the statement must not name it: a partition's column comes
 * with the partitioned table.
 */
export function columnClause(
  column: CatalogObject<'column'>,
  table: AnyObject,
  context: PlanContext,
): string | undefined {
  if (inheritedState(column, context)) return undefined
  const { facts } = column
  const isTyped = table.kind === 'table' && table.facts.ofType !== undefined
  const clauses: string[] = []
  if (!isTyped) {
    clauses.push(facts.type)
    // The word STORAGE within a column's definition came with Postgres 16.
    if (facts.storage && context.version >= 160000) clauses.push(`STORAGE ${storageKeyword(facts.storage)}`)
    if (facts.compression) clauses.push(`COMPRESSION ${facts.compression}`)
    if (facts.foreignOptions && facts.foreignOptions.length > 0)
      clauses.push(`OPTIONS (${facts.foreignOptions.map(foreignOption).join(', ')})`)
    if (facts.collation) clauses.push(`COLLATE ${facts.collation}`)
  }
  const own: string[] = []
  if (facts.generated)
    own.push(`GENERATED ALWAYS AS (${facts.generated.expression}) ${facts.generated.mode.toUpperCase()}`)
  if (facts.identity) own.push(identityClause(facts.identity, table.name, column.name))
  const [standard] = context.childrenIn(context.to, column.id)
  if (standard?.kind === 'default' && context.isInlined(standard.id)) own.push(`DEFAULT ${standard.facts.expression}`)
  const notNull = notNullClause(facts)
  if (notNull !== undefined) own.push(notNull)
  if (isTyped) return own.length === 0 ? undefined : `${quoteIdentifier(column.name)} WITH OPTIONS ${own.join(' ')}`
  return [quoteIdentifier(column.name), ...clauses, ...own].join(' ')
}

function notNullClause(facts: ColumnFacts): string | undefined {
  const constraint = facts.notNullConstraint
  if (!facts.notNull || constraint?.notValid) return undefined
  const name = constraint?.name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(constraint.name)} `
  return `${name}NOT NULL${constraint?.noInherit ? ' NO INHERIT' : ''}`
}

/** `GENERATED … AS IDENTITY` with what the sequence has otherwise than by default. */
export function identityClause(identity: NonNullable<ColumnFacts['identity']>, table: string, column: string): string {
  const { sequence } = identity
  const options = sequenceClauses(sequence)
  if (sequence.name !== `${table}_${column}_seq`)
    options.unshift(`SEQUENCE NAME ${quoteIdentifier(sequence.schema)}.${quoteIdentifier(sequence.name)}`)
  const list = options.length > 0 ? ` (${options.join(' ')})` : ''
  return `GENERATED ${identity.mode === 'always' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${list}`
}

export function foreignOption(option: string): string {
  const equals = option.indexOf('=')
  return `${quoteIdentifier(option.slice(0, equals))} '${option.slice(equals + 1).replaceAll("'", "''")}'`
}

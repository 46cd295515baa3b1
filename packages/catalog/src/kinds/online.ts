import { quoteIdentifier } from '../identifier.js'
import type { CatalogObject, ObjectId } from '../model/object.js'
import { tableOf } from './column-details.js'
import { addUniqueHazard, concurrentlyHazard } from './hazards.js'
import type { PlanContext, Statement } from './kind.js'

/*
 * What the strategy `online` writes instead of a statement that would keep others from a table for as long as it reads all of it:
 * the long part runs by itself, under a lock that lets others read and write.
 */

/** The table stays and may be in use: worth the detour. Partitioned tables know none of it. */
export function isOnline(table: ObjectId | undefined, context: PlanContext): boolean {
  if (context.strategy !== 'online' || table === undefined || context.isCreated(table)) return false
  const object = context.from.objects.get(table)
  return object?.kind === 'table' && object.facts.partitionKey === undefined
}

/** ADD … NOT VALID holds its lock for a moment; VALIDATE reads the rows under SHARE UPDATE EXCLUSIVE. */
export function addThenValidate(constraint: CatalogObject<'constraint'>): Statement[] {
  const table = tableOf(constraint)
  const name = quoteIdentifier(constraint.name)
  return [
    {
      sql: `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${constraint.facts.definition} NOT VALID`,
      transactional: false,
    },
    { sql: `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`, transactional: false },
  ]
}

const keyRE =
  /^(PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*?\)(?: INCLUDE \(.*?\))?)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$/

/** A key over an index that was built beside the table's use. Undefined for keys that no plain index can carry. */
export function keyFromIndex(constraint: CatalogObject<'constraint'>): Statement[] | undefined {
  const match = keyRE.exec(constraint.facts.definition)
  if (!match || constraint.facts.definition.includes(' WITHOUT OVERLAPS')) return undefined
  const [, type = '', nulls = '', columns = '', deferral = ''] = match
  const table = tableOf(constraint)
  const name = quoteIdentifier(constraint.name)
  return [
    {
      sql: `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table} ${columns}${nulls}`,
      transactional: false,
      hazards: [concurrentlyHazard(constraint.name), addUniqueHazard(table, constraint.name)],
    },
    `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${type} USING INDEX ${name}${deferral}`,
  ]
}

/** SET NOT NULL takes a validated check for a proof and does not read the table (since Postgres 12). */
export function notNullByCheck(column: CatalogObject<'column'>, setNotNull: string): Statement[] {
  const table = tableOf(column)
  const check = quoteIdentifier(`${column.name.slice(0, 40)}_savepoint_not_null`)
  return [
    {
      sql: `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${quoteIdentifier(column.name)} IS NOT NULL) NOT VALID`,
      transactional: false,
    },
    { sql: `ALTER TABLE ${table} VALIDATE CONSTRAINT ${check}`, transactional: false },
    setNotNull,
    `ALTER TABLE ${table} DROP CONSTRAINT ${check}`,
  ]
}

/** Builds the new index under another name, and only then drops the old one, so that queries always have one of the two. */
export function replaceIndex(index: CatalogObject<'index'>, create: string, qualified: string): Statement[] {
  const temporary = `${index.name.slice(0, 45)}_savepoint_new`
  const named = create.replace(` ${quoteIdentifier(index.name)} ON `, ` ${quoteIdentifier(temporary)} ON `)
  const schema = qualified.slice(0, qualified.length - quoteIdentifier(index.name).length)
  return [
    { sql: named, transactional: false, hazards: [concurrentlyHazard(index.name)] },
    { sql: `DROP INDEX CONCURRENTLY ${qualified}`, transactional: false, hazards: [concurrentlyHazard(index.name)] },
    `ALTER INDEX ${schema}${quoteIdentifier(temporary)} RENAME TO ${quoteIdentifier(index.name)}`,
  ]
}

import { quoteIdentifier, quoteLiteral, quoteQualified } from '../identifier.js'
import type { AnyObject, CatalogObject, ObjectId } from '../model/object.js'
import { tableOf } from './column-details.js'
import { bareTable, chooseFree, chooseName, suffixed } from './generated-names.js'
import { addUniqueHazard, concurrentlyHazard, setNotNullHazards } from './hazards.js'
import type { PlanContext, Statement } from './kind.js'

/*
 * What the strategy `online` writes instead of a statement that would keep others from a table for as long as it reads all of it:
 * the long part runs by itself, under a lock that lets others read and write.
 */

/** The table stays and may be in use: worth the detour. */
export function isOnline(table: ObjectId | undefined, context: PlanContext): boolean {
  if (context.strategy !== 'online' || table === undefined || context.isCreated(table)) return false
  return context.from.objects.get(table)?.kind === 'table'
}

export function isPartitioned(table: ObjectId | undefined, { from }: PlanContext): boolean {
  const object = from.objects.get(table ?? '')
  return object?.kind === 'table' && object.facts.partitionKey !== undefined
}

/** Neither above nor below another table: what happens to it is handed down to nobody. */
export function standsAlone(table: ObjectId | undefined, context: PlanContext): boolean {
  if (table === undefined || context.heirs(table).length > 0) return false
  return [context.from, context.to].every((catalog) =>
    context.childrenIn(catalog, table).every(({ kind }) => kind !== 'inheritance'),
  )
}

/** ADD … NOT VALID holds its lock for a moment; VALIDATE reads the rows under SHARE UPDATE EXCLUSIVE. */
export function addThenValidate(constraint: CatalogObject<'constraint'>, name = constraint.name): Statement[] {
  const table = tableOf(constraint)
  const quoted = quoteIdentifier(name)
  return [
    {
      sql: `ALTER TABLE ${table} ADD CONSTRAINT ${quoted} ${constraint.facts.definition} NOT VALID`,
      transactional: false,
    },
    validateAlone(table, name),
  ]
}

/** By itself: together with others it would hold their locks for as long as it reads. */
export function validateAlone(table: string, name: string): Statement {
  return { sql: `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`, transactional: false }
}

/** A check or foreign key in place of another one of its name: the old one keeps the rows right until the new one does. */
export function replaceByValidated(constraint: CatalogObject<'constraint'>, context: PlanContext): Statement[] {
  const table = tableOf(constraint)
  const name = quoteIdentifier(constraint.name)
  const temporary = temporaryName(constraint, context)
  return [
    ...addThenValidate(constraint, temporary),
    `ALTER TABLE ${table} DROP CONSTRAINT ${name}`,
    `ALTER TABLE ${table} RENAME CONSTRAINT ${quoteIdentifier(temporary)} TO ${name}`,
    ...commentAgain(`CONSTRAINT ${name} ON ${table}`, constraint.comment),
  ]
}

const keyRE =
  /^(PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*?\)(?: INCLUDE \(.*?\))?)((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$/

/** Whether a plain unique index can carry the key. */
export function isPlainKey({ facts }: CatalogObject<'constraint'>): boolean {
  return keyRE.test(facts.definition) && !facts.definition.includes(' WITHOUT OVERLAPS')
}

/** The index of a key, built beside the table's use, and the clause that makes the constraint of it. */
function keyParts(constraint: CatalogObject<'constraint'>, index: string): { build: Statement; add: string } {
  const [, type = '', nulls = '', columns = '', deferral = ''] = keyRE.exec(constraint.facts.definition) ?? []
  const table = tableOf(constraint)
  const quoted = quoteIdentifier(index)
  return {
    build: {
      sql: `CREATE UNIQUE INDEX CONCURRENTLY ${quoted} ON ${table} ${columns}${nulls}`,
      transactional: false,
      hazards: [concurrentlyHazard(index), addUniqueHazard(table, constraint.name)],
    },
    add: `ADD CONSTRAINT ${quoteIdentifier(constraint.name)} ${type} USING INDEX ${quoted}${deferral}`,
  }
}

/** A key over an index that was built beside the table's use. */
export function keyFromIndex(constraint: CatalogObject<'constraint'>): Statement[] {
  const { build, add } = keyParts(constraint, constraint.name)
  return [build, `ALTER TABLE ${tableOf(constraint)} ${add}`]
}

/** Another key in place of one of that name, in one statement: at no time may rows be equal. */
export function replaceKey(constraint: CatalogObject<'constraint'>, context: PlanContext): Statement[] {
  const table = tableOf(constraint)
  const name = quoteIdentifier(constraint.name)
  const { build, add } = keyParts(constraint, temporaryName(constraint, context))
  return [
    build,
    `ALTER TABLE ${table} DROP CONSTRAINT ${name}, ${add}`,
    ...commentAgain(`CONSTRAINT ${name} ON ${table}`, constraint.comment),
  ]
}

/**
 * SET NOT NULL takes a validated check for a proof and does not read the table (since Postgres 12); from 18 on the constraint itself
 * can be added first and validated later.
 */
export function setNotNullOnline(column: CatalogObject<'column'>, context: PlanContext): Statement[] {
  const table = tableOf(column)
  const quoted = quoteIdentifier(column.name)
  const { notNullConstraint: constraint } = column.facts
  // Only that it may fail is left to say: nobody waits while the rows are read.
  const hazards = setNotNullHazards(table, column.name).filter(({ kind }) => kind === 'may-fail')
  if (context.version >= 180000) {
    const name =
      constraint?.name ??
      freeName(column, (number) => chooseName(bareTable(column), column.name, `not_null${number}`), context)
    const clause = constraint?.noInherit ? ' NO INHERIT' : ''
    return [
      {
        sql: `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(name)} NOT NULL ${quoted}${clause} NOT VALID`,
        transactional: false,
        hazards,
      },
      validateAlone(table, name),
    ]
  }
  const check = freeName(column, (number) => suffixed(column.name, `_savepoint_not_null${number}`), context)
  return [
    {
      sql: `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(check)} CHECK (${quoted} IS NOT NULL) NOT VALID`,
      transactional: false,
      hazards,
    },
    validateAlone(table, check),
    `ALTER TABLE ${table} ALTER COLUMN ${quoted} SET NOT NULL`,
    `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(check)}`,
  ]
}

/** Builds the new index under another name, and only then drops the old one, so that queries always have one of the two. */
export function replaceIndex(index: CatalogObject<'index'>, create: string, context: PlanContext): Statement[] {
  const qualified = quoteQualified(index.schema, index.name)
  const temporary = temporaryName(index, context)
  const named = create.replace(` ${quoteIdentifier(index.name)} ON `, () => ` ${quoteIdentifier(temporary)} ON `)
  const hazards = [concurrentlyHazard(index.name)]
  return [
    {
      sql: named,
      transactional: false,
      hazards: index.facts.unique ? [...hazards, addUniqueHazard(tableOf(index), index.name)] : hazards,
    },
    { sql: `DROP INDEX CONCURRENTLY ${qualified}`, transactional: false, hazards },
    `ALTER INDEX ${quoteQualified(index.schema, temporary)} RENAME TO ${quoteIdentifier(index.name)}`,
    ...commentAgain(`INDEX ${qualified}`, index.comment),
  ]
}

/** What CREATE INDEX CONCURRENTLY left when it failed is built again in its place. */
export function repairIndex(index: CatalogObject<'index'>): Statement[] {
  const name = quoteQualified(index.schema, index.name)
  const hazards = [concurrentlyHazard(name)]
  if (index.facts.unique) hazards.push(addUniqueHazard(tableOf(index), index.name))
  return [{ sql: `REINDEX INDEX CONCURRENTLY ${name}`, transactional: false, hazards }]
}

/** What replaces something has lost its comment, which the planner does not see when it stays the same. */
function commentAgain(target: string, comment: string | undefined): Statement[] {
  if (comment === undefined) return []
  return [{ sql: `COMMENT ON ${target} IS ${quoteLiteral(comment).trim()}`, action: 'comment' }]
}

const relationKinds = ['table', 'index', 'sequence', 'view', 'materialized view', 'foreign table', 'composite'] as const

const temporaryName = (object: AnyObject, context: PlanContext): string =>
  freeName(object, (number) => suffixed(object.name, `_savepoint_new${number}`), context)

/**
 * A name for something that only exists while the plan runs. A plan that stopped half-way may have left one, which the next plan
 * drops, but not necessarily before.
 */
export function freeName(
  { id, schema, parent = '' }: AnyObject,
  nameOf: (number: string) => string,
  context: PlanContext,
): string {
  return chooseFree(nameOf, (name) =>
    [context.from, context.to].some(
      (catalog) =>
        relationKinds.some((kind) => catalog.objects.has(`${kind} ${quoteQualified(schema, name)}`)) ||
        context
          .childrenIn(catalog, parent)
          .some((child) => child.id !== id && (child.name === name || notNullOf(child) === name)),
    ),
  )
}

function notNullOf(object: AnyObject): string | undefined {
  return object.kind === 'column' ? (object.facts.notNullName ?? object.facts.notNullConstraint?.name) : undefined
}

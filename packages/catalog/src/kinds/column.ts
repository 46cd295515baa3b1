import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { ColumnFacts, Storage } from '../model/facts.js'
import type { AnyObject, CatalogObject } from '../model/object.js'
import { alterColumn } from './column-alter.js'
import { columnClause } from './column-clause.js'
import { details, tableOf } from './column-details.js'
import { inheritedState, parentColumns } from './column-inheritance.js'
import { collationName, typeReference } from './fragments.js'
import {
  addNotNullColumnHazard,
  dropColumnHazard,
  identityColumnHazard,
  storedColumnHazard,
  volatileDefaultHazard,
} from './hazards.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'
import { alterNotNull, isGeneratedName, notNullComment } from './not-null.js'
import { identitySequence } from './sequence.js'
import { setPersistence } from './sequence-options.js'
import { typeIdOf, type TypeReference } from './types.js'

interface Row {
  relation: number
  number: number
  schema: string
  relation_name: string
  relation_kind: string
  name: string
  type: string
  reference: TypeReference | null
  not_null: boolean
  identity: string
  generated: string
  default_oid: number | null
  expression: string | null
  collation: string | null
  storage: string
  type_storage: string
  compression: string
  statistics: number | null
  options: string[] | null
  foreign_options: string[] | null
  acl: string[] | null
  inherited: boolean
  local: boolean
  nn_oid: number | null
  nn_name: string | null
  nn_no_inherit: boolean | null
  nn_valid: boolean | null
  nn_local: boolean | null
}

const relationKinds: Record<string, ColumnFacts['of']> = {
  r: 'table',
  p: 'table',
  f: 'foreign table',
  v: 'view',
  m: 'materialized view',
}
const storages: Record<string, Storage> = { p: 'plain', m: 'main', e: 'external', x: 'extended' }

export const columnReader = defineReader<Row>({
  name: 'columns',
  classes: [classes.pg_class],
  sql(context) {
    const named = context.version >= 180000
    return `SELECT a.attrelid AS relation, a.attnum AS number, n.nspname AS schema, c.relname AS relation_name,
      c.relkind AS relation_kind, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
      CASE WHEN a.atttypid >= 16384 THEN ${typeReference('t')} END AS reference,
      a.attnotnull AS not_null, a.attidentity AS identity, a.attgenerated AS generated,
      d.oid AS default_oid, pg_get_expr(d.adbin, d.adrelid) AS expression,
      CASE WHEN a.attcollation <> t.typcollation THEN ${collationName('a.attcollation')} END AS collation,
      a.attstorage AS storage, t.typstorage AS type_storage, a.attcompression AS compression,
      CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
      a.attoptions::text[] AS options, a.attfdwoptions::text[] AS foreign_options, a.attacl::text[] AS acl,
      a.attinhcount > 0 AS inherited, a.attislocal AS local,
      ${named ? 'nn.oid AS nn_oid, nn.conname AS nn_name, nn.connoinherit AS nn_no_inherit, nn.convalidated AS nn_valid, nn.conislocal AS nn_local' : 'NULL::oid AS nn_oid, NULL AS nn_name, NULL AS nn_no_inherit, NULL AS nn_valid, NULL AS nn_local'}
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    ${named ? "LEFT JOIN pg_catalog.pg_constraint nn ON nn.contype = 'n' AND nn.conrelid = a.attrelid AND nn.conkey[1] = a.attnum" : ''}
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't'
      AND ${context.inSchemas('c.relnamespace')} AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY a.attrelid, a.attnum`
  },
  read(row, sink) {
    // A relation that was left out (the member of an extension) has no columns for us either.
    const relation = sink.at(classes.pg_class, row.relation)
    if (!relation) return
    const of = relationKinds[row.relation_kind] ?? 'table'
    const isGenerated = row.generated !== ''
    const inner =
      row.not_null || row.nn_oid !== null
        ? notNullConstraint(row, sink.comment(classes.pg_constraint, row.nn_oid ?? 0))
        : undefined
    const identity = quoteQualified(row.schema, row.relation_name) + '.' + quoteIdentifier(row.name)
    const id = sink.add({
      kind: 'column',
      identity,
      schema: row.schema,
      name: row.name,
      parent: relation.id,
      acl: { items: row.acl, target: 'column', owner: relation.owner ?? sink.currentUser },
      facts: {
        type: row.type,
        ...typeIdOf(row.reference),
        notNull: row.not_null,
        ...(inner && { notNullConstraint: inner }),
        ...(row.nn_name !== null && { notNullName: row.nn_name, notNullLocal: row.nn_local ?? true }),
        ...(row.expression !== null && !isGenerated && { default: row.expression }),
        ...(row.expression !== null &&
          isGenerated && {
            generated: { mode: row.generated === 'v' ? 'virtual' : 'stored', expression: row.expression },
          }),
        ...(row.collation !== null && { collation: row.collation }),
        ...(row.storage !== row.type_storage && { storage: storages[row.storage] ?? 'extended' }),
        typeStorage: storages[row.type_storage] ?? 'plain',
        ...(row.compression !== '' && { compression: row.compression === 'l' ? 'lz4' : 'pglz' }),
        ...(row.statistics !== null && { statistics: Number(row.statistics) }),
        options: [...(row.options ?? [])].sort(),
        ...(row.foreign_options && { foreignOptions: [...row.foreign_options].sort() }),
        position: Number(row.number),
        inherited: row.inherited,
        local: row.local,
        of,
      },
      ignored: ['notNullName', 'notNullLocal', 'position', 'default', 'typeId', 'typeStorage', 'inherited', 'local'],
      classid: classes.pg_class,
      objid: row.relation,
      objsubid: row.number,
    })
    if (row.nn_oid !== null) sink.alias(classes.pg_constraint, row.nn_oid, 0, id)
    if (row.default_oid === null || row.expression === null) return
    if (isGenerated) sink.alias(classes.pg_attrdef, row.default_oid, 0, id)
    else
      sink.add({
        kind: 'default',
        identity,
        schema: row.schema,
        name: row.name,
        parent: id,
        facts: { expression: row.expression },
        classid: classes.pg_attrdef,
        objid: row.default_oid,
      })
  },
})

function notNullConstraint(row: Row, comment: string | undefined): ColumnFacts['notNullConstraint'] {
  if (row.nn_name === null) return undefined
  const named = !isGeneratedName(row.nn_name)
  if (!named && !row.nn_no_inherit && row.nn_valid !== false && comment === undefined) return undefined
  return {
    // COMMENT ON CONSTRAINT has to say the name.
    ...((named || comment !== undefined) && { name: row.nn_name }),
    noInherit: row.nn_no_inherit ?? false,
    notValid: row.nn_valid === false,
    ...(comment !== undefined && { comment }),
  }
}

type Column = CatalogObject<'column'>

export const columnKind: KindDefinition<'column'> = {
  kind: 'column',
  weight: 21,
  target: (column) => `COLUMN ${tableOf(column)}.${quoteIdentifier(column.name)}`,
  grantTarget: (column) => ({ on: `TABLE ${tableOf(column)}`, target: 'column', column: column.name }),
  inlines: (column) => column.facts.of === 'table' || column.facts.of === 'foreign table',
  // The sequence of an identity column is a relation of its own.
  slots: ({ facts: { identity } }) =>
    identity ? [`relation ${quoteQualified(identity.sequence.schema, identity.sequence.name)}`] : [],
  companion: identitySequence,
  create(column, context) {
    if (column.facts.of === 'view') return []
    if (column.facts.of === 'materialized view') return details(undefined, column, context)
    const table = context.to.objects.get(column.parent ?? '')
    if (!table) return []
    const implied = inheritedState(column, context) ?? typedState(column, table, context)
    if (implied) return adjustImplied(implied, column, context)
    const extras = [
      ...sequencePersistence(column, table, context),
      ...withoutParentsNotNull(column, context),
      ...lateNotNull(column, context),
      ...details(undefined, column, context),
    ]
    if (context.isInlined(column.id)) return extras
    const clause = columnClause(column, table, context)
    return [
      { sql: `ALTER TABLE ${tableOf(column)} ADD COLUMN ${clause ?? ''}`, hazards: addHazards(column, context) },
      ...extras,
    ]
  },
  alter: (from, to, context) => alterColumn(from, to, context),
  drop(column, context) {
    if (column.facts.of === 'view' || column.facts.of === 'materialized view') return []
    if (!column.facts.local && column.facts.inherited && isImpliedDrop(column, context)) return []
    // The column of a typed table goes with the attribute of its type.
    const table = context.from.objects.get(column.parent ?? '')
    if (table?.kind === 'table' && table.facts.ofType !== undefined && !context.isDropped(table.id)) return []
    return [
      {
        sql: `ALTER TABLE ${tableOf(column)} DROP COLUMN ${quoteIdentifier(column.name)}`,
        hazards: column.facts.generated ? [] : [dropColumnHazard(tableOf(column), column.name)],
        ...(!column.facts.generated && {
          destroys: {
            id: column.id,
            kind: 'column' as const,
            schema: column.schema ?? '',
            table: context.from.objects.get(column.parent ?? '')?.name ?? '',
            column: column.name,
          },
        }),
      },
    ]
  },
  rename: (from, name) =>
    `ALTER TABLE ${tableOf(from)} RENAME COLUMN ${quoteIdentifier(from.name)} TO ${quoteIdentifier(name)}`,
}

/** The sequence of an identity column is born as its table is. Before Postgres 15 all sequences are permanent. */
function sequencePersistence({ facts }: Column, table: AnyObject, context: PlanContext): Statement[] {
  const sequence = facts.identity?.sequence
  if (
    !sequence ||
    context.version < 150000 ||
    table.kind !== 'table' ||
    sequence.persistence === table.facts.persistence
  )
    return []
  return [setPersistence(sequence)]
}

/** Before Postgres 18 a parent's NOT NULL does not come down to tables that are there; a table made under the parent has it. */
function withoutParentsNotNull(column: Column, context: PlanContext): Statement[] {
  const { notNull, inherited, local } = column.facts
  if (context.version >= 180000 || notNull || !inherited || !local) return []
  const parents = parentColumns(column, context, 'to')
  if (!parents.some(({ column: above, link }) => above.facts.notNull && context.isInlined(link.id))) return []
  return [`ALTER TABLE ${tableOf(column)} ALTER COLUMN ${quoteIdentifier(column.name)} DROP NOT NULL`]
}

/** No column clause can say NOT VALID, nor a comment. */
function lateNotNull(column: Column, context: PlanContext): Statement[] {
  const { notNullConstraint, ...rest } = column.facts
  if (!notNullConstraint?.notValid) return notNullComment(undefined, column)
  const alter = `ALTER TABLE ${tableOf(column)} ALTER COLUMN ${quoteIdentifier(column.name)}`
  return alterNotNull({ ...rest, notNull: false }, column, alter, context)
}

/** ALTER TYPE … ADD ATTRIBUTE … CASCADE gives a typed table its new column. */
export function typedState(column: Column, table: AnyObject, context: PlanContext): ColumnFacts | undefined {
  if (table.kind !== 'table' || table.facts.ofType === undefined || context.isCreated(table.id)) return undefined
  const { default: _, identity: __, generated: ___, ...born } = column.facts
  return { ...born, notNull: false, options: [] }
}

/** What a parent's statement makes may differ in details from what this table wants. */
function adjustImplied(implied: ColumnFacts, column: Column, context: PlanContext): Statement[] {
  const alter = `ALTER TABLE ${tableOf(column)} ALTER COLUMN ${quoteIdentifier(column.name)}`
  const statements: Statement[] = [...alterNotNull(implied, column, alter, context)]
  if (implied.default !== undefined && column.facts.default === undefined) statements.push(`${alter} DROP DEFAULT`)
  return [...statements, ...details(implied, column, context)]
}

function isImpliedDrop(column: Column, context: PlanContext): boolean {
  return context
    .childrenIn(context.from, column.parent ?? '')
    .some(
      (child) =>
        child.kind === 'inheritance' &&
        !context.isDropped(child.id) &&
        context.isDropped(`column ${tableOf({ parent: child.facts.parent })}.${quoteIdentifier(column.name)}`),
    )
}

// The functions that make ADD COLUMN … DEFAULT write every row: volatile ones among the common, or any that a user made.
const volatileRE = /\b(?:nextval|random|gen_random_uuid|uuidv7|uuidv4|uuid_generate_v\w+|clock_timestamp|timeofday)\(/i

function addHazards(column: Column, context: PlanContext): ReturnType<typeof addNotNullColumnHazard>[] {
  const table = tableOf(column)
  if (column.parent !== undefined && context.isCreated(column.parent)) return []
  const { facts } = column
  const hazards = []
  if (facts.notNull && facts.default === undefined && !facts.identity && !facts.generated)
    hazards.push(addNotNullColumnHazard(table, column.name))
  if (facts.default !== undefined && volatileRE.test(facts.default))
    hazards.push(volatileDefaultHazard(table, column.name))
  if (facts.generated?.mode === 'stored') hazards.push(storedColumnHazard(table, column.name))
  if (facts.identity) hazards.push(identityColumnHazard(table, column.name))
  return hazards
}

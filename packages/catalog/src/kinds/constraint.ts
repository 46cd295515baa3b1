import { flattenConditions } from '../conditions.js'
import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { ConstraintFacts } from '../model/facts.js'
import type { CatalogObject, ObjectId } from '../model/object.js'
import type { Hazard } from '../model/plan.js'
import { tableOf } from './column-details.js'
import { checkOf, constraintClause, isInheritedCheck } from './constraint-clause.js'
import {
  addCheckHazard,
  addDomainCheckHazard,
  addExclusionHazard,
  addForeignKeyHazard,
  addPrimaryKeyHazard,
  addUniqueConstraintHazard,
  addUniqueHazard,
  dropConstraintHazards,
  primaryKeyOverNullableHazard,
  replacePrimaryKeyHazard,
  tableLockHazard,
} from './hazards.js'
import { bareTable, chooseName, suffixed } from './generated-names.js'
import type { Alteration, KindDefinition, PlanContext, Statement } from './kind.js'
import { attachPart, comesWithWhole, excludes, isMarked } from './parts.js'
import {
  addThenValidate,
  isOnline,
  isPartitioned,
  isPlainKey,
  keyFromIndex,
  replaceByValidated,
  replaceKey,
  standsAlone,
  validateAlone,
} from './online.js'
import { changedOptions } from './options.js'

interface Row {
  oid: number
  type: string
  name: string
  relation: number
  domain: number
  schema: string
  parent_name: string
  definition: string
  keys: number[] | null
  reference_schema: string | null
  reference_name: string | null
  reference_columns: string[] | null
  deferrable: boolean
  deferred: boolean
  validated: boolean
  enforced: boolean
  no_inherit: boolean
  inherited: boolean
  local: boolean
  part_of_schema: string | null
  part_of_table: string | null
  part_of_name: string | null
  /** An index of the parent table that is no constraint. */
  whole_schema: string | null
  whole_name: string | null
  index_oid: number | null
  index_options: string[] | null
  index_tablespace: string | null
  index_statistics: Record<string, number> | null
  index_nulls: boolean | null
  index_valid: boolean | null
}

const types: Record<string, ConstraintFacts['type']> = {
  p: 'primary key',
  u: 'unique',
  c: 'check',
  f: 'foreign key',
  x: 'exclude',
}

export const constraintReader = defineReader<Row>({
  name: 'constraints',
  classes: [classes.pg_class, classes.pg_type, classes.pg_constraint],
  // A foreign key that points to a partitioned table has a copy for each partition pointed to: those are the same constraint.
  sql: (
    context,
  ) => `SELECT con.oid, con.contype AS type, con.conname AS name, con.conrelid AS relation, con.contypid AS domain,
      n.nspname AS schema, COALESCE(c.relname, t.typname) AS parent_name, pg_get_constraintdef(con.oid) AS definition,
      con.conkey AS keys, fn.nspname AS reference_schema, f.relname AS reference_name,
      CASE WHEN con.confrelid <> 0 THEN ARRAY(SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY k(number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number ORDER BY k.place)
        END AS reference_columns,
      con.condeferrable AS deferrable, con.condeferred AS deferred, con.convalidated AS validated,
      ${context.version >= 180000 ? 'con.conenforced' : 'true'} AS enforced, con.connoinherit AS no_inherit,
      con.coninhcount > 0 AS inherited, con.conislocal AS local,
      ppn.nspname AS part_of_schema, pp.relname AS part_of_table, p.conname AS part_of_name,
      wn.nspname AS whole_schema, w.relname AS whole_name,
      ic.oid AS index_oid, ic.reloptions::text[] AS index_options, ts.spcname AS index_tablespace,
      CASE WHEN ic.oid IS NOT NULL THEN (SELECT json_object_agg(a.attnum, a.attstattarget) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = ic.oid AND a.attstattarget >= 0) END AS index_statistics,
      ${context.version >= 150000 ? 'i.indnullsnotdistinct' : 'false'} AS index_nulls, i.indisvalid AS index_valid
    FROM pg_catalog.pg_constraint con
    LEFT JOIN pg_catalog.pg_class c ON c.oid = con.conrelid
    LEFT JOIN pg_catalog.pg_type t ON t.oid = con.contypid
    JOIN pg_catalog.pg_namespace n ON n.oid = COALESCE(c.relnamespace, t.typnamespace)
    LEFT JOIN pg_catalog.pg_class f ON f.oid = con.confrelid LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
    LEFT JOIN pg_catalog.pg_constraint p ON p.oid = con.conparentid
    LEFT JOIN pg_catalog.pg_class pp ON pp.oid = p.conrelid LEFT JOIN pg_catalog.pg_namespace ppn ON ppn.oid = pp.relnamespace
    LEFT JOIN pg_catalog.pg_class ic ON ic.oid = con.conindid AND con.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = ic.oid
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = ic.reltablespace
    LEFT JOIN pg_catalog.pg_inherits wi ON wi.inhrelid = ic.oid AND p.oid IS NULL
    LEFT JOIN pg_catalog.pg_class w ON w.oid = wi.inhparent LEFT JOIN pg_catalog.pg_namespace wn ON wn.oid = w.relnamespace
    WHERE con.contype IN ('p', 'u', 'c', 'f', 'x') AND (p.oid IS NULL OR p.conrelid <> con.conrelid)
      AND COALESCE(c.relpersistence, 'p') <> 't' AND ${context.inSchemas('n.oid')}
      AND ${context.inScope([classes.pg_class, 'con.conrelid'], [classes.pg_type, 'con.contypid'], [classes.pg_constraint, 'con.oid'])}
    ORDER BY con.conrelid, con.contypid, con.contype = 'f', con.oid`,
  read(row, sink) {
    const parentName = quoteQualified(row.schema, row.parent_name)
    // Through JSON an oid is a text, and '0' is not false.
    const isDomain = Number(row.domain) !== 0
    const relation = isDomain ? sink.at(classes.pg_type, row.domain) : sink.at(classes.pg_class, row.relation)
    if (!relation) return
    const hasIndex = row.index_oid !== null
    const indexComment = hasIndex ? sink.comment(classes.pg_class, row.index_oid ?? 0) : undefined
    const id = sink.add({
      kind: 'constraint',
      identity: `${parentName}.${quoteIdentifier(row.name)}`,
      schema: row.schema,
      name: row.name,
      parent: relation.id,
      facts: {
        type: types[row.type] ?? 'check',
        definition: row.definition,
        columns: isDomain
          ? []
          : (row.keys ?? []).flatMap((number) => sink.at(classes.pg_class, row.relation, number)?.name ?? []),
        ...(row.reference_name !== null && {
          references: {
            table: `table ${quoteQualified(row.reference_schema ?? undefined, row.reference_name)}`,
            columns: row.reference_columns ?? [],
          },
        }),
        deferrable: row.deferrable,
        deferred: row.deferred,
        validated: row.validated,
        enforced: row.enforced,
        // Keys have the mark, too, where it says nothing.
        noInherit: row.type === 'c' && row.no_inherit,
        inherited: row.inherited,
        local: row.local,
        ...(row.part_of_name !== null &&
          row.part_of_table !== null && {
            partOf: `constraint ${quoteQualified(row.part_of_schema ?? undefined, row.part_of_table)}.${quoteIdentifier(row.part_of_name)}`,
          }),
        ...(row.whole_name !== null && {
          partOf: `index ${quoteQualified(row.whole_schema ?? undefined, row.whole_name)}`,
        }),
        ...(hasIndex && {
          index: {
            name: row.name,
            options: [...(row.index_options ?? [])].sort(),
            ...(row.index_tablespace !== null && { tablespace: row.index_tablespace }),
            statistics: row.index_statistics ?? {},
            ...(indexComment !== undefined && { comment: indexComment }),
            nullsNotDistinct: row.index_nulls ?? false,
            ...(row.index_valid === false && { incomplete: true as const }),
          },
        }),
        of: isDomain ? 'domain' : relation.kind === 'foreign table' ? 'foreign table' : 'table',
      },
      ignored: ['columns', 'references', 'inherited', 'local', 'partOf'],
      classid: classes.pg_constraint,
      objid: row.oid,
    })
    if (row.index_oid !== null) sink.alias(classes.pg_class, row.index_oid, 0, id)
  },
})

type Constraint = CatalogObject<'constraint'>

const alterParent = (constraint: Constraint): string =>
  `ALTER ${constraint.facts.of === 'domain' ? 'DOMAIN' : 'TABLE'} ${tableOf(constraint)}`

export const constraintKind: KindDefinition<'constraint'> = {
  kind: 'constraint',
  weight: 30,
  target: (constraint) =>
    `CONSTRAINT ${quoteIdentifier(constraint.name)} ON ${constraint.facts.of === 'domain' ? 'DOMAIN ' : ''}${tableOf(constraint)}`,
  slots: (constraint) => [
    `constraint ${constraint.parent}.${constraint.name}`,
    ...(constraint.facts.type === 'primary key' ? [`primary key of ${constraint.parent}`] : []),
    ...(constraint.facts.index ? [`relation ${quoteQualified(constraint.schema, constraint.name)}`] : []),
  ],
  inlines(constraint, parent) {
    const { facts } = constraint
    // CREATE TABLE would take NOT VALID for valid, the table being empty.
    if (!facts.validated && facts.enforced) return false
    if (facts.index?.incomplete) return false
    return parent.kind === 'table' || parent.kind === 'foreign table' || parent.kind === 'domain'
  },
  create(constraint, context) {
    const extras = indexDetails(constraint, undefined)
    if (context.isInlined(constraint.id)) return extras
    if (comesWithWhole(constraint, context)) return [...nameGivenPart(constraint), ...extras]
    const clause = constraintClause(constraint, context)
    if (clause === undefined) return extras
    const online = isOnline(constraint.parent, context) ? createOnline(constraint, context) : undefined
    if (online) return [...online, ...extras]
    const only = constraint.facts.index?.incomplete
      ? `ALTER TABLE ONLY ${tableOf(constraint)}`
      : alterParent(constraint)
    return [{ sql: `${only} ADD ${clause}`, hazards: addHazards(constraint, context) }, ...extras]
  },
  late: (constraint, from, context) => attachPart(constraint, from, context),
  alter(from, to, context) {
    const a = from.facts
    const b = to.facts
    if (a.index?.incomplete !== b.index?.incomplete) return 'recreate'
    const remake = (): Alteration | 'recreate' => {
      const statements = replaceOnline(from, to, context)
      // Foreign keys to a key, and views that group by it, go with the old one.
      return statements ? { statements, disturbs: () => true } : 'recreate'
    }
    const statements: Statement[] = []
    const withoutState = (facts: ConstraintFacts): string =>
      flattenConditions(facts.definition).replace(/( DEFERRABLE| INITIALLY DEFERRED| NOT VALID| NOT ENFORCED)+$/, '')
    if (a.type !== b.type || withoutState(a) !== withoutState(b) || a.noInherit !== b.noInherit) return remake()
    const deferralChanges = a.deferrable !== b.deferrable || a.deferred !== b.deferred
    // Only foreign keys can be altered in this way, and until Postgres 18 not in whether they are enforced.
    if ((deferralChanges || a.enforced !== b.enforced) && a.type !== 'foreign key') return remake()
    if (a.validated && !b.validated && b.enforced) return 'recreate'
    const alter = `${alterParent(to)} ALTER CONSTRAINT ${quoteIdentifier(to.name)}`
    if (deferralChanges)
      statements.push(
        `${alter} ${b.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'}${b.deferred ? ' INITIALLY DEFERRED' : ''}`,
      )
    if (a.enforced !== b.enforced) statements.push(`${alter} ${b.enforced ? 'ENFORCED' : 'NOT ENFORCED'}`)
    else if (!a.validated && b.validated)
      statements.push(
        isOnline(to.parent, context)
          ? validateAlone(tableOf(to), to.name)
          : { sql: `${alterParent(to)} VALIDATE CONSTRAINT ${quoteIdentifier(to.name)}`, hazards: [] },
      )
    if (isInheritedCheck(to, context)) return { statements: [] }
    return { statements: [...statements, ...indexDetails(to, from)] }
  },
  drop(constraint, context) {
    if (isImpliedDrop(constraint, context)) return []
    return [
      {
        sql: `${alterParent(constraint)} DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`,
        hazards: context.isCreated(constraint.id) ? [] : dropConstraintHazards(constraint),
      },
    ]
  },
  rename: (from, name) =>
    `${alterParent(from)} RENAME CONSTRAINT ${quoteIdentifier(from.name)} TO ${quoteIdentifier(name)}`,
}

/** ChooseIndexName() in indexcmds.c gives the part a name, and nothing else can. */
function nameGivenPart(constraint: Constraint): Statement[] {
  if (!excludes(constraint)) return []
  const { type, columns } = constraint.facts
  const table = bareTable(constraint)
  const given =
    type === 'primary key'
      ? suffixed(table, '_pkey')
      : chooseName(table, columns.join('_'), type === 'unique' ? 'key' : 'excl')
  return given === constraint.name
    ? []
    : [`${alterParent(constraint)} RENAME CONSTRAINT ${quoteIdentifier(given)} TO ${quoteIdentifier(constraint.name)}`]
}

function createOnline(constraint: Constraint, context: PlanContext): Statement[] | undefined {
  const { type, validated, partOf } = constraint.facts
  const isWhole = isPartitioned(constraint.parent, context)
  switch (type) {
    case 'check':
      return validated ? addThenValidate(constraint) : undefined
    case 'foreign key':
      // Until Postgres 18 a partitioned table has no foreign key that is not valid.
      if (!validated || partOf !== undefined || (isWhole && context.version < 180000)) return undefined
      return addThenValidate(constraint)
    case 'primary key':
    case 'unique':
      // The key of a partitioned table takes up those of its partitions, which were made before.
      return !isWhole && isPlainKey(constraint) ? keyFromIndex(constraint) : undefined
    case 'exclude':
    case 'trigger':
      return undefined
  }
}

/** With the new one there before the old one goes. Undefined where that cannot be done, or where nobody minds. */
function replaceOnline(from: Constraint, to: Constraint, context: PlanContext): Statement[] | undefined {
  const { parent, facts } = to
  if (!isOnline(parent, context) || from.facts.type !== facts.type) return undefined
  if (!standsAlone(parent, context) || isMarked(to, context)) return undefined
  switch (facts.type) {
    case 'foreign key':
      // The new one could hold on to a key that is to go.
      if (losesKey(facts.references?.table, context)) return undefined
      return facts.validated ? replaceByValidated(to, context) : undefined
    case 'check':
      return facts.validated ? replaceByValidated(to, context) : undefined
    case 'primary key':
    case 'unique':
      return isPlainKey(to) ? [...replaceKey(to, context), ...indexDetails(to, undefined)] : undefined
    case 'exclude':
    case 'trigger':
      return undefined
  }
}

function losesKey(table: ObjectId | undefined, context: PlanContext): boolean {
  return context
    .childrenIn(context.from, table ?? '')
    .some((child) => (child.kind === 'constraint' || child.kind === 'index') && context.isDropped(child.id))
}

/** A part of a parent table's constraint goes with that, and cannot go alone. */
function isImpliedDrop(constraint: Constraint, context: PlanContext): boolean {
  const { facts } = constraint
  if (facts.partOf !== undefined)
    return context.isDropped(facts.partOf) && (facts.type === 'foreign key' || !isDetached(constraint, context))
  if (facts.type !== 'check' || !facts.inherited || facts.local) return false
  return context
    .childrenIn(context.from, constraint.parent ?? '')
    .some(
      (link) =>
        link.kind === 'inheritance' &&
        !context.isDropped(link.id) &&
        context.isDropped(checkOf(link.facts.parent, constraint.name)),
    )
}

function isDetached(constraint: Constraint, context: PlanContext): boolean {
  return context
    .childrenIn(context.from, constraint.parent ?? '')
    .some((link) => link.kind === 'inheritance' && context.isDropped(link.id))
}

/** Options and the like of the index behind the constraint, which the constraint's clause does not carry. */
function indexDetails(to: Constraint, from: Constraint | undefined): Statement[] {
  const a = from?.facts.index
  const b = to.facts.index
  if (!b) return []
  const index = quoteQualified(to.schema, to.name)
  const statements: Statement[] = changedOptions(a?.options ?? [], b.options).map(
    (change) => `ALTER INDEX ${index} ${change}`,
  )
  if (a?.tablespace !== b.tablespace)
    statements.push(`ALTER INDEX ${index} SET TABLESPACE ${quoteIdentifier(b.tablespace ?? 'pg_default')}`)
  for (const number of new Set([...Object.keys(a?.statistics ?? {}), ...Object.keys(b.statistics)]))
    if (a?.statistics[number] !== b.statistics[number])
      statements.push(`ALTER INDEX ${index} ALTER COLUMN ${number} SET STATISTICS ${b.statistics[number] ?? -1}`)
  if (a?.comment !== b.comment)
    statements.push(
      `COMMENT ON INDEX ${index} IS ${b.comment === undefined ? 'NULL' : `'${b.comment.replaceAll("'", "''")}'`}`,
    )
  return statements
}

/** A key of a partitioned table, for which those of the partitions were built before it, one by one. */
function takesUpParts(constraint: Constraint, context: PlanContext): boolean {
  return isOnline(constraint.parent, context) && isPartitioned(constraint.parent, context) && isPlainKey(constraint)
}

const takesUpPartsHazard = (table: string, name: string): Hazard =>
  tableLockHazard(table, 'ACCESS EXCLUSIVE', `${name} takes up the keys of the partitions, under a short lock`)

/** Another primary key goes. */
function replaces({ parent }: Constraint, context: PlanContext): boolean {
  return context
    .childrenIn(context.from, parent ?? '')
    .some((child) => child.kind === 'constraint' && child.facts.type === 'primary key')
}

function addHazards(constraint: Constraint, context: PlanContext): Hazard[] {
  if (constraint.parent !== undefined && context.isCreated(constraint.parent)) return []
  const { facts } = constraint
  const table = tableOf(constraint)
  switch (facts.type) {
    case 'primary key': {
      const nullable = facts.columns.some((name) => {
        const column = context.from.objects.get(`column ${table}.${quoteIdentifier(name)}`)
        return column?.kind === 'column' && !column.facts.notNull
      })
      if (takesUpParts(constraint, context)) return [takesUpPartsHazard(table, constraint.name)]
      if (context.isDropped(constraint.id) || replaces(constraint, context)) return [replacePrimaryKeyHazard(table)]
      return [addPrimaryKeyHazard(table), ...(nullable ? [primaryKeyOverNullableHazard(table)] : [])]
    }
    case 'exclude':
      return [addUniqueHazard(table, constraint.name), addExclusionHazard(table, constraint.name)]
    case 'unique':
      if (takesUpParts(constraint, context)) return [takesUpPartsHazard(table, constraint.name)]
      return [addUniqueHazard(table, constraint.name), addUniqueConstraintHazard(table, constraint.name)]
    case 'check':
      if (!facts.validated) return []
      if (facts.of !== 'domain') return [addCheckHazard(table, constraint.name)]
      return context.isStored(constraint.parent ?? '') ? [addDomainCheckHazard(table, constraint.name)] : []
    case 'foreign key': {
      const other = (facts.references?.table ?? '').replace(/^table /, '') as ObjectId
      return facts.validated ? [addForeignKeyHazard(table, other, constraint.name)] : []
    }
    case 'trigger':
      return []
  }
}

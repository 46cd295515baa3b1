import { flattenConditions } from '../conditions.js'
import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { IndexFacts } from '../model/facts.js'
import type { CatalogObject, ObjectId } from '../model/object.js'
import type { Hazard } from '../model/plan.js'
import { tableOf } from './column-details.js'
import {
  addUniqueHazard,
  becomesUniqueHazard,
  concurrentlyHazard,
  createIndexHazard,
  dropIndexHazard,
  partitionedIndexHazard,
  tableLockHazard,
} from './hazards.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'
import { nameOf } from './named.js'
import { isOnline, isPartitioned, repairIndex, replaceIndex } from './online.js'
import { attachPart, isMarked } from './parts.js'
import { changedOptions } from './options.js'

interface Row {
  oid: number
  relation: number
  schema: string
  name: string
  table_name: string
  definition: string
  unique: boolean
  method: string
  columns: (string | null)[]
  predicate: string | null
  valid: boolean
  statistics: Record<string, number> | null
  options: string[] | null
  tablespace: string | null
  partition_schema: string | null
  partition_name: string | null
  partition_constraint: string | null
  partition_table: string | null
}

export const indexReader = defineReader<Row>({
  name: 'indexes',
  classes: [classes.pg_class],
  // Indexes behind constraints are facts of the constraint. Those are looked for by their table, since no index of Postgres's leads
  // from an index to its constraint.
  sql: (
    context,
  ) => `SELECT c.oid, i.indrelid AS relation, n.nspname AS schema, c.relname AS name, t.relname AS table_name,
      pg_get_indexdef(c.oid) AS definition, i.indisunique AS unique, am.amname AS method,
      ARRAY(SELECT (SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = NULLIF(k.number, 0))
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place) ORDER BY k.place) AS columns,
      pg_get_expr(i.indpred, i.indrelid) AS predicate, i.indisvalid AS valid,
      (SELECT json_object_agg(a.attnum, a.attstattarget) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attstattarget >= 0) AS statistics,
      c.reloptions::text[] AS options, ts.spcname AS tablespace,
      pn.nspname AS partition_schema, pc.relname AS partition_name, pcon.conname AS partition_constraint, pt.relname AS partition_table
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_am am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
    LEFT JOIN pg_catalog.pg_constraint con ON con.conrelid = i.indrelid AND con.conindid = c.oid AND con.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_catalog.pg_inherits inh ON inh.inhrelid = c.oid
    LEFT JOIN pg_catalog.pg_class pc ON pc.oid = inh.inhparent LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
    LEFT JOIN pg_catalog.pg_index pi ON pi.indexrelid = pc.oid LEFT JOIN pg_catalog.pg_class pt ON pt.oid = pi.indrelid
    LEFT JOIN pg_catalog.pg_constraint pcon ON pcon.conrelid = pi.indrelid AND pcon.conindid = pc.oid AND pcon.contype IN ('p', 'u', 'x')
    WHERE con.oid IS NULL AND t.relkind IN ('r', 'p', 'm') AND t.relpersistence <> 't'
      AND ${context.inSchemas('t.relnamespace')}
      AND ${context.inScope([classes.pg_class, 'i.indrelid'], [classes.pg_class, 'i.indexrelid'])}
    ORDER BY i.indrelid, c.oid`,
  read(row, sink) {
    const table = sink.at(classes.pg_class, row.relation)
    // With only the index in the scope its table is not read; the id of the table is all that is needed.
    const parent = table?.id ?? `table ${quoteQualified(row.schema, row.table_name)}`
    const partitionOf = partitionOf_(row)
    sink.add({
      kind: 'index',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      parent,
      facts: {
        definition: row.definition,
        unique: row.unique,
        method: row.method,
        columns: row.columns,
        ...(row.predicate !== null && { predicate: row.predicate }),
        valid: row.valid,
        statistics: row.statistics ?? {},
        options: [...(row.options ?? [])].sort(),
        ...(row.tablespace !== null && { tablespace: row.tablespace }),
        ...(partitionOf !== undefined && { partitionOf }),
      },
      compared: comparedFacts,
      classid: classes.pg_class,
      objid: row.oid,
    })
  },
})

/** Storage parameters are compared as a list, since their order in the definition says nothing. */
function comparedFacts(facts: IndexFacts): Record<string, unknown> {
  const { columns: _, partitionOf: __, ...rest } = facts
  return { ...rest, definition: withoutOptions(facts) }
}

function partitionOf_(row: Row): ObjectId | undefined {
  if (row.partition_name === null) return undefined
  const schema = row.partition_schema ?? undefined
  return row.partition_constraint === null
    ? `index ${quoteQualified(schema, row.partition_name)}`
    : `constraint ${quoteQualified(schema, row.partition_table ?? '')}.${quoteIdentifier(row.partition_constraint)}`
}

type Index = CatalogObject<'index'>

export const indexKind: KindDefinition<'index'> = {
  kind: 'index',
  weight: 32,
  target: (index) => `INDEX ${nameOf(index)}`,
  slots: (index) => [`relation ${nameOf(index)}`],
  create(index, context) {
    const concurrently = isConcurrent(index, context)
    return [
      {
        sql: createIndex(index, concurrently),
        hazards: createHazards(index, context, concurrently),
        ...(concurrently && { transactional: false }),
      },
      ...columnStatistics(index, undefined),
    ]
  },
  late: (index, from, context) => attachPart(index, from, context),
  alter(from, to, context) {
    const a = from.facts
    const b = to.facts
    const isInUse = isOnline(to.parent, context) && !isPartitioned(to.parent, context)
    if (withoutOptions(a) !== withoutOptions(b)) {
      const swaps = isInUse && a.partitionOf === undefined && b.partitionOf === undefined && !isMarked(to, context)
      return swaps
        ? { statements: [...replaceIndex(to, createIndex(to, true), context), ...columnStatistics(to, undefined)] }
        : 'recreate'
    }
    if (!a.valid && b.valid && !isInUse) return 'recreate'
    const name = nameOf(to)
    const statements: Statement[] = !a.valid && b.valid ? repairIndex(to) : []
    const options = changedOptions(a.options, b.options).map((change) => `ALTER INDEX ${name} ${change}`)
    statements.push(...options)
    if (a.tablespace !== b.tablespace)
      statements.push(`ALTER INDEX ${name} SET TABLESPACE ${quoteIdentifier(b.tablespace ?? 'pg_default')}`)
    statements.push(...columnStatistics(to, from))
    return { statements }
  },
  drop(index, context) {
    const { partitionOf } = index.facts
    // A part of a parent's index goes with that, and cannot go alone.
    if (partitionOf !== undefined && context.isDropped(partitionOf) && !isDetached(index, context)) return []
    const concurrently = isConcurrent(index, context)
    return [
      {
        sql: `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${nameOf(index)}`,
        hazards: concurrently ? [concurrentlyHazard(nameOf(index))] : [dropIndexHazard(tableOf(index), index.name)],
        ...(concurrently && { transactional: false }),
      },
    ]
  },
  rename: (from, name) => `ALTER INDEX ${nameOf(from)} RENAME TO ${quoteIdentifier(name)}`,
}

function createIndex(index: Index, concurrently: boolean): string {
  const { facts } = index
  // `ON ONLY` is how an index of a partitioned table is printed; without it the indexes of the partitions, which are there already,
  // are attached, and missing ones are made. One that is not valid is one whose partitions have no part of it yet, and stays so.
  let sql = facts.valid ? facts.definition.replace(/^(CREATE (?:UNIQUE )?INDEX .*? ON )ONLY /, '$1') : facts.definition
  if (facts.tablespace !== undefined) sql = withTablespace(sql, facts.tablespace, facts.predicate)
  return concurrently ? sql.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ') : sql
}

function isDetached(index: Index, context: PlanContext): boolean {
  return context
    .childrenIn(context.from, index.parent ?? '')
    .some((link) => link.kind === 'inheritance' && context.isDropped(link.id))
}

/** Not on a partitioned table, where Postgres has no such thing, nor on a table of the same plan, which nobody else sees yet. */
function isConcurrent(index: Index, context: PlanContext): boolean {
  if (context.strategy !== 'online' || index.parent === undefined) return false
  if (context.isCreated(index.parent) || context.isDropped(index.parent)) return false
  return !isPartitioned(index.parent, context)
}

function createHazards(index: Index, context: PlanContext, concurrently: boolean): Hazard[] {
  if (index.parent !== undefined && context.isCreated(index.parent)) return []
  const table = tableOf(index)
  const hazards: Hazard[] = []
  if (concurrently) hazards.push(concurrentlyHazard(nameOf(index)))
  else if (!isPartitioned(index.parent, context)) hazards.push(createIndexHazard(table, index.name))
  else if (context.strategy === 'online')
    hazards.push(
      tableLockHazard(table, 'SHARE', 'CREATE INDEX takes up the indexes of the partitions, under a short lock'),
    )
  else hazards.push(partitionedIndexHazard(table, index.name))
  const before = context.from.objects.get(index.id)
  if (index.facts.unique)
    hazards.push(
      before?.kind === 'index' && !before.facts.unique
        ? becomesUniqueHazard(table, index.name)
        : addUniqueHazard(table, index.name),
    )
  return hazards
}

function columnStatistics(to: Index, from: Index | undefined): Statement[] {
  const a = from?.facts.statistics ?? {}
  const b = to.facts.statistics
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((number) => a[number] !== b[number])
    .map((number) => `ALTER INDEX ${nameOf(to)} ALTER COLUMN ${number} SET STATISTICS ${b[number] ?? -1}`)
}

const withoutOptions = (facts: IndexFacts): string =>
  flattenConditions(facts.definition).replace(/ WITH \([^()]*\)(?= WHERE |$)/, '')

function withTablespace(sql: string, tablespace: string, predicate: string | undefined): string {
  const where = predicate === undefined ? -1 : sql.lastIndexOf(' WHERE ')
  const clause = ` TABLESPACE ${quoteIdentifier(tablespace)}`
  return where < 0 ? sql + clause : sql.slice(0, where) + clause + sql.slice(where)
}

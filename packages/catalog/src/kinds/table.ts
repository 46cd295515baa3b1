import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { ColumnFacts, TableFacts } from '../model/facts.js'
import type { CatalogObject, ObjectId } from '../model/object.js'
import { columnClause } from './column-clause.js'
import { constraintClause } from './constraint-clause.js'
import {
  authorizationHazard,
  autovacuumOffHazard,
  dropTableHazard,
  replicaIdentityHazard,
  setAccessMethodHazard,
  setLoggedHazard,
  tableLockHazard,
} from './hazards.js'
import type { KindDefinition, LateStatement, PlanContext, Statement } from './kind.js'
import { namedRelation, nameOf } from './named.js'
import { changedOptions, optionList } from './options.js'

interface Row {
  oid: number
  type_oid: number
  schema: string
  name: string
  persistence: string
  options: string[] | null
  toast_options: string[] | null
  access_method: string | null
  tablespace: string | null
  replica_identity: string
  identity_index: string | null
  cluster_on: string | null
  of_type: string | null
  partition_key: string | null
  row_security: boolean
  force_row_security: boolean
  owner: string
  acl: string[] | null
}

const replicaModes: Record<string, 'default' | 'full' | 'nothing'> = { d: 'default', f: 'full', n: 'nothing' }

export const tableReader = defineReader<Row>({
  name: 'tables',
  classes: [classes.pg_class],
  sql: (
    context,
  ) => `SELECT c.oid, c.reltype AS type_oid, n.nspname AS schema, c.relname AS name, c.relpersistence AS persistence,
      c.reloptions::text[] AS options, tc.reloptions::text[] AS toast_options,
      NULLIF(am.amname, current_setting('default_table_access_method')) AS access_method, ts.spcname AS tablespace,
      c.relreplident AS replica_identity,
      CASE WHEN c.relreplident = 'i' THEN (SELECT ic.relname FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident) END AS identity_index,
      (SELECT ic.relname FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisclustered) AS cluster_on,
      CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
      CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
      c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
      pg_get_userbyid(c.relowner) AS owner, c.relacl::text[] AS acl
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_class tc ON tc.oid = c.reltoastrelid
    LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${context.inSchemas('c.relnamespace')}
      AND ${context.notMember(classes.pg_class, 'c.oid')} AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY c.oid`,
  read(row, sink) {
    const options = [...(row.options ?? []), ...(row.toast_options ?? []).map((option) => `toast.${option}`)].sort()
    const id = sink.add({
      kind: 'table',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'table' },
      facts: {
        persistence: row.persistence === 'u' ? 'unlogged' : 'permanent',
        options,
        ...(row.access_method !== null && { accessMethod: row.access_method }),
        ...(row.tablespace !== null && { tablespace: row.tablespace }),
        replicaIdentity:
          row.identity_index !== null
            ? { mode: 'index', index: row.identity_index }
            : { mode: replicaModes[row.replica_identity] ?? 'nothing' },
        inherits: [],
        ...(row.of_type !== null && { ofType: row.of_type }),
        ...(row.partition_key !== null && { partitionKey: row.partition_key }),
        rowSecurity: row.row_security,
        forceRowSecurity: row.force_row_security,
        ...(row.cluster_on !== null && { clusterOn: row.cluster_on }),
      },
      ignored: ['inherits', 'partitionOf'],
      classid: classes.pg_class,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.type_oid, 0, id)
  },
})

type Table = CatalogObject<'table'>

export const tableKind: KindDefinition<'table'> = {
  kind: 'table',
  weight: 20,
  ...namedRelation('TABLE'),
  create(table, context) {
    return [createTable(table, context), ...rowSecurity(undefined, table.facts, nameOf(table))]
  },
  late(to, from, context) {
    return lateStatements(to, from?.facts, context)
  },
  alter(from, to, context) {
    const a = from.facts
    const b = to.facts
    const name = nameOf(to)
    if ((a.partitionKey ?? '') !== (b.partitionKey ?? '')) return 'recreate'
    // OF wants the columns of the type in the order of the type, and no statement moves a column.
    if (b.ofType !== undefined && a.ofType !== b.ofType && !sameColumns(from, to, context)) return 'recreate'
    const statements: Statement[] = []
    if ((a.ofType ?? '') !== (b.ofType ?? ''))
      statements.push(`ALTER TABLE ${name} ${b.ofType === undefined ? 'NOT OF' : `OF ${b.ofType}`}`)
    if (a.persistence !== b.persistence)
      statements.push({
        sql: `ALTER TABLE ${name} SET ${b.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`,
        hazards: [setLoggedHazard(name, b.persistence === 'permanent')],
      })
    if (a.accessMethod !== b.accessMethod) {
      // SET ACCESS METHOD came with Postgres 15, and DEFAULT with 17, where partitioned tables may have one, too.
      if (context.version < 150000) return 'recreate'
      const method =
        b.accessMethod === undefined ? (b.partitionKey ? 'DEFAULT' : 'heap') : quoteIdentifier(b.accessMethod)
      statements.push({
        sql: `ALTER TABLE ${name} SET ACCESS METHOD ${method}`,
        hazards: [setAccessMethodHazard(name)],
      })
    }
    if (a.tablespace !== b.tablespace)
      statements.push({
        sql: `ALTER TABLE ${name} SET TABLESPACE ${quoteIdentifier(b.tablespace ?? 'pg_default')}`,
        hazards: [tableLockHazard(name, 'ACCESS EXCLUSIVE', 'SET TABLESPACE copies all rows')],
      })
    for (const change of changedOptions(a.options.filter(isOwnOption), b.options.filter(isOwnOption)))
      statements.push({
        sql: `ALTER TABLE ${name} ${change}`,
        hazards: /\bautovacuum_enabled=(?:'?)(?:false|off|0|no)\b/i.test(change) ? [autovacuumOffHazard(name)] : [],
      })
    statements.push(...rowSecurity(a, b, name))
    return { statements }
  },
  drop(table) {
    const name = nameOf(table)
    return [
      {
        sql: `DROP TABLE ${name}`,
        // A partitioned table holds no rows of its own, and its partitions are steps of their own.
        hazards: [dropTableHazard(name)],
        ...(table.facts.partitionKey === undefined && {
          destroys: { id: table.id, kind: 'table' as const, schema: table.schema ?? '', table: table.name },
        }),
      },
    ]
  },
}

const isToastOption = (option: string): boolean => option.startsWith('toast.')
const isOwnOption = (option: string): boolean => !isToastOption(option)

function sameColumns(from: Table, to: Table, context: PlanContext): boolean {
  const columns = (side: 'from' | 'to'): string =>
    JSON.stringify(
      context
        .childrenIn(context[side], side === 'from' ? from.id : to.id)
        .flatMap((child) => (child.kind === 'column' ? [[child.name, child.facts.type]] : [])),
    )
  return columns('from') === columns('to')
}

function createTable(table: Table, context: PlanContext): string {
  const { facts } = table
  const children = context.childrenIn(context.to, table.id)
  const partition = children.find((child) => child.kind === 'inheritance' && context.isInlined(child.id))
  const partitionFacts =
    partition?.kind === 'inheritance' && partition.facts.bound !== undefined ? partition.facts : undefined
  const clauses: string[] = []
  for (const child of children) {
    if (!context.isInlined(child.id)) continue
    if (child.kind === 'column') {
      const clause = columnClause(child, table, context)
      if (clause !== undefined) clauses.push(clause)
    } else if (child.kind === 'constraint') {
      const clause = constraintClause(child, context)
      if (clause !== undefined) clauses.push(clause)
    }
  }
  const parents = children.flatMap((child) =>
    child.kind === 'inheritance' && child.facts.bound === undefined && context.isInlined(child.id)
      ? [child.facts.parent.replace(/^(?:foreign )?table /, '')]
      : [],
  )
  const unlogged = facts.persistence === 'unlogged' ? 'UNLOGGED ' : ''
  const body = clauses.length > 0 ? `(\n  ${clauses.join(',\n  ')}\n)` : ''
  let sql = `CREATE ${unlogged}TABLE ${nameOf(table)} `
  if (partitionFacts)
    sql += `PARTITION OF ${partitionFacts.parent.replace(/^table /, '')}${body && ` ${body}`} ${partitionFacts.bound}`
  else if (facts.ofType !== undefined) sql += `OF ${facts.ofType}${body && ` ${body}`}`
  else sql += body || '()'
  if (parents.length > 0) sql += `\nINHERITS (${parents.join(', ')})`
  if (facts.partitionKey !== undefined) sql += `\nPARTITION BY ${facts.partitionKey}`
  const accessMethod = facts.accessMethod ?? (partitionFacts && besideParent(partitionFacts.parent, context))
  if (accessMethod !== undefined) sql += `\nUSING ${quoteIdentifier(accessMethod)}`
  if (facts.options.length > 0) sql += `\nWITH (${optionList(facts.options)})`
  if (facts.tablespace !== undefined) sql += `\nTABLESPACE ${quoteIdentifier(facts.tablespace)}`
  return sql
}

/** A partition is given the access method of its table, also where it is to have the usual one. */
function besideParent(parent: ObjectId, context: PlanContext): string | undefined {
  const table = context.to.objects.get(parent)
  return table?.kind === 'table' && table.facts.accessMethod !== undefined ? 'heap' : undefined
}

function rowSecurity(from: TableFacts | undefined, to: TableFacts, name: string): Statement[] {
  const statements: Statement[] = []
  if ((from?.rowSecurity ?? false) !== to.rowSecurity)
    statements.push({
      sql: `ALTER TABLE ${name} ${to.rowSecurity ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`,
      hazards: from
        ? [
            authorizationHazard(
              to.rowSecurity
                ? `Rows of ${name} that no policy shows are hidden from now on.`
                : `The policies of ${name} no longer hide anything.`,
            ),
          ]
        : [],
    })
  if ((from?.forceRowSecurity ?? false) !== to.forceRowSecurity)
    statements.push({
      sql: `ALTER TABLE ${name} ${to.forceRowSecurity ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`,
      hazards: from
        ? [authorizationHazard(`The policies of ${name} ${to.forceRowSecurity ? 'bind' : 'no longer bind'} its owner.`)]
        : [],
    })
  return statements
}

function lateStatements(table: Table, from: TableFacts | undefined, context: PlanContext): LateStatement[] {
  const statements: LateStatement[] = []
  const name = nameOf(table)
  const { replicaIdentity, clusterOn } = table.facts
  if (from) {
    const columns = context.childrenIn(context.to, table.id).filter(({ kind }) => kind === 'column')
    const before = from.options.filter(isToastOption)
    const after = table.facts.options.filter(isToastOption)
    const isLost = after.length > 0 && mayLoseToastTable(table, context)
    for (const change of changedOptions(isLost ? before.filter((option) => !after.includes(option)) : before, after))
      statements.push({ statement: `ALTER TABLE ${name} ${change}`, needs: columns.map(({ id }) => id) })
  }
  // Dropping an index takes these marks along, so they are set again when the plan makes the index anew.
  const isNew = (index: string): boolean => indexIds(table, index).some((id) => context.isCreated(id))
  const before = from?.replicaIdentity ?? { mode: 'default' }
  const isIndex = replicaIdentity.mode === 'index'
  if (JSON.stringify(before) !== JSON.stringify(replicaIdentity) || (isIndex && isNew(replicaIdentity.index)))
    statements.push({
      statement: {
        sql: `ALTER TABLE ${name} REPLICA IDENTITY ${isIndex ? `USING INDEX ${quoteIdentifier(replicaIdentity.index)}` : replicaIdentity.mode.toUpperCase()}`,
        hazards:
          from && (replicaIdentity.mode === 'full' || replicaIdentity.mode === 'nothing')
            ? [replicaIdentityHazard(name, replicaIdentity.mode)]
            : [],
      },
      needs: isIndex ? indexIds(table, replicaIdentity.index) : [],
    })
  if (clusterOn !== undefined && (from?.clusterOn !== clusterOn || isNew(clusterOn)))
    statements.push({
      statement: `ALTER TABLE ${name} CLUSTER ON ${quoteIdentifier(clusterOn)}`,
      needs: indexIds(table, clusterOn),
    })
  if (clusterOn === undefined && from?.clusterOn !== undefined)
    statements.push({ statement: `ALTER TABLE ${name} SET WITHOUT CLUSTER`, needs: [] })
  return statements
}

/**
 * A table that is written anew while none of its columns is long has no TOAST table afterwards, and has lost the options of the old
 * one without a word when it gets the next.
 */
function mayLoseToastTable(table: Table, context: PlanContext): boolean {
  const columns = new Map<string, CatalogObject<'column'>>()
  for (const child of context.childrenIn(context.from, table.id))
    if (child.kind === 'column') columns.set(child.id, child)
  let changes = false
  for (const child of context.childrenIn(context.to, table.id)) {
    if (child.kind !== 'column') continue
    const before = columns.get(child.id)
    columns.delete(child.id)
    if (!before || context.isCreated(child.id)) changes = true
    else if (isLong(before.facts) && isLong(child.facts)) return false
    else if (before.facts.type !== child.facts.type || context.isRebuilt(child.facts.typeId)) changes = true
  }
  return changes || columns.size > 0
}

const unboundedTypes = new Set(['text', 'character varying', 'bytea', 'json', 'jsonb', 'xml', 'tsvector'])

/** What is not sure does not count. */
const isLong = ({ type, typeStorage, storage }: ColumnFacts): boolean =>
  typeStorage === 'extended' && storage !== 'plain' && (type.endsWith('[]') || unboundedTypes.has(type))

// An index of that name may be the index of a constraint.
function indexIds(table: Table, index: string): string[] {
  return [`index ${quoteQualified(table.schema, index)}`, `constraint ${nameOf(table)}.${quoteIdentifier(index)}`]
}

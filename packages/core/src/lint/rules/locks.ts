import { hazards, lintCodes, rewriteOf } from '@savepoint/catalog'
import type { QualifiedName } from '../../sources/tree.js'
import type { Change, ColumnDefinition, ConstraintDefinition } from '../change.js'
import type { LintRule, LintStatement, RuleFinding } from '../rule.js'
import type { SchemaView } from '../schema-view.js'
import { fromHazard } from './context.js'
import { isSerial } from './data-dependent.js'

/** What keeps others from a table: locks, and what reads or writes all of it meanwhile. */
export const locks: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:PG(?!103|110)|SH30[1-57])/.test(code)),
  check: (statement) => statement.changes.flatMap((change) => findings(change, statement)),
}

function findings(change: Change, statement: LintStatement): RuleFinding[] {
  const { schema } = statement
  if ('table' in change && change.table && schema.isNew(change.table)) return []
  const found = ofColumn(change, schema) ?? ofConstraint(change, statement) ?? ofIndex(change, schema)
  return found ?? ofTable(change, schema)
}

function ofColumn(change: Change, schema: SchemaView): RuleFinding[] | undefined {
  switch (change.kind) {
    case 'add column': {
      const table = schema.nameOf(change.table)
      const { column } = change
      const found = rewritesOf(column, table, schema)
      const constraints = column.constraints.flatMap((constraint) =>
        constraintFindings(constraint, change.table, schema),
      )
      return [...found, ...constraints].map((finding) => ({ offset: column.offset, ...finding }))
    }
    case 'alter column type': {
      const from = schema.column(change.table, change.name)
      if (!from) return []
      const to = schema.after.objects.get(from.id)
      const rewrites =
        to?.kind !== 'column' || rewriteOf(from.facts.type, to.facts.type, schema.domain) !== 'none' || change.collation
      return rewrites ? [fromHazard(hazards.rewriteHazard(schema.nameOf(change.table), change.name), from.id)] : []
    }
    case 'set not null': {
      const column = schema.column(change.table, change.name)
      if (column?.facts.notNull && !column.facts.notNullConstraint?.notValid) return []
      if (schema.isProvedNotNull(change.table, change.name)) return []
      return hazards
        .setNotNullHazards(schema.nameOf(change.table), change.name)
        .slice(1)
        .map((hazard) => fromHazard(hazard, column?.id))
    }
    case 'set generated expression': {
      const column = schema.column(change.table, change.name)
      return column?.facts.generated?.mode === 'virtual'
        ? []
        : [fromHazard(hazards.storedColumnHazard(schema.nameOf(change.table), change.name), column?.id)]
    }
    default:
      return undefined
  }
}

function rewritesOf(column: ColumnDefinition, table: string, schema: SchemaView): RuleFinding[] {
  const found: RuleFinding[] = []
  if (isSerial(column) || column.defaultCalls?.some((call) => isVolatile(call, schema)))
    found.push(fromHazard(hazards.volatileDefaultHazard(table, column.name)))
  if (column.generated === 'stored') found.push(fromHazard(hazards.storedColumnHazard(table, column.name)))
  if (column.identity) found.push(fromHazard(hazards.identityColumnHazard(table, column.name)))
  return found
}

const volatileFunctions = new Set([
  'nextval',
  'random',
  'random_normal',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'clock_timestamp',
  'timeofday',
  'gen_random_bytes',
])

function isVolatile(name: QualifiedName, { after }: SchemaView): boolean {
  if (volatileFunctions.has(name.name) || name.name.startsWith('uuid_generate_')) return true
  for (const object of after.objects.values())
    if (
      object.kind === 'function' &&
      object.name === name.name &&
      (name.schema === undefined || object.schema === name.schema)
    )
      return object.facts.volatility === 'volatile'
  return false
}

function ofConstraint(change: Change, { schema, transactional }: LintStatement): RuleFinding[] | undefined {
  switch (change.kind) {
    case 'add constraint':
      return constraintFindings(change.constraint, change.table, schema)
    case 'validate constraint': {
      if (!transactional || !schema.isAddedHere(change.table, change.name)) return []
      return [
        {
          code: 'SH307',
          message: `${change.name} is validated in the transaction that added it, so the lock of ADD CONSTRAINT is held while all rows are read.`,
          fix: 'Validate it in a migration of its own, or let the file run without a transaction.',
        },
      ]
    }
    default:
      return undefined
  }
}

function constraintFindings(
  { type, name = `the ${type} constraint`, columns, references, usingIndex, notValid }: ConstraintDefinition,
  of: QualifiedName,
  schema: SchemaView,
): RuleFinding[] {
  const table = schema.nameOf(of)
  switch (type) {
    case 'primary key': {
      const found: RuleFinding[] = []
      if (replacesKey(of, schema)) found.push(fromHazard(hazards.replacePrimaryKeyHazard(table)))
      else if (!usingIndex) found.push(fromHazard(hazards.addPrimaryKeyHazard(table)))
      const nullable = columns.some((column) => {
        const before = schema.column(of, column)
        return before && !before.facts.notNull && !schema.isProvedNotNull(of, column)
      })
      if (nullable) found.push(fromHazard(hazards.primaryKeyOverNullableHazard(table)))
      return found
    }
    case 'unique':
      return usingIndex ? [] : [fromHazard(hazards.addUniqueConstraintHazard(table, name))]
    case 'exclude':
      return [fromHazard(hazards.addExclusionHazard(table, name))]
    case 'check':
      return notValid ? [] : [fromHazard(hazards.addCheckHazard(table, name))]
    case 'foreign key': {
      // A new column without a default has only nulls, which Postgres reads the table for all the same.
      return notValid
        ? []
        : [fromHazard(hazards.addForeignKeyHazard(table, references ? schema.nameOf(references) : '', name))]
    }
    case 'not null':
      return []
  }
}

/** The table has a primary key before the file. */
function replacesKey(of: QualifiedName, schema: SchemaView): boolean {
  const table = schema.table(of)
  if (!table) return false
  for (const object of schema.before.objects.values())
    if (object.kind === 'constraint' && object.parent === table.id && object.facts.type === 'primary key') return true
  return false
}

function ofIndex(change: Change, schema: SchemaView): RuleFinding[] | undefined {
  switch (change.kind) {
    case 'create index': {
      if (change.concurrently) return []
      const table = schema.table(change.table)
      const name = change.name ?? `on ${change.columns.join(', ')}`
      const qualified = schema.nameOf(change.table)
      if (table?.facts.partitionKey !== undefined)
        return change.only ? [] : [fromHazard(hazards.partitionedIndexHazard(qualified, name))]
      return [fromHazard(hazards.createIndexHazard(qualified, name))]
    }
    case 'drop':
      if (change.what !== 'index' || change.concurrently) return []
      return change.names.flatMap((name) => {
        const index = schema.index(name)
        return index
          ? [
              fromHazard(
                hazards.dropIndexHazard((index.parent ?? '').replace(/^[a-z ]+ (?=\S+$)/, ''), index.name),
                index.id,
              ),
            ]
          : []
      })
    case 'reindex':
      return change.concurrently
        ? []
        : [
            {
              code: 'SH304',
              message: `REINDEX${change.name ? ` ${change.name.name}` : ''} blocks writes, and reads that would use the index, until it is built.`,
              fix: 'REINDEX … CONCURRENTLY, outside a transaction.',
            },
          ]
    default:
      return undefined
  }
}

function ofTable(change: Change, schema: SchemaView): RuleFinding[] {
  switch (change.kind) {
    case 'set logged':
      return [fromHazard(hazards.setLoggedHazard(schema.nameOf(change.table), change.logged))]
    case 'set access method':
      return [fromHazard(hazards.setAccessMethodHazard(schema.nameOf(change.table)))]
    case 'set tablespace':
      return [
        fromHazard(
          hazards.tableLockHazard(schema.nameOf(change.table), 'ACCESS EXCLUSIVE', 'SET TABLESPACE copies all rows'),
        ),
      ]
    case 'create trigger':
      return schema.table(change.table)
        ? [fromHazard(hazards.createTriggerHazard(schema.nameOf(change.table), change.name))]
        : []
    case 'replica identity':
      return change.mode === 'full' || change.mode === 'nothing'
        ? [fromHazard(hazards.replicaIdentityHazard(schema.nameOf(change.table), change.mode))]
        : []
    case 'set options':
      return /^(?:false|off|no|0)$/i.test(change.options['autovacuum_enabled'] ?? '')
        ? [fromHazard(hazards.autovacuumOffHazard(schema.nameOf(change.table)))]
        : []
    case 'attach partition':
      return attachFindings(change, schema)
    case 'detach partition':
      return change.concurrently
        ? []
        : [fromHazard(hazards.detachPartitionHazard(schema.nameOf(change.table), schema.nameOf(change.partition)))]
    case 'vacuum full':
    case 'cluster': {
      const table = change.table ? schema.nameOf(change.table) : 'every table'
      return [fromHazard(hazards.rewriteTableHazard(table, change.kind === 'cluster' ? 'CLUSTER' : 'VACUUM FULL'))]
    }
    case 'lock table': {
      const tables = change.tables.filter((table) => !schema.isNew(table)).map((table) => schema.nameOf(table))
      return tables.map((table) =>
        fromHazard(hazards.tableLockHazard(table, 'ACCESS EXCLUSIVE', 'LOCK TABLE keeps others off')),
      )
    }
    case 'refresh materialized view':
      return change.concurrently || !schema.before.objects.has(`materialized view ${schema.nameOf(change.name)}`)
        ? []
        : [
            {
              code: 'SH305',
              message: `${schema.nameOf(change.name)} cannot be read until it is refreshed.`,
              fix: 'REFRESH MATERIALIZED VIEW CONCURRENTLY, which wants a unique index on it.',
            },
          ]
    default:
      return []
  }
}

function attachFindings(
  { partition }: Extract<Change, { kind: 'attach partition' }>,
  schema: SchemaView,
): RuleFinding[] {
  if (schema.isNew(partition)) return []
  return [
    {
      ...fromHazard(
        hazards.tableLockHazard(schema.nameOf(partition), 'ACCESS EXCLUSIVE', 'ATTACH PARTITION reads all rows'),
      ),
      fix: 'Add a CHECK that says the same as the bounds NOT VALID and validate it before: then the rows are not read.',
    },
  ]
}

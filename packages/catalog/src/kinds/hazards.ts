import type { CatalogObject } from '../model/object.js'
import type { Hazard, LockMode } from '../model/plan.js'

/*
 * Codes of Atlas's analyzers where it has one for the matter, so that rules and silencing comments that people know keep their
 * meaning; `SH…` are ours. Texts say what happens and what to write instead.
 */

export const dropSchemaHazard = (name: string): Hazard => ({
  code: 'DS101',
  kind: 'data-loss',
  message: `The schema ${name} is dropped.`,
  fix: 'Make sure that nothing in it is needed any more.',
})

export const dropTableHazard = (name: string): Hazard => ({
  code: 'DS102',
  kind: 'data-loss',
  lock: 'ACCESS EXCLUSIVE',
  message: `The table ${name} is dropped with its rows.`,
  fix: 'Back it up, or check that it is empty before.',
})

export const dropColumnHazard = (table: string, column: string): Hazard => ({
  code: 'DS103',
  kind: 'data-loss',
  lock: 'ACCESS EXCLUSIVE',
  message: `The column ${column} of ${table} is dropped with its values.`,
  fix: 'Check that all its values are null before, or annotate the new column with @renamed if it is the same data.',
})

export const addUniqueHazard = (table: string, name: string): Hazard => ({
  code: 'MF101',
  kind: 'may-fail',
  message: `${name} fails where ${table} holds duplicates already.`,
  fix: 'Look for duplicates before.',
})

export const becomesUniqueHazard = (table: string, name: string): Hazard => ({
  code: 'MF102',
  kind: 'may-fail',
  message: `The index ${name} becomes unique, which fails where ${table} holds duplicates already.`,
  fix: 'Look for duplicates before.',
})

export const addNotNullColumnHazard = (table: string, column: string): Hazard => ({
  code: 'MF103',
  kind: 'may-fail',
  message: `The column ${column} is NOT NULL without a default, which fails unless ${table} is empty.`,
  fix: 'Give it a default, or add it nullable, fill it, and set NOT NULL then.',
})

export const setNotNullHazards = (table: string, column: string): Hazard[] => [
  {
    code: 'MF104',
    kind: 'may-fail',
    message: `${column} of ${table} becomes NOT NULL, which fails where it holds nulls.`,
    fix: 'Fill the nulls before.',
  },
  {
    code: 'PG303',
    kind: 'scan',
    lock: 'ACCESS EXCLUSIVE',
    message: `Setting ${column} NOT NULL reads all of ${table} while nobody else can.`,
    fix: 'Add CHECK (… IS NOT NULL) NOT VALID, validate it, set NOT NULL, and drop the check.',
  },
]

export const renameTableHazard = (name: string): Hazard => ({
  code: 'BC101',
  kind: 'incompatible',
  message: `The table ${name} is renamed: whoever uses the old name fails.`,
  fix: 'Leave a view with the old name until nobody does.',
})

export const renameColumnHazard = (table: string, column: string): Hazard => ({
  code: 'BC102',
  kind: 'incompatible',
  message: `The column ${column} of ${table} is renamed: whoever uses the old name fails.`,
  fix: 'Leave a generated column with the old name until nobody does.',
})

export const renameLabelHazard = (type: string, label: string): Hazard => ({
  code: 'BC103',
  kind: 'incompatible',
  message: `The value ${label} of ${type} is renamed: whoever uses the old one fails.`,
  fix: 'Add the new value, move the rows over, and leave the old one until nobody writes it.',
})

export const dropNotNullHazard = (table: string, column: string): Hazard => ({
  code: 'BC105',
  kind: 'incompatible',
  message: `${column} of ${table} may be null from now on, and applications that read it may not expect that.`,
  fix: 'Deploy the application that understands nulls first.',
})

const droppedConstraints: Partial<Record<CatalogObject<'constraint'>['facts']['type'], readonly [string, string]>> = {
  'foreign key': ['CD101', 'rows may point nowhere from now on'],
  check: ['CD102', 'rows may break its rule from now on'],
  'primary key': ['CD103', 'rows may be equal from now on, and logical replication loses the key it finds rows by'],
  unique: ['CD104', 'rows may be equal from now on'],
  exclude: ['CD104', 'rows may exclude each other from now on'],
}

export function dropConstraintHazards({ name, parent, facts }: CatalogObject<'constraint'>): Hazard[] {
  const [code, consequence] = droppedConstraints[facts.type] ?? []
  if (code === undefined || facts.of === 'domain') return []
  return [
    {
      code,
      kind: 'incompatible',
      message: `The ${facts.type} ${name} of ${(parent ?? '').replace(/^(?:foreign )?table /, '')} is dropped: ${consequence}.`,
      fix: 'Make sure that the application itself keeps what the constraint kept.',
    },
  ]
}

export const createIndexHazard = (table: string, name: string): Hazard => ({
  code: 'PG101',
  kind: 'lock',
  lock: 'SHARE',
  message: `Building the index ${name} blocks writes to ${table}.`,
  fix: 'CREATE INDEX CONCURRENTLY (strategy online).',
})

export const dropIndexHazard = (table: string, name: string): Hazard => ({
  code: 'PG102',
  kind: 'lock',
  lock: 'ACCESS EXCLUSIVE',
  message: `Dropping the index ${name} blocks reads and writes of ${table} for a moment, and queries that used it slow down.`,
  fix: 'DROP INDEX CONCURRENTLY (strategy online).',
})

export const concurrentlyHazard = (name: string): Hazard => ({
  code: 'PG103',
  kind: 'non-transactional',
  lock: 'SHARE UPDATE EXCLUSIVE',
  message: `The statement on ${name} cannot run in a transaction.`,
  fix: 'Keep it in a file of its own that runs without one.',
})

export const addPrimaryKeyHazard = (table: string): Hazard => ({
  code: 'PG104',
  kind: 'lock',
  lock: 'ACCESS EXCLUSIVE',
  message: `The primary key builds its index while ${table} can neither be read nor written.`,
  fix: 'Build a unique index concurrently, then ADD PRIMARY KEY USING INDEX.',
})

export const addUniqueConstraintHazard = (table: string, name: string): Hazard => ({
  code: 'PG105',
  kind: 'lock',
  lock: 'ACCESS EXCLUSIVE',
  message: `${name} builds its index while ${table} can neither be read nor written.`,
  fix: 'Build a unique index concurrently, then ADD CONSTRAINT … UNIQUE USING INDEX.',
})

export const rewriteHazard = (table: string, column: string): Hazard => ({
  code: 'PG301',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `Changing the type of ${column} writes ${table} and its indexes anew while it can neither be read nor written.`,
  fix: 'Add a new column, fill it in batches, and swap the two.',
})

export const volatileDefaultHazard = (table: string, column: string): Hazard => ({
  code: 'PG302',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `Adding ${column} with a default that differs from row to row writes ${table} anew.`,
  fix: 'Add it without the default, set the default, and fill the rows in batches.',
})

export const primaryKeyOverNullableHazard = (table: string): Hazard => ({
  code: 'PG304',
  kind: 'scan',
  lock: 'ACCESS EXCLUSIVE',
  message: `The primary key sets its columns NOT NULL, which reads all of ${table}.`,
  fix: 'Set them NOT NULL before, by a validated check.',
})

export const addCheckHazard = (table: string, name: string): Hazard => ({
  code: 'PG305',
  kind: 'scan',
  lock: 'ACCESS EXCLUSIVE',
  message: `The check ${name} reads all of ${table} while it can neither be read nor written.`,
  fix: 'Add it NOT VALID, then VALIDATE CONSTRAINT (strategy online).',
})

export const addDomainCheckHazard = (domain: string, name: string): Hazard => ({
  code: 'PG305',
  kind: 'scan',
  lock: 'SHARE',
  message: `The check ${name} reads every table with a column of ${domain} while nobody can write there.`,
  fix: 'Add it NOT VALID, then VALIDATE CONSTRAINT.',
})

export const addForeignKeyHazard = (table: string, other: string, name: string): Hazard => ({
  code: 'PG306',
  kind: 'scan',
  lock: 'SHARE ROW EXCLUSIVE',
  message: `The foreign key ${name} reads all of ${table} while neither it nor ${other} can be written.`,
  fix: 'Add it NOT VALID, then VALIDATE CONSTRAINT (strategy online).',
})

export const dropSequenceHazard = (name: string): Hazard => ({
  code: 'SH101',
  kind: 'data-loss',
  message: `The sequence ${name} is dropped with its position.`,
})

export const enumValuesHazard = (name: string, values: readonly string[]): Hazard => ({
  code: 'SH102',
  kind: 'data-loss',
  message: `The type ${name} loses ${values.join(', ')}: the plan fails where a row holds it.`,
  fix: 'Change such rows before.',
})

export const typeChangeHazard = (table: string, column: string, from: string, to: string): Hazard => ({
  code: 'SH103',
  kind: 'may-fail',
  message: `${column} of ${table} goes from ${from} to ${to}: values that do not fit make the plan fail.`,
  fix: 'Check the values before.',
})

export const timeZoneHazard = (table: string, column: string): Hazard => ({
  code: 'SH103',
  kind: 'may-fail',
  message: `${column} of ${table} gets a time zone: its values are taken for times in that of the session.`,
  fix: "SET timezone to the one that they were written in, or write USING … AT TIME ZONE 'UTC'. In UTC nothing is written anew.",
})

export const authorizationHazard = (message: string): Hazard => ({ code: 'SH201', kind: 'authorization', message })

export const partitionedIndexHazard = (table: string, name: string): Hazard => ({
  code: 'PG108',
  kind: 'lock',
  lock: 'SHARE',
  message: `Building the index ${name} blocks writes to every partition of ${table} until the last one has it.`,
  fix: 'CREATE INDEX ON ONLY the table, CREATE INDEX CONCURRENTLY on each partition, and ALTER INDEX … ATTACH PARTITION (strategy online).',
})

export const addExclusionHazard = (table: string, name: string): Hazard => ({
  code: 'PG109',
  kind: 'lock',
  lock: 'ACCESS EXCLUSIVE',
  message: `${name} builds its index while ${table} can neither be read nor written, and no index built before can be used for it.`,
  fix: 'Do it while nobody uses the table, with a lock_timeout.',
})

export const setLoggedHazard = (table: string, logged: boolean): Hazard => ({
  code: 'PG307',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `SET ${logged ? 'LOGGED' : 'UNLOGGED'} writes ${table} anew while it can neither be read nor written.`,
  fix: 'Do it while nobody uses the table, or fill a new table and swap the two.',
})

export const createTriggerHazard = (table: string, name: string): Hazard => ({
  code: 'PG308',
  kind: 'lock',
  lock: 'SHARE ROW EXCLUSIVE',
  message: `The trigger ${name} waits for every transaction that writes ${table}, and all later writes wait for it.`,
  fix: 'Set a lock_timeout and try again where it runs out (strategy online).',
})

export const storedColumnHazard = (table: string, column: string): Hazard => ({
  code: 'PG309',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `The stored generated column ${column} writes ${table} anew while it can neither be read nor written.`,
  fix: 'Add a plain column, fill it in batches, and keep it by a trigger; or make it VIRTUAL (Postgres 18).',
})

export const identityColumnHazard = (table: string, column: string): Hazard => ({
  code: 'PG310',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `The identity column ${column} numbers every row of ${table} while it can neither be read nor written.`,
  fix: 'Add a plain column, fill it in batches, and ADD GENERATED … AS IDENTITY then.',
})

export const setAccessMethodHazard = (table: string): Hazard => ({
  code: 'PG311',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `SET ACCESS METHOD writes ${table} anew while it can neither be read nor written.`,
  fix: 'Do it while nobody uses the table, or fill a new table and swap the two.',
})

export const replacePrimaryKeyHazard = (table: string): Hazard => ({
  code: 'PG312',
  kind: 'lock',
  lock: 'ACCESS EXCLUSIVE',
  message: `The primary key of ${table} is another one from now on: its index is built under lock, and foreign keys to the old one go.`,
  fix: 'Build the new unique index concurrently, and swap the keys by DROP CONSTRAINT and ADD PRIMARY KEY USING INDEX in one statement.',
})

export const replicaIdentityHazard = (table: string, mode: 'full' | 'nothing'): Hazard => ({
  code: 'PG314',
  kind: 'incompatible',
  message:
    mode === 'full'
      ? `REPLICA IDENTITY FULL writes whole old rows of ${table} to the log, and subscribers look for rows without an index.`
      : `With REPLICA IDENTITY NOTHING, updates and deletes of ${table} fail while it is published.`,
  fix: 'Use the primary key, or REPLICA IDENTITY USING INDEX with a unique index.',
})

export const autovacuumOffHazard = (table: string): Hazard => ({
  code: 'PG320',
  kind: 'performance',
  message: `Without autovacuum dead rows stay in ${table}, and its statistics grow old.`,
  fix: 'Leave it on, and change its thresholds for this table.',
})

export const detachPartitionHazard = (table: string, partition: string): Hazard => ({
  code: 'SH303',
  kind: 'lock',
  lock: 'ACCESS EXCLUSIVE',
  message: `DETACH PARTITION ${partition} blocks reads and writes of ${table}.`,
  fix: 'DETACH PARTITION … CONCURRENTLY, outside a transaction (strategy online).',
})

export const tableLockHazard = (table: string, lock: LockMode, why: string): Hazard => ({
  code: 'SH301',
  kind: 'lock',
  lock,
  message: `${why} of ${table}.`,
})

export const rewriteTableHazard = (table: string, why: string): Hazard => ({
  code: 'SH302',
  kind: 'rewrite',
  lock: 'ACCESS EXCLUSIVE',
  message: `${why} writes ${table} anew while it can neither be read nor written.`,
})

export const untrackedBodyHazard = (name: string): Hazard => ({
  code: 'SH401',
  kind: 'untracked',
  message: `Postgres does not know what the body of ${name} uses.`,
})

import { quoteIdentifier } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import { rollBack } from './execute.js'
import type { Ledger } from './ledger.js'
import type { Reconciliation } from './pending.js'
import type { Target } from './session.js'

/** Makes the tool's table where it is missing. */
export async function createTable({ connection, store, table, name }: Target): Promise<void> {
  const schema = quoteIdentifier(name.schema)
  // `IF NOT EXISTS` wants the right to create schemas even where there is nothing to create.
  const { rows } = await connection.query<{ missing: boolean }>('SELECT to_regnamespace($1) IS NULL AS missing', [
    schema,
  ])
  const statements = rows[0]?.missing ? [`CREATE SCHEMA ${schema}`] : []
  await connection.query(['BEGIN', ...statements, ...store.create(table, name), 'COMMIT'].join(';\n'))
}

/** Writes that the database stands at `file`'s version, of which nothing ran here. */
export async function writeBaseline(
  target: Target,
  directory: MigrationDirectory,
  ledger: Ledger,
  file: MigrationFile,
): Promise<void> {
  const { connection, store, table } = target
  await createTable(target)
  const covered = directory.files.filter(
    (one) => one.kind === 'versioned' && directory.format.compare(one.version, file.version) <= 0,
  )
  await connection.query('BEGIN')
  try {
    await store.baseline(
      connection,
      table,
      covered.map((one) => ledger.createRecord(one, 0, 0)),
    )
    await connection.query('COMMIT')
  } catch (error) {
    await rollBack(connection)
    throw error
  }
}

/** What is applied and pending after that. */
export function withBaseline(
  directory: MigrationDirectory,
  state: Reconciliation,
  file: MigrationFile,
): Reconciliation {
  const isAfter = (one: MigrationFile): boolean => directory.format.compare(one.version, file.version) > 0
  const versioned = directory.files.filter(({ kind }) => kind === 'versioned')
  return {
    ...state,
    applied: versioned.filter((one) => !isAfter(one)),
    pending: versioned.filter(isAfter),
    outOfOrder: [],
    versions: new Set([file.version]),
    current: file.version,
  }
}

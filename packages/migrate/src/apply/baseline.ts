import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import { rollBack } from './execute.js'
import type { Ledger } from './ledger.js'
import type { Reconciliation } from './pending.js'
import type { Target } from './session.js'

/** Makes the tool's table where it is missing. */
export async function createTable({ connection, store, table, name }: Target): Promise<void> {
  await connection.query(['BEGIN', ...store.create(table, name), 'COMMIT'].join(';\n'))
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

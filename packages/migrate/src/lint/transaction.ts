import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'

/**
 * How the tool of the directory runs the way up of a migration: `managed` in a transaction that it opens itself, `implicit` in the
 * one that Postgres makes of several statements in one query, `none` one statement after the other.
 */
export type TransactionHandling = 'managed' | 'implicit' | 'none'

/** Reads it off the file. Throws MigrateError for a file that does not follow its format. */
export function readTransactionHandling(directory: MigrationDirectory, file: MigrationFile): TransactionHandling {
  const { format, source } = directory
  if (format.options(source, file, 'up').transaction === 'none') return 'none'
  const [, second] = format.statements(source, file, 'up')
  switch (format.name) {
    case 'golang-migrate':
      return second ? 'implicit' : 'none'
    case 'flyway':
      // Flyway looks for statements that cannot run in one, and runs such a file without.
      return second ? 'managed' : 'none'
    case 'atlas':
    case 'goose':
    case 'dbmate':
      return 'managed'
  }
}

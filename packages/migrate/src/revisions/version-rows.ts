import { wholeFiles, type RevisionStore } from './store.js'

/**
 * A table with one row per applied version.
 *
 * @param insert writes a row for the version `$1`
 * @param column of the version
 */
export function versionRows(
  insert: (table: string) => string,
  column: string,
): Pick<RevisionStore, keyof typeof wholeFiles | 'finish' | 'remove' | 'baseline' | 'set'> {
  const remove = (table: string): string => `DELETE FROM ${table} WHERE ${column} = $1`
  return {
    ...wholeFiles,
    async finish(connection, table, { file }) {
      await connection.query(insert(table), [file.version])
    },
    async remove(connection, table, { file }) {
      await connection.query(remove(table), [file.version])
    },
    async baseline(connection, table, records) {
      for (const { file } of records) await connection.query(insert(table), [file.version])
    },
    async set(connection, table, change) {
      for (const version of change.remove) await connection.query(remove(table), [version])
      for (const { file } of change.add) await connection.query(insert(table), [file.version])
    },
  }
}

export { MigrateError, type MigrateCode, type MigrateDetails, type MigrateWarning } from './error.js'
export {
  listStatements,
  readDirectory,
  type DirectoryLocation,
  type DirectoryOptions,
  type MigrationDirectory,
} from './directory/directory.js'
export { computeDirectorySum, findSumMismatch, renderDirectorySum, validateDirectory } from './directory/checksum.js'
export { parseDirectoryLocation, type EmbeddedMigrations } from './directory/source.js'
export {
  hashDirectory,
  removeDraft,
  splitByTransaction,
  writeDraft,
  writeMigration,
  type MigrationInput,
  type WrittenMigration,
} from './directory/write.js'
export { readTransactionHandling, type TransactionHandling } from './lint/transaction.js'
export type { Direction, FormatName, MigrationFile, MigrationStatement, SkippedFile } from './formats/format.js'
export { formatNames, isFormatName } from './formats/index.js'
export type { Statement } from './scanner/text.js'
export { renderMismatch, type SumMismatch } from './sum/validate.js'
export type { ApplyOptions, ApplyResult, RunOptions } from './apply/apply.js'
export type { DownOptions, DownResult } from './apply/down.js'
export type { MigrateEvent, OnProgress, TransactionMode } from './apply/events.js'
export type { PartialFile } from './apply/pending.js'
export { hashScripts, type Script } from './apply/script-hash.js'
export type { ExecutionOrder } from './apply/select.js'
export type { SetResult } from './apply/set.js'
export type { MigrationStatus } from './apply/status.js'
export { hideSecrets, type Connection } from './connection.js'
export { revisionTableNames } from './revisions/table.js'
export type { Revision, TableOptions } from './revisions/store.js'
export type { OwnedConnection } from './start/connect.js'
export { parseConnectionString } from './start/connection-string.js'
export type { InitializeOptions, Pool } from './start/initialize.js'
export type { SumMerge } from './edit/merge-driver.js'
export type { Renamed } from './edit/rebase.js'
export {
  applyMigrations,
  connect,
  importDirectory,
  initDatabase,
  lintDirectory,
  listScriptStatements,
  readStatus,
  rebaseMigrations,
  removeMigrations,
  runMergeDriver,
  runScripts,
  setVersion,
  squashMigrations,
  undoMigrations,
  writeCheckpoint,
} from './lazy.js'

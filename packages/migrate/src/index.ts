export { MigrateError, type MigrateCode, type MigrateDetails, type MigrateWarning } from './error.js'
export {
  computeDirectorySum,
  findSumMismatch,
  listStatements,
  readDirectory,
  renderDirectorySum,
  validateDirectory,
  type DirectoryLocation,
  type DirectoryOptions,
  type MigrationDirectory,
} from './directory/directory.js'
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
export type { Direction, FormatName, MigrationFile, MigrationStatement, SkippedFile } from './formats/format.js'
export { formatNames, isFormatName } from './formats/index.js'
export type { Statement } from './scanner/text.js'
export { renderMismatch, type SumMismatch } from './sum/validate.js'
export { applyMigrations, type ApplyOptions, type ApplyResult, type RunOptions } from './apply/apply.js'
export { undoMigrations, type DownOptions, type DownResult } from './apply/down.js'
export type { MigrateEvent, OnProgress, TransactionMode } from './apply/events.js'
export type { PartialFile } from './apply/pending.js'
export type { Script } from './apply/script-hash.js'
export type { ExecutionOrder } from './apply/select.js'
export { setVersion, type SetResult } from './apply/set.js'
export { readStatus, type MigrationStatus } from './apply/status.js'
export { hideSecrets, type Connection } from './connection.js'
export { revisionTableNames } from './revisions/index.js'
export type { Revision, TableOptions } from './revisions/store.js'
export { connect, parseConnectionString, type OwnedConnection } from './start/connect.js'
export { initDatabase, type InitializeOptions, type Pool } from './start/initialize.js'
export { squashMigrations, writeCheckpoint } from './edit/checkpoint.js'
export { importDirectory } from './edit/import.js'
export { mergeSums, runMergeDriver, type SumMerge } from './edit/merge-driver.js'
export { rebaseMigrations, type Renamed } from './edit/rebase.js'
export { removeMigrations } from './edit/remove.js'
export { lintDirectory } from './lint/lint.js'

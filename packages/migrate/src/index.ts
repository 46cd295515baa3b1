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

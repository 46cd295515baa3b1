import type { MigrateError, MigrateWarning } from '../error.js'
import type { Direction, MigrationFile } from '../formats/format.js'
import type { Statement } from '../scanner/text.js'

export type TransactionMode = 'file' | 'all' | 'none'

/** What a run says while it goes on, for progress and reports. With `dryRun` the same without anything being executed. */
export type MigrateEvent =
  | { type: 'plan'; direction: Direction; files: readonly MigrationFile[]; current?: string; target?: string }
  | { type: 'warning'; warning: MigrateWarning }
  | { type: 'script'; name: string; phase: 'pre' | 'post' }
  | { type: 'file'; file: MigrationFile; direction: Direction; statements: number; transaction: boolean }
  | { type: 'statement'; file: MigrationFile; statement: Statement; index: number; total: number }
  | { type: 'statement-end'; file: MigrationFile; statement: Statement; index: number; milliseconds: number }
  /** A statement of an interrupted run that is applied already. */
  | { type: 'statement-skipped'; file: MigrationFile; statement: Statement; index: number }
  | { type: 'file-end'; file: MigrationFile; direction: Direction; milliseconds: number }
  /** The file got no lock in time, was rolled back and is run again after a pause in milliseconds. */
  | { type: 'retry'; file: MigrationFile; pause: number }
  | { type: 'failed'; error: MigrateError }

export type OnProgress = (event: MigrateEvent) => void

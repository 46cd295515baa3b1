import type { DirectorySource, SourceEntry } from '../directory/source.js'
import { MigrateError } from '../error.js'
import type { Statement } from '../scanner/text.js'

export type FormatName = 'atlas' | 'goose' | 'golang-migrate' | 'dbmate' | 'flyway'

export type Direction = 'up' | 'down'

/** One migration of a directory. */
export interface MigrationFile {
  /** Of the file with the way up, relative to the directory, `/` as separator. */
  readonly name: string
  /** As the tool's revision table has it. */
  readonly version: string
  readonly description: string
  /** `baseline` and `repeatable` exist in Flyway only. */
  readonly kind: 'versioned' | 'baseline' | 'repeatable'
  /** File with the way down: the same one for goose and dbmate; absent where there is none. */
  readonly down?: string
}

/** A file that stands in the directory and that the tool passes over, or that Savepoint cannot run. */
export interface SkippedFile {
  readonly name: string
  readonly reason: string
  /** Set where the tool itself would run it, such as a Go migration of goose: it is missing when it is pending. */
  readonly version?: string
}

export interface FileList {
  /** In the order in which the tool runs them. */
  readonly files: readonly MigrationFile[]
  readonly skipped: readonly SkippedFile[]
  /** Why the tool refuses the whole directory, such as two files of one version. Hashing does not mind, running does. */
  readonly fault?: MigrateError | undefined
}

/** What a file says of its own transaction; `undefined` leaves it to the caller. */
export interface FileOptions {
  readonly transaction?: 'file' | 'none'
  /** An Atlas checkpoint, with its tag or `''`. */
  readonly checkpoint?: string
}

/** One statement that is to be written. */
export interface MigrationStatement {
  /** Without a final `;` (one is tolerated). */
  readonly sql: string
  /** One line, without `--`. */
  readonly comment?: string | undefined
  /** `false` for what must run outside a transaction block. @default true */
  readonly transactional?: boolean | undefined
  /** What undoes it, in the order in which it runs. */
  readonly reverse?: readonly (string | MigrationStatement)[] | undefined
}

/** A migration that is to be written, all choices made. */
export interface MigrationContent {
  readonly version: string
  /** Without version; may be empty. */
  readonly name: string
  readonly up: readonly MigrationStatement[]
  /** In the order in which they run. */
  readonly down: readonly MigrationStatement[]
  /** `false` writes what makes the tool run the file outside a transaction. */
  readonly transactional: boolean
}

export interface WrittenFile {
  name: string
  text: string
}

/** A layout of migration directories: how one tool names, orders, reads and writes its files. */
export interface Format {
  readonly name: FormatName
  /** Whether the tool walks into subfolders. */
  readonly recursive: boolean
  /** Names that enter atlas.sum, in its order. */
  members(entries: readonly SourceEntry[]): string[]
  /** The migrations among the names. */
  list(names: readonly string[]): FileList
  /** Compares two versions in the tool's own order. */
  compare(a: string, b: string): number
  /** A version as a person or an older file wrote it, in the form of `MigrationFile.version`. */
  normaliseVersion(version: string): string
  /** Reads only what the file says of itself. */
  options(source: DirectorySource, file: MigrationFile, direction: Direction): FileOptions
  /** Statements of one direction, read piece by piece. Throws SP4015 at the place of a fault. */
  statements(source: DirectorySource, file: MigrationFile, direction: Direction): Iterable<Statement>
  /** Files of one migration. Throws SP4015 for a statement that the format cannot hold. */
  serialise(content: MigrationContent): WrittenFile[]
}

/** Members by a name's ending, top level only, in byte order: the rule of every format but Flyway. */
export function membersByEnding(entries: readonly SourceEntry[], ending: string): string[] {
  return entries
    .filter((entry) => entry.name.endsWith(ending))
    .map((entry) => {
      if (!entry.directory) return entry.name
      throw new MigrateError('SP4002', `${entry.name} is a folder, but its name says that it is a migration`, {
        file: entry.name,
        fix: 'Rename the folder; Atlas refuses such a directory.',
      })
    })
}

export const compareNumbers = (a: string, b: string): number => {
  const difference = BigInt(a) - BigInt(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const compareStrings = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export function createFormatError(file: string, message: string, line?: number, fix?: string): MigrateError {
  return new MigrateError('SP4015', `${file}: ${message}`, { file, line, fix })
}

/** The fault of a second file of one version. */
export function findDuplicate(files: readonly MigrationFile[]): MigrateError | undefined {
  const names = new Map<string, string>()
  for (const { version, name } of files) {
    const other = names.get(version)
    if (other !== undefined)
      return createFormatError(name, `has the version ${version}, as ${other} has`, undefined, 'Rename one of the two.')
    names.set(version, name)
  }
  return undefined
}

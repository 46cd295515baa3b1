import type { MigrateError } from '../error.js'
import type { EmbeddedMigrations, DirectorySource, SourceEntry } from './source.js'
import { createSource, parseDirectoryLocation, readBytes } from './source.js'
import type { Direction, Format, FormatName, MigrationFile, SkippedFile } from '../formats/format.js'
import { resolveFormat } from '../formats/index.js'
import type { Statement } from '../scanner/text.js'
import { sumFileName } from '../sum/name.js'

export type DirectoryLocation = string | URL | EmbeddedMigrations

/** A migrations directory as it stood when it was read: names and atlas.sum; contents are read when they are asked for. */
export interface MigrationDirectory {
  readonly source: DirectorySource
  readonly format: Format
  /** In the order in which the tool runs them. */
  readonly files: readonly MigrationFile[]
  readonly skipped: readonly SkippedFile[]
  /** Why the tool refuses to run the directory. */
  readonly fault?: MigrateError | undefined
  /** Names that enter atlas.sum, in its order. */
  readonly members: readonly string[]
  /** Text of atlas.sum; undefined where there is none. */
  readonly sumText: string | undefined
}

export interface DirectoryOptions {
  /** @default what the location says (`?format=`), else `atlas` */
  format?: FormatName | string | undefined
}

/**
 * Reads a migrations directory: a path, a `file:` URL (`file://migrations?format=goose`), or embedded files.
 * Throws SP4002 where it cannot be read, SP4018 for an unknown format.
 */
export function readDirectory(location: DirectoryLocation, options: DirectoryOptions = {}): MigrationDirectory {
  const stated =
    typeof location === 'string'
      ? parseDirectoryLocation(location).format
      : location instanceof URL
        ? (location.searchParams.get('format') ?? undefined)
        : location.format
  const format = resolveFormat(options.format ?? stated ?? 'atlas')
  return readSource(createSource(location), format)
}

export function readSource(source: DirectorySource, format: Format): MigrationDirectory {
  const entries = source.list(format.recursive)
  return {
    source,
    format,
    ...format.list(entries.filter(isFile).map(({ name }) => name)),
    members: format.members(entries),
    sumText: source.has(sumFileName) ? readBytes(source, sumFileName).toString() : undefined,
  }
}

const isFile = (entry: SourceEntry): boolean => !entry.directory

/** The statements of one migration, as the tool would send them; read piece by piece. Throws SP4015 at a fault. */
export function listStatements(
  directory: MigrationDirectory,
  file: MigrationFile,
  direction: Direction = 'up',
): Iterable<Statement> {
  return directory.format.statements(directory.source, file, direction)
}

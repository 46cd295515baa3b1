import type { MigrateError } from '../error.js'
import type { EmbeddedMigrations, DirectorySource, SourceEntry } from './source.js'
import { createSource, parseDirectoryLocation, readBytes } from './source.js'
import type { Direction, Format, FormatName, MigrationFile, SkippedFile } from '../formats/format.js'
import { resolveFormat } from '../formats/index.js'
import type { Statement } from '../scanner/text.js'
import { computeSum, serialiseSum, sumFileName, type Sum } from '../sum/sum.js'
import { createSumError, findMismatch, type SumMismatch } from '../sum/validate.js'

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

/** The directory's sum, computed anew from its bytes. */
export function computeDirectorySum(directory: MigrationDirectory, contents?: Map<string, string>): Sum {
  return computeSum(directory.source, directory.members, 'raw', contents)
}

/** Text that atlas.sum should have. */
export function renderDirectorySum(directory: MigrationDirectory): string {
  return serialiseSum(computeDirectorySum(directory))
}

/** Compares atlas.sum with the files; undefined when they agree. Data for a caller that prints, see `renderMismatch`. */
export function findSumMismatch(directory: MigrationDirectory): SumMismatch | undefined {
  return findMismatch(directory.source, directory.members, directory.sumText)
}

/**
 * Throws SP4004 where atlas.sum does not fit. Atlas directories must have one; in the other formats a directory
 * without it is taken as its own tool takes it.
 */
export function validateDirectory(directory: MigrationDirectory, computed?: Sum): void {
  if (directory.sumText === undefined && directory.format.name !== 'atlas') return
  const mismatch = findMismatch(directory.source, directory.members, directory.sumText, computed)
  if (mismatch) throw createSumError(directory.source, mismatch)
}

/** The statements of one migration, as the tool would send them; read piece by piece. Throws SP4015 at a fault. */
export function listStatements(
  directory: MigrationDirectory,
  file: MigrationFile,
  direction: Direction = 'up',
): Iterable<Statement> {
  return directory.format.statements(directory.source, file, direction)
}

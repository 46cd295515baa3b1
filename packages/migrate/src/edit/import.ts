import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MigrateError } from '../error.js'
import { captureFile } from '../apply/capture.js'
import { parseDirectoryLocation } from '../directory/source.js'
import { readDirectory, type MigrationDirectory } from '../directory/directory.js'
import { validateDirectory } from '../directory/checksum.js'
import { replaceFiles } from '../directory/files.js'
import { hashDirectory } from '../directory/write.js'
import { sanitiseName } from '../directory/version.js'
import type { Direction, MigrationFile, MigrationStatement } from '../formats/format.js'
import { resolveFormat } from '../formats/index.js'
import type { Statement } from '../scanner/text.js'

const numericFormats = new Set(['goose', 'golang-migrate', 'dbmate'])

/** Comments stay in front of their statement. */
const withComments = ({ comments, text }: Statement): MigrationStatement => ({
  sql: comments.map((comment) => (comment.endsWith('\n') ? comment : `${comment}\n`)).join('') + text,
})

/**
 * Writes a directory of one format as a directory of another, with atlas.sum. Versions and descriptions stay; where the target
 * wants numbers and the source has none, the files are numbered in their order. The way down is taken along where the source
 * gives one and the target has a place for it.
 *
 * Throws SP4018 where the target is not empty, SP4004 where the source has an atlas.sum that does not fit.
 * @returns names of the written files
 */
export function importDirectory(
  from: MigrationDirectory,
  to: string,
  options: { format?: string | undefined } = {},
): string[] {
  const { path, format: stated } = parseDirectoryLocation(to)
  const root = resolve(path)
  const format = resolveFormat(options.format ?? stated ?? 'atlas')
  if (from.fault) throw from.fault
  if (from.sumText !== undefined) validateDirectory(from)
  if (existsSync(root) && readdirSync(root).length > 0)
    throw new MigrateError('SP4018', 'target migration directory must be empty', {
      file: root,
      fix: 'Name a new folder.',
    })
  const numbered = numericFormats.has(format.name) && from.files.some(({ version }) => !/^\d+$/.test(version))
  const width = format.name === 'golang-migrate' ? 6 : 5
  let last = '0'
  const files = from.files.flatMap((file, index) => {
    const version = numbered
      ? String(index + 1).padStart(width, '0')
      : file.kind === 'repeatable'
        ? `${last}R`
        : writtenVersion(from, file)
    if (file.kind !== 'repeatable') last = version
    const { statements: up, transactional } = read(from, file, 'up')
    return format.serialise({
      version,
      name: sanitiseName(file.description),
      up,
      down: file.down === undefined ? [] : read(from, file, 'down').statements,
      transactional,
    })
  })
  mkdirSync(root, { recursive: true, mode: 0o755 })
  replaceFiles(
    files.map(({ name, text }) => ({ path: join(root, name), text })),
    () => hashDirectory(readDirectory(root, { format: format.name })),
  )
  return files.map(({ name }) => name)
}

/** With the zeros in front that the numeric formats do not keep. */
const writtenVersion = (directory: MigrationDirectory, file: MigrationFile): string =>
  numericFormats.has(directory.format.name) ? (/^\d+/.exec(file.name)?.[0] ?? file.version) : file.version

function read(
  directory: MigrationDirectory,
  file: MigrationFile,
  direction: Direction,
): { statements: MigrationStatement[]; transactional: boolean } {
  const captured = captureFile(directory, file, direction)
  const statements = [...captured.statements()]
    .filter(({ text }) => !/^(?:--[^\n]*\n?|\s)*$/.test(text))
    .map(withComments)
  return { statements, transactional: captured.options.transaction !== 'none' && !captured.hasOutside }
}

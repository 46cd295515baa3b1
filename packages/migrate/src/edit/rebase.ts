import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { MigrateError } from '../error.js'
import { readSource, type MigrationDirectory } from '../directory/directory.js'
import { replaceFiles, writablePath } from '../directory/files.js'
import { createVersions } from '../directory/version.js'
import { hashDirectory } from '../directory/write.js'
import { findVersion } from '../apply/select.js'

export interface Renamed {
  from: string
  to: string
}

/**
 * Gives migrations fresh versions after all others, in their order among themselves, and writes atlas.sum anew: what to do
 * with one's own unapplied files after a merge. Also repairs an atlas.sum that holds conflict markers.
 *
 * Whether the files are unapplied the caller must know: a database that has one of them would see it as missing.
 *
 * @param versions of the files to move; empty only rewrites the sum
 * @returns the renames; throws SP4016 for an unknown version, SP4020 where a file cannot be written
 */
export function rebaseMigrations(
  directory: MigrationDirectory,
  versions: readonly string[],
  options: { now?: Date | undefined } = {},
): Renamed[] {
  const root = writablePath(directory.source)
  const moved = directory.files.filter((file) => versions.some((version) => findVersion(directory, version) === file))
  const rest = { ...directory, files: directory.files.filter((file) => !moved.includes(file)) }
  const last = rest.files.filter(({ kind }) => kind === 'versioned').at(-1)
  const first = moved[0]
  // Already at the end, in their places: new names would only make noise.
  const inPlace = !last || !first || directory.format.compare(last.version, first.version) < 0
  const fresh = inPlace ? [] : createVersions(rest, options.now ?? new Date(), moved.length)
  const renames = inPlace
    ? []
    : moved.flatMap((file, index) =>
        [...new Set([file.name, file.down ?? file.name])].map((from) => ({
          from,
          to: replaceVersion(from, fresh[index] ?? ''),
        })),
      )
  const taken = renames.find(({ to }) => directory.source.has(to))
  if (taken) throw new MigrateError('SP4016', `${taken.to} exists already`, { file: taken.to })
  replaceFiles(
    renames.flatMap(({ from, to }) => [
      { path: join(root, to), text: readFileSync(join(root, from), 'utf8') },
      { path: join(root, from), text: undefined },
    ]),
    () => hashDirectory(readSource(directory.source, directory.format)),
  )
  return renames
}

/** The name with another version in the old one's place. */
function replaceVersion(name: string, version: string): string {
  const at = name.lastIndexOf('/') + 1
  const base = name.slice(at)
  // Flyway: a letter before and two underscores after; all others begin with the version and go on after `_` or `.`.
  const [, letter = '', rest = ''] = /^([VU](?=[0-9]))?[^_]*?(__.*|_.*|\.(?:up\.sql|down\.sql|sql))$/.exec(base) ?? []
  return `${name.slice(0, at)}${letter}${version}${rest}`
}

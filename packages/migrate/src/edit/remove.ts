import { join } from 'node:path'
import { readSource, type MigrationDirectory } from '../directory/directory.js'
import { replaceFiles, writablePath } from '../directory/files.js'
import { hashDirectory } from '../directory/write.js'
import { findVersion } from '../apply/select.js'

/**
 * Removes migrations from the directory and writes atlas.sum anew. A database that has them is not asked: undo them there first.
 *
 * @param versions of the files; or how many of the last ones
 * @returns names of the removed files
 */
export function removeMigrations(directory: MigrationDirectory, versions: readonly string[] | number): string[] {
  const root = writablePath(directory.source)
  const versioned = directory.files.filter(({ kind }) => kind !== 'repeatable')
  const files =
    typeof versions === 'number'
      ? versioned.slice(-versions)
      : versions.map((version) => findVersion(directory, version))
  const names = [...new Set(files.flatMap((file) => [file.name, file.down ?? file.name]))]
  replaceFiles(
    names.map((name) => ({ path: join(root, name), text: undefined })),
    () => hashDirectory(readSource(directory.source, directory.format)),
  )
  return names
}

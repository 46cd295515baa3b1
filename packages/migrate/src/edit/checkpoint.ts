import { join } from 'node:path'
import { MigrateError } from '../error.js'
import { captureFile } from '../apply/capture.js'
import { findVersion } from '../apply/select.js'
import { readSource, type MigrationDirectory } from '../directory/directory.js'
import { replaceFiles, writablePath } from '../directory/files.js'
import { createVersions, sanitiseName } from '../directory/version.js'
import { hashDirectory } from '../directory/write.js'
import type { MigrationStatement } from '../formats/format.js'

const asStatement = (one: string | MigrationStatement): MigrationStatement =>
  typeof one === 'string' ? { sql: one } : one

/**
 * Writes an Atlas checkpoint: a file that a fresh database begins with instead of everything before it. Databases with a
 * history pass over it.
 *
 * @param up statements that make the schema as it is after all files of the directory
 * @returns the file's name; throws SP4018 for another format
 */
export function writeCheckpoint(
  directory: MigrationDirectory,
  input: {
    up: readonly (string | MigrationStatement)[]
    name?: string | undefined
    tag?: string | undefined
    now?: Date | undefined
  },
): string {
  if (directory.format.name !== 'atlas')
    throw new MigrateError('SP4018', `the ${directory.format.name} format has no checkpoints`, {
      fix: 'Use `savepoint migrate squash`.',
    })
  const root = writablePath(directory.source)
  const [version = ''] = createVersions(directory, input.now ?? new Date())
  const name = sanitiseName(input.name ?? 'checkpoint')
  const up = input.up.map(asStatement)
  const transactional = up.every((statement) => statement.transactional !== false)
  const [file] = directory.format.serialise({ version, name, up, down: [], transactional })
  if (!file) throw new MigrateError('SP4020', 'nothing was written')
  const tag = input.tag ? ` ${input.tag}` : ''
  // File directives end at an empty line; where the file has some already, this one joins them.
  const text = `-- atlas:checkpoint${tag}\n${transactional ? '\n' : ''}${file.text}`
  replaceFiles([{ path: join(root, file.name), text }], () =>
    hashDirectory(readSource(directory.source, directory.format)),
  )
  return file.name
}

/**
 * Puts migrations one after the other into one file, which takes the version of the last: a database that has them all has
 * that version too. Histories of the tools that keep a row per file name the others as missing from then on.
 *
 * @param range first and last version; all files where absent
 * @param input statements instead of the files' own, such as a printed schema
 * @returns the written and the removed files
 */
export function squashMigrations(
  directory: MigrationDirectory,
  range: { from?: string | undefined; to?: string | undefined } = {},
  input: {
    up?: readonly (string | MigrationStatement)[] | undefined
    down?: readonly (string | MigrationStatement)[] | undefined
    name?: string | undefined
  } = {},
): { written: string[]; removed: string[] } {
  const root = writablePath(directory.source)
  const versioned = directory.files.filter(({ kind }) => kind === 'versioned')
  const start = range.from === undefined ? 0 : versioned.indexOf(findVersion(directory, range.from))
  const end = range.to === undefined ? versioned.length : versioned.indexOf(findVersion(directory, range.to)) + 1
  const files = versioned.slice(start, end)
  const last = files.at(-1)
  if (!last || files.length < 2)
    throw new MigrateError('SP4018', 'there are not two migrations to squash', {
      fix: 'Name an earlier `--from` version.',
    })
  const up: MigrationStatement[] = []
  const down: MigrationStatement[] = []
  let transactional = true
  for (const file of files) {
    const captured = captureFile(directory, file, 'up')
    transactional &&= captured.options.transaction !== 'none' && !captured.hasOutside && !captured.controlsTransactions
    up.push(...[...captured.statements()].map(({ text }) => ({ sql: text })))
    if (file.down !== undefined)
      down.unshift(...[...captureFile(directory, file, 'down').statements()].map(({ text }) => ({ sql: text })))
  }
  if (!transactional && input.up === undefined)
    throw new MigrateError('SP4018', 'a file that runs outside a transaction cannot be put together with others', {
      fix: 'Squash up to it, or give the resulting schema instead of the statements.',
    })
  const version = /\d+[0-9._]*(?=_)/.exec(last.name)?.[0].replace(/_$/, '') ?? last.version
  const written = directory.format.serialise({
    version,
    name: sanitiseName(input.name ?? 'squashed'),
    up: input.up?.map(asStatement) ?? up,
    down: input.down?.map(asStatement) ?? down,
    transactional: true,
  })
  const removed = [...new Set(files.flatMap((file) => [file.name, file.down ?? file.name]))]
  const changes = [
    ...removed.map((name) => ({ path: join(root, name), text: undefined })),
    ...written.map(({ name, text }) => ({ path: join(root, name), text })),
  ]
  replaceFiles(changes, () => hashDirectory(readSource(directory.source, directory.format)))
  return { written: written.map(({ name }) => name), removed }
}

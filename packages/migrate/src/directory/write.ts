import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { MigrateError } from '../error.js'
import type { MigrationContent, MigrationStatement, WrittenFile } from '../formats/format.js'
import { sumFileName } from '../sum/name.js'
import { readSource, type MigrationDirectory } from './directory.js'
import { renderDirectorySum } from './checksum.js'
import { replaceFile, replaceFiles, writablePath } from './files.js'
import { createVersions, sanitiseName } from './version.js'

export interface MigrationInput {
  /** For the file's name; other characters than letters, digits, `_`, `-`, `.` become `_`. */
  name?: string | undefined
  /** @default after every other version, see `createVersions` */
  version?: string | undefined
  up: readonly (string | MigrationStatement)[]
  /** In the order in which they run. @default the statements' `reverse`, backwards */
  down?: readonly (string | MigrationStatement)[] | undefined
  /** @default the current time */
  now?: Date | undefined
}

export interface WrittenMigration {
  version: string
  /** Names relative to the directory, the file with the way up first. */
  files: string[]
}

const asStatement = (one: string | MigrationStatement): MigrationStatement =>
  typeof one === 'string' ? { sql: one } : one

function reverseOf(up: readonly MigrationStatement[]): MigrationStatement[] {
  return [...up].reverse().flatMap(({ reverse, comment }) =>
    (reverse ?? []).map((one, index) => {
      const statement = asStatement(one)
      return {
        ...statement,
        ...(index === 0 && comment !== undefined ? { comment: statement.comment ?? comment } : {}),
      }
    }),
  )
}

/**
 * Parts statements so that what must run outside a transaction stands in a file of its own; golang-migrate sends a
 * file as one query, so there each such statement gets its own.
 *
 * @returns the runs in order; one run where nothing has to be parted
 */
export function splitByTransaction(
  up: readonly MigrationStatement[],
  oneEach = false,
): { transactional: boolean; up: MigrationStatement[] }[] {
  const runs: { transactional: boolean; up: MigrationStatement[] }[] = []
  for (const statement of up) {
    const transactional = statement.transactional !== false
    const last = runs.at(-1)
    if (last && last.transactional === transactional && (transactional || !oneEach)) last.up.push(statement)
    else runs.push({ transactional, up: [statement] })
  }
  return runs.length > 0 ? runs : [{ transactional: true, up: [] }]
}

function createContents(directory: MigrationDirectory, input: MigrationInput, draft: boolean): MigrationContent[] {
  const up = input.up.map(asStatement)
  const name = sanitiseName(input.name ?? '')
  const down = input.down?.map(asStatement)
  const oneEach = directory.format.name === 'golang-migrate'
  let runs = splitByTransaction(up, oneEach)
  // A way down that was given whole cannot be parted, and a draft is one file.
  const whole = draft || (runs.length > 1 && down !== undefined && !up.some(({ reverse }) => reverse))
  if (whole && runs.length > 1) {
    if (oneEach && !draft)
      throw new MigrateError(
        'SP4015',
        'golang-migrate needs one file for each statement outside a transaction, and a way down for each',
        {
          fix: 'Give each statement its own `reverse`.',
        },
      )
    runs = [{ transactional: false, up }]
  }
  const versions = draft
    ? ['draft']
    : input.version === undefined
      ? createVersions(directory, input.now ?? new Date(), runs.length)
      : runs.map((_, index) =>
          index === 0 ? (input.version ?? '') : String(BigInt(input.version ?? '0') + BigInt(index)),
        )
  return runs.map((run, index) => ({
    version: versions[index] ?? '',
    name: runs.length > 1 ? `${name}${name ? '_' : ''}${index + 1}` : name,
    up: run.up,
    down: down && runs.length === 1 ? down : reverseOf(run.up),
    transactional: run.transactional && (down ?? []).every(({ transactional }) => transactional !== false),
  }))
}

/**
 * Writes a migration and the new atlas.sum, all or nothing. Statements that must run outside a transaction stand in
 * files of their own, with versions one after the other.
 *
 * Throws SP4015 for what the format cannot hold, SP4016 where the version exists, SP4020 where it cannot be written.
 */
export function writeMigration(directory: MigrationDirectory, input: MigrationInput): WrittenMigration[] {
  const root = writablePath(directory.source)
  const contents = createContents(directory, input, false)
  const written = contents.map((content) => {
    const version = directory.format.normaliseVersion(content.version)
    const taken = directory.files.find((file) => file.kind !== 'repeatable' && file.version === version)
    if (taken)
      throw new MigrateError('SP4016', `the version ${version} exists already: ${taken.name}`, { file: taken.name })
    return { version, files: directory.format.serialise(content) }
  })
  const files = written.flatMap((one) => one.files)
  replaceFiles(
    files.map(({ name, text }) => ({ path: join(root, name), text })),
    () => hashDirectory(readSource(directory.source, directory.format)),
  )
  return written.map(({ version, files: parts }) => ({ version, files: parts.map(({ name }) => name) }))
}

/** Writes atlas.sum anew where it is not what the files say. Returns its text. */
export function hashDirectory(directory: MigrationDirectory): string {
  const text = renderDirectorySum(directory)
  replaceFile(join(writablePath(directory.source), sumFileName), text)
  return text
}

// Hidden folder: no tool walks into it (Flyway skips hidden ones), and no glob of atlas.sum matches what is inside.
const draftFolder = '.draft'

function draftFiles(directory: MigrationDirectory, input: MigrationInput): WrittenFile[] {
  const [content] = createContents(directory, { ...input, name: '' }, true)
  if (!content) return []
  const files = directory.format.serialise(content)
  const endings = files.length === 1 ? ['draft.sql'] : ['draft.up.sql', 'draft.down.sql']
  return files.map(({ text }, index) => ({ name: `${draftFolder}/${endings[index] ?? index}`, text }))
}

/**
 * Writes the migration that would be written now into `.draft/`, in the directory's format, where no tool picks it up.
 * Files whose text is the same are left alone.
 * @returns names relative to the directory, the way up first; empty when there is nothing to say (the draft is removed)
 */
export function writeDraft(directory: MigrationDirectory, input: Omit<MigrationInput, 'name' | 'version'>): string[] {
  const root = writablePath(directory.source)
  if (input.up.length === 0) {
    removeDraft(directory)
    return []
  }
  const files = draftFiles(directory, input)
  for (const { name, text } of files) replaceFile(join(root, name), text)
  return files.map(({ name }) => name)
}

/** Removes `.draft/`. */
export function removeDraft(directory: MigrationDirectory): void {
  rmSync(join(writablePath(directory.source), draftFolder), { recursive: true, force: true })
}

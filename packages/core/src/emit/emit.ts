import { dirname, join, relative } from 'node:path'
import type { Diagnostic } from '../diagnostics/index.js'
import { nodeFileSystem, type FileSystem } from './file-system.js'
import { isGenerated, listGenerated } from './ownership.js'

/** A file that should stand on disk. */
export interface EmittedFile {
  /** Relative to the folder it is emitted to, with `/`. */
  path: string
  content: string
}

/** Where files are emitted to, and what belongs to us there. */
export interface EmitOptions {
  /** Absolute path. */
  directory: string
  /** Messages show paths relative to it. */
  root: string
  /** Files that are to be written beside the generated ones, which carry no header (a checksum file). */
  unmarked?: readonly string[]
  /** Generated files that are not among the emitted ones stay: the folder is not ours alone. */
  keepStale?: boolean
  fileSystem?: FileSystem
}

/** What emitting did. Paths are absolute. */
export interface EmitResult {
  written: string[]
  removed: string[]
  /** SP6002 for each file that could not be written or removed; the others were. */
  diagnostics: Diagnostic[]
}

/**
 * Makes a folder hold exactly these generated files: writes what is missing or different, removes generated files that
 * are no longer wanted, and leaves alone everything that a person wrote. A file whose content is already right is not
 * touched, because a bundler takes every write for a change. Never throws for a disk's failure.
 */
export async function emitFiles(emitted: readonly EmittedFile[], options: EmitOptions): Promise<EmitResult> {
  const files = options.fileSystem ?? nodeFileSystem
  const result: EmitResult = { written: [], removed: [], diagnostics: [] }
  await Promise.all(
    emitted.map(async (file) => {
      const path = join(options.directory, file.path)
      try {
        const present = await files.read(path)
        if (present === file.content) return
        if (present !== undefined && !isOurs(present, file, options)) {
          result.diagnostics.push(foreignFile(path, options.root))
          return
        }
        await replaceFile(path, file.content, files)
        result.written.push(path)
      } catch (error) {
        result.diagnostics.push(unwritable(path, options.root, error))
      }
    }),
  )
  if (!options.keepStale) await removeStale(emitted, options, files, result)
  result.written.sort()
  return result
}

/**
 * How the folder differs from what `emitFiles` would leave there: paths relative to the folder.
 * Empty lists mean that nothing is stale.
 */
export async function compareFiles(
  emitted: readonly EmittedFile[],
  options: EmitOptions,
): Promise<{ missing: string[]; different: string[]; superfluous: string[] }> {
  const files = options.fileSystem ?? nodeFileSystem
  const present = await Promise.all(emitted.map(({ path }) => files.read(join(options.directory, path))))
  const wanted = new Set(emitted.map(({ path }) => path))
  return {
    missing: emitted.filter((_, index) => present[index] === undefined).map(({ path }) => path),
    different: emitted
      .filter(({ content }, index) => present[index] !== undefined && !sameText(present[index], content))
      .map(({ path }) => path),
    superfluous: options.keepStale
      ? []
      : (await listGenerated(options.directory, files)).filter((path) => !wanted.has(path)),
  }
}

/**
 * Writes beside the target and renames, so that a reader sees the old file or the new one and a full disk leaves the
 * old one whole. Keeps the permissions of the file that is replaced.
 */
export async function replaceFile(path: string, content: string, files: FileSystem = nodeFileSystem): Promise<void> {
  await files.makeDirectory(dirname(path))
  // In the same folder, because a rename across file systems is no rename.
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await files.write(temporary, content, await files.mode(path))
    await files.rename(temporary, path)
  } catch (error) {
    // The first failure is the one to report: on a read-only disk removing fails for the same reason.
    await files.remove(temporary).catch(() => undefined)
    throw error
  }
}

async function removeStale(
  emitted: readonly EmittedFile[],
  options: EmitOptions,
  files: FileSystem,
  result: EmitResult,
): Promise<void> {
  const wanted = new Set(emitted.map(({ path }) => path))
  let generated: string[]
  try {
    generated = await listGenerated(options.directory, files)
  } catch (error) {
    result.diagnostics.push(unwritable(options.directory, options.root, error))
    return
  }
  for (const name of generated) {
    if (wanted.has(name)) continue
    const path = join(options.directory, name)
    try {
      await files.remove(path)
      result.removed.push(path)
    } catch (error) {
      result.diagnostics.push(unwritable(path, options.root, error))
    }
  }
}

function isOurs(present: string, file: EmittedFile, options: EmitOptions): boolean {
  return isGenerated(present) || (options.unmarked?.includes(file.path) ?? false)
}

// A checkout with `core.autocrlf` changes nothing that matters.
function sameText(present: string | undefined, wanted: string): boolean {
  return present === wanted || present?.replaceAll('\r\n', '\n') === wanted.replaceAll('\r\n', '\n')
}

function foreignFile(path: string, root: string): Diagnostic {
  const shown = relative(root, path)
  return {
    code: 'SP6002',
    severity: 'error',
    message: `${shown} cannot be written: it stands there already and Savepoint did not write it`,
    why: 'a generated file begins with a line that says so, and this one does not',
    fix: `Move or delete ${shown}, or point the config to another folder.`,
  }
}

/** SP6002 with the system's own words. */
export function unwritable(path: string, root: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return {
    code: 'SP6002',
    severity: 'error',
    message: `${relative(root, path)} cannot be written: ${code ?? describe(error)}`,
    why: describe(error),
    fix: 'Make the folder writable, or point the config to one that is. Nothing else is lost: the file is written again on the next save.',
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

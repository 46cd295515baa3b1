import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { MigrateError, messageOf } from '../error.js'
import type { DirectorySource } from './source.js'

/** Where files go; throws SP4020 for an embedded directory. */
export function writablePath(source: DirectorySource): string {
  if (source.path !== undefined) return source.path
  throw new MigrateError('SP4020', 'embedded migrations cannot be written', {
    fix: 'Write into the directory on disk.',
  })
}

/**
 * Replaces a file at once: a full disk or a kill leaves the old text, never half of the new one.
 * Throws SP4020.
 * @returns whether the text was another
 */
export function replaceFile(path: string, text: string): boolean {
  // The ending keeps the passing file out of every tool's glob.
  const temporary = `${path}.${process.pid}.tmp`
  try {
    if (readText(path) === text) return false
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    const bytes = Buffer.from(text)
    const descriptor = openSync(temporary, 'w', 0o644)
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
    return true
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw new MigrateError('SP4020', `cannot write ${path}`, {
      file: path,
      why: messageOf(cause),
      fix: 'What stood there before is untouched. Make room or set the rights, and run the command again.',
      cause,
    })
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Several files and then atlas.sum, all or nothing: where a later one cannot be written, the earlier ones are put back.
 * @param files absolute paths with their texts; `undefined` removes
 */
export function replaceFiles(files: readonly { path: string; text: string | undefined }[], last: () => void): void {
  const before = files.map(({ path }) => ({ path, text: readText(path) }))
  const put = ({ path, text }: { path: string; text: string | undefined }): void => {
    if (text === undefined) rmSync(path, { force: true })
    else replaceFile(path, text)
  }
  try {
    files.forEach(put)
    last()
  } catch (error) {
    for (const { path, text } of before) {
      try {
        put({ path, text })
      } catch {
        // The first failure is the one to report; what cannot be put back is told by `migrate validate`.
      }
    }
    throw error
  }
}

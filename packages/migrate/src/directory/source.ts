import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync, type Dirent } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Script } from '../apply/script-hash.js'
import { MigrateError, messageOf } from '../error.js'

/** A migrations directory inside a program: file names (with `/`) to their exact text, `atlas.sum` among them. */
export interface EmbeddedMigrations {
  readonly files: Readonly<Record<string, string>>
  /** Format to read it with where the caller names none. */
  readonly format?: string
  /** Scripts that run around every apply, for `initDatabase`. */
  readonly pre?: readonly Script[]
  readonly post?: readonly Script[]
}

export interface SourceEntry {
  /** Relative to the directory, `/` as separator. */
  name: string
  directory: boolean
}

/** Bytes of one file, piece by piece, so that a large file never lies in memory whole. */
export interface ByteReader {
  /** The next piece, undefined at the end. */
  read(): Uint8Array | undefined
  close(): void
}

/** Where the files of a directory come from. */
export interface DirectorySource {
  /** For messages. */
  readonly location: string
  /** Absolute path; undefined for an embedded directory, which cannot be written. */
  readonly path?: string
  /** Entries in byte order of their names; in `recursive` walks hidden folders are skipped and files keep walk order. */
  list(recursive: boolean): SourceEntry[]
  open(name: string): ByteReader
  has(name: string): boolean
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Sorts names as Atlas and the file system's byte order do; `localeCompare` would not. */
export function sortByBytes<T>(items: readonly T[], name: (item: T) => string): T[] {
  return [...items].sort((a, b) => byBytes(name(a), name(b)))
}

const pieceSize = 1 << 18

function openFile(path: string): ByteReader {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (cause) {
    throw new MigrateError('SP4002', `cannot read ${path}`, { file: path, why: messageOf(cause), cause })
  }
  // Most migrations are small: a large buffer for each would be garbage.
  const length = Math.min(pieceSize, fstatSync(descriptor).size + 1)
  return {
    read() {
      const piece = Buffer.allocUnsafe(length)
      const read = readSync(descriptor, piece, 0, length, null)
      return read === 0 ? undefined : piece.subarray(0, read)
    },
    close: () => closeSync(descriptor),
  }
}

function listFolder(path: string): Dirent[] {
  try {
    return sortByBytes(readdirSync(path, { withFileTypes: true }), (entry) => entry.name)
  } catch (cause) {
    const fix = 'Create it with `savepoint migrate new`, or name the right one with `--dir`.'
    throw new MigrateError('SP4002', `cannot read the migrations directory ${path}`, {
      file: path,
      why: messageOf(cause),
      fix,
      cause,
    })
  }
}

function createFolderSource(path: string): DirectorySource {
  const isDirectory = (name: string, entry: Dirent): boolean =>
    entry.isDirectory() || (entry.isSymbolicLink() && statSync(join(path, name)).isDirectory())
  const walk = (prefix: string, recursive: boolean): SourceEntry[] =>
    listFolder(join(path, prefix)).flatMap((entry) => {
      const name = prefix + entry.name
      if (!isDirectory(name, entry)) return [{ name, directory: false }]
      if (!recursive) return [{ name, directory: true }]
      return entry.name.startsWith('.') ? [] : walk(`${name}/`, true)
    })
  return {
    location: path,
    path,
    list: (recursive) => walk('', recursive),
    open: (name) => openFile(join(path, name)),
    has: (name) => statSync(join(path, name), { throwIfNoEntry: false }) !== undefined,
  }
}

function createEmbeddedSource({ files }: EmbeddedMigrations): DirectorySource {
  const hidden = (name: string): boolean =>
    name
      .split('/')
      .slice(0, -1)
      .some((part) => part.startsWith('.'))
  return {
    location: 'the embedded migrations',
    list(recursive) {
      // A walk compares names folder by folder, so the separator has to sort before every other character.
      const names = sortByBytes(Object.keys(files), (name) => name.replaceAll('/', '\0'))
      return names
        .filter((name) => (recursive ? !hidden(name) : !name.includes('/')))
        .map((name) => ({ name, directory: false }))
    },
    open(name) {
      const text = files[name]
      if (text === undefined)
        throw new MigrateError('SP4002', `the embedded migrations have no ${name}`, { file: name })
      let rest: Uint8Array | undefined = Buffer.from(text)
      return {
        read() {
          const piece = rest
          rest = undefined
          return piece?.length ? piece : undefined
        },
        close() {},
      }
    },
    has: (name) => Object.hasOwn(files, name),
  }
}

/**
 * Splits an Atlas directory URL (`file://migrations?format=goose`) into its path and what it says of the format.
 * A plain path is returned as it is.
 */
export function parseDirectoryLocation(location: string | URL): { path: string; format?: string } {
  if (location instanceof URL) return { path: fileURLToPath(location) }
  if (!location.startsWith('file://')) return { path: location }
  const [path = '', query] = location.slice('file://'.length).split('?', 2)
  const format = new URLSearchParams(query).get('format')
  return { path: path || 'migrations', ...(format ? { format } : {}) }
}

/** @param location a path, a `file:` URL (Atlas's relative ones too), or embedded files */
export function createSource(location: string | URL | EmbeddedMigrations): DirectorySource {
  if (typeof location === 'string' || location instanceof URL)
    return createFolderSource(resolve(parseDirectoryLocation(location).path))
  return createEmbeddedSource(location)
}

/** The whole file. For files that may be large use `open`. */
export function readBytes(source: DirectorySource, name: string): Buffer {
  const reader = source.open(name)
  try {
    const pieces: Uint8Array[] = []
    for (let piece = reader.read(); piece; piece = reader.read()) pieces.push(piece)
    return Buffer.concat(pieces)
  } finally {
    reader.close()
  }
}

import { mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'

/** The part of a file system that writing generated files needs. Passed in, so that a failing disk can be tested. */
export interface FileSystem {
  /** Text of a file, undefined when there is none. */
  read(path: string): Promise<string | undefined>
  /** The first bytes of a file as text, undefined when there is none. */
  readStart(path: string, bytes: number): Promise<string | undefined>
  write(path: string, content: string, mode?: number): Promise<void>
  /** Permission bits of a file, undefined when there is none. */
  mode(path: string): Promise<number | undefined>
  rename(from: string, to: string): Promise<void>
  /** Removes a file; one that is gone already is no failure. */
  remove(path: string): Promise<void>
  makeDirectory(path: string): Promise<void>
  /** Paths of all files below a folder, relative to it, with `/`; none when there is no folder. */
  list(directory: string): Promise<string[]>
}

export const nodeFileSystem: FileSystem = {
  read: (path) => orMissing(readFile(path, 'utf8')),
  async readStart(path, bytes) {
    const file = await orMissing(open(path, 'r'))
    if (!file) return undefined
    try {
      const buffer = Buffer.alloc(bytes)
      const { bytesRead } = await file.read(buffer, 0, bytes, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  },
  write: (path, content, mode) => writeFile(path, content, mode === undefined ? {} : { mode }),
  mode: async (path) => (await orMissing(stat(path)))?.mode,
  rename,
  async remove(path) {
    await orMissing(unlink(path))
  },
  async makeDirectory(path) {
    await mkdir(path, { recursive: true })
  },
  async list(directory) {
    const entries = (await orMissing(readdir(directory, { recursive: true, withFileTypes: true }))) ?? []
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(directory.length + 1).replaceAll('\\', '/'))
  },
}

async function orMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading
  } catch (error) {
    // ENOTDIR: a parent of the path is a file, so the path does not exist either.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { DiagnosticError } from '../../diagnostics/index.js'
import { lockDirectory, type DirectoryLock } from '../directory-lock.js'
import { readImage, writeImage, type ImageCache } from './image.js'
import { pgliteVersion } from './resolve-extensions.js'
import { readTar } from './tar.js'

export interface BootOptions {
  /** Absolute path of the data directory; undefined for memory. */
  directory?: string | undefined
  /** Where the initdb image is cached. */
  imageDirectory: string
  /** Of a database in memory: it will never make another database, so what that is made from is left out. */
  disposable: boolean
  onProgress(message: string): void
  onWarning(message: string): void
}

// 1 MB segments instead of 16 MB: nothing here writes enough to need more, and the image is a third smaller.
const initdbParameters = ['--wal-segsize=1']

// PGlite's own default sets search_path to `public` alone and above everything; a real server has `"$user", public`.
const startParameters = PGlite.defaultStartParams.filter(
  (parameter, index, all) => parameter !== 'search_path=public' && all[index + 1] !== 'search_path=public',
)

/**
 * Starts Postgres in this thread, on an existing data directory or a new one from the cached initdb image.
 *
 * @throws Error with what Postgres wrote last, when it does not start
 */
export async function bootPglite(options: BootOptions): Promise<PGlite> {
  const { directory } = options
  const log: string[] = []
  const base: PGliteOptions = {
    startParams: startParameters,
    onStderr: (line) => {
      if (log.push(line) > maxLogLines) log.shift()
      return false
    },
  }
  try {
    if (directory === undefined)
      return await PGlite.create({ ...base, loadDataDir: createArchive(await loadImage(options), options.disposable) })
    if (!existsSync(join(directory, 'PG_VERSION'))) await createDataDirectory(directory, await loadImage(options))
    return await PGlite.create({ ...base, dataDir: directory })
  } catch (error) {
    throw new Error([String(error), ...log].join('\n'), { cause: error })
  }
}

const maxLogLines = 12

// Oids of template1 and template0 are the same everywhere; their files are half of the image, and of the time to load it.
const templateRE = /^\/?base\/[14](?:\/|$)/

function createArchive(image: Uint8Array<ArrayBuffer>, disposable: boolean): Blob {
  if (!disposable) return new Blob([image])
  const blocks = [...readTar(Buffer.from(image.buffer, image.byteOffset, image.byteLength))].flatMap(
    ({ path, block }) => (templateRE.test(path) ? [] : [new Uint8Array(block)]),
  )
  // Two empty blocks end an archive.
  return new Blob([...blocks, new Uint8Array(1024)])
}

// In a folder beside it first: a start that is interrupted leaves no half of a database.
async function createDataDirectory(directory: string, image: Uint8Array<ArrayBuffer>): Promise<void> {
  const fresh = `${directory}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true, mode: 0o700 })
  for (const { path, data } of readTar(Buffer.from(image.buffer, image.byteOffset, image.byteLength))) {
    if (data) await writeFile(join(fresh, path), data, { mode: 0o600 })
    else await mkdir(join(fresh, path), { recursive: true, mode: 0o700 })
  }
  // Only an empty folder can stand there; see `refuseForeignDirectory`.
  await rm(directory, { recursive: true, force: true })
  await rename(fresh, directory)
}

async function loadImage(options: BootOptions): Promise<Uint8Array<ArrayBuffer>> {
  const cache = { directory: options.imageDirectory, version: pgliteVersion() }
  const cached = await readImage(cache)
  if (cached) return new Uint8Array(cached)
  const lock = await waitForLock(join(cache.directory, 'making'), async () => (await readImage(cache)) !== undefined)
  try {
    const made = await readImage(cache)
    if (made) return new Uint8Array(made)
    options.onProgress('preparing the embedded Postgres (once per machine)')
    return await makeImage(cache, options)
  } finally {
    await lock?.release()
  }
}

async function makeImage(cache: ImageCache, options: BootOptions): Promise<Uint8Array<ArrayBuffer>> {
  const fresh = await PGlite.create({ initDbStartParams: initdbParameters })
  const image = new Uint8Array(await (await fresh.dumpDataDir('none')).arrayBuffer())
  await fresh.close()
  try {
    await writeImage(cache, image)
  } catch (error) {
    options.onWarning(`the image of the embedded Postgres cannot be kept in ${cache.directory}: ${String(error)}`)
  }
  return image
}

// Two databases that start at once on a new machine make one image, not two: the second waits for the first.
const maxWait = 60_000

/** The lock, or nothing when there is no need for it (`isDone`) or no way to it (a folder that cannot be written to). */
async function waitForLock(file: string, isDone: () => Promise<boolean>): Promise<DirectoryLock | undefined> {
  for (const end = Date.now() + maxWait; Date.now() < end && !(await isDone()); await delay(200)) {
    try {
      return await lockDirectory(file)
    } catch (error) {
      if (!(error instanceof DiagnosticError)) return undefined
    }
  }
  return undefined
}

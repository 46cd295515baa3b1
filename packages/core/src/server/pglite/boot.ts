import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { readImage, writeImage } from './image.js'
import { pgliteVersion } from './resolve-extensions.js'
import { readTar } from './tar.js'

export interface BootOptions {
  /** Absolute path of the data directory; undefined for memory. */
  directory?: string | undefined
  /** Where the initdb image is cached. */
  imageDirectory: string
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
      return await PGlite.create({ ...base, loadDataDir: new Blob([await loadImage(options)]) })
    if (!existsSync(join(directory, 'PG_VERSION'))) await createDataDirectory(directory, await loadImage(options))
    return await PGlite.create({ ...base, dataDir: directory })
  } catch (error) {
    throw new Error([String(error), ...log].join('\n'), { cause: error })
  }
}

const maxLogLines = 12

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
  options.onProgress('preparing the embedded Postgres (once per machine)')
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

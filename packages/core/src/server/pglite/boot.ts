import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { readImage, writeImage } from './image.js'
import { pgliteVersion } from './resolve-extensions.js'

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

/** Starts Postgres in this thread, on an existing data directory or a new one from the cached initdb image. */
export async function bootPglite(options: BootOptions): Promise<PGlite> {
  const { directory } = options
  const exists = directory !== undefined && existsSync(join(directory, 'PG_VERSION'))
  if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 })
  const base: PGliteOptions = {
    startParams: startParameters,
    ...(directory === undefined ? {} : { dataDir: directory }),
  }
  if (exists) return PGlite.create(base)
  return PGlite.create({ ...base, loadDataDir: new Blob([await loadImage(options)]) })
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

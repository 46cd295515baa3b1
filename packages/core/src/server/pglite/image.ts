import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the initdb image of one PGlite version is kept. Shared by every project that gives the same directory. */
export interface ImageCache {
  directory: string
  /** PGlite's version; an image of another one would hold another catalog. */
  version: string
}

const pathOf = (cache: ImageCache): string => join(cache.directory, `pglite-${cache.version}.image`)

// The image carries its own checksum in front: a half-written or damaged file must be noticed, not booted.
const checksumLength = 32

/** Reads the cached image: a tar of the data directory. Undefined when there is none or it is damaged. */
export async function readImage(cache: ImageCache): Promise<Buffer | undefined> {
  let file: Buffer
  try {
    file = await readFile(pathOf(cache))
  } catch {
    return undefined
  }
  const image = file.subarray(checksumLength)
  const checksum = createHash('sha256').update(image).digest()
  return image.length > 0 && checksum.equals(file.subarray(0, checksumLength)) ? image : undefined
}

/** Stores an image for the next start. Atomic: two processes that do it at once leave one whole file. */
export async function writeImage(cache: ImageCache, image: Uint8Array): Promise<void> {
  await mkdir(cache.directory, { recursive: true })
  const temporary = `${pathOf(cache)}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(temporary, Buffer.concat([createHash('sha256').update(image).digest(), image]))
    await rename(temporary, pathOf(cache))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

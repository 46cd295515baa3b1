import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { Catalog } from '@savepoint/catalog'
import type { Statement } from '../sources/source.js'

/** Everything that decides what statements mean. */
export interface CacheInputs {
  statements: readonly Statement[]
  /** `server_version_num` of scratch. */
  version: number
  /** What the server is besides its version: its kind and loaded extensions, in any form that is stable. */
  server: string
  include?: readonly string[]
  exclude?: readonly string[]
}

/** Elaborated catalogs on disk, so that a start with nothing changed needs no database. */
export interface CatalogCache {
  /** undefined when it is not there, is damaged, or was written by another version of ours. */
  load(inputs: CacheInputs): Promise<Catalog | undefined>
  /** A disk that cannot be written is no failure: the next start is slower, that is all. */
  save(inputs: CacheInputs, catalog: Catalog): Promise<void>
}

// Of the file's layout and of what a catalog holds. Raised whenever either changes, so that no old file is misread.
const formatVersion = 1
const header = Buffer.from(`savepoint catalog ${formatVersion}\n`)
const checksumLength = 20
// Each branch of a project has its own; more are old ones.
const keptFiles = 12

/**
 * @param directory absolute path; made when it is missing
 * @param packageVersion of whoever reads catalogs: another one may read other facts
 */
export function createCatalogCache(directory: string, packageVersion: string): CatalogCache {
  const fileOf = (inputs: CacheInputs): string => join(directory, `${hashInputs(inputs, packageVersion)}.catalog`)
  return {
    async load(inputs) {
      const file = fileOf(inputs)
      try {
        const catalog = decode(await readFile(file))
        const now = new Date()
        if (catalog) await utimes(file, now, now)
        return catalog
      } catch {
        return undefined
      }
    },
    async save(inputs, catalog) {
      const file = fileOf(inputs)
      const temporary = `${file}.${process.pid}.tmp`
      try {
        await mkdir(directory, { recursive: true })
        await writeFile(temporary, encode(catalog))
        await rename(temporary, file)
        await removeOldest(directory)
      } catch {
        await rm(temporary, { force: true }).catch(() => {})
      }
    },
  }
}

function hashInputs(inputs: CacheInputs, packageVersion: string): string {
  const hash = createHash('sha1')
  const { statements, ...rest } = inputs
  hash.update(JSON.stringify([packageVersion, rest]))
  // The file separates sessions: a SET holds for the statements after it in the same file.
  let file: string | undefined
  for (const statement of statements) {
    if (statement.file !== file) hash.update(`\n${statement.phase}\n`)
    file = statement.file
    hash.update(statement.hash)
  }
  return hash.digest('hex')
}

/** header, SHA-1 of the body, body: a V8 serialisation of the catalog, which keeps Maps and is faster than JSON. */
function encode(catalog: Catalog): Buffer {
  const body = serialize(catalog)
  return Buffer.concat([header, createHash('sha1').update(body).digest(), body])
}

function decode(bytes: Buffer): Catalog | undefined {
  if (!bytes.subarray(0, header.length).equals(header)) return undefined
  const body = bytes.subarray(header.length + checksumLength)
  const checksum = bytes.subarray(header.length, header.length + checksumLength)
  if (!createHash('sha1').update(body).digest().equals(checksum)) return undefined
  const value: unknown = deserialize(body)
  return isCatalog(value) ? value : undefined
}

// The checksum has told that these are our own bytes.
function isCatalog(value: unknown): value is Catalog {
  return typeof value === 'object' && value !== null && 'objects' in value && value.objects instanceof Map
}

async function removeOldest(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.catalog'))
  if (names.length <= keptFiles) return
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(directory, name), time: (await stat(join(directory, name))).mtimeMs })),
  )
  files.sort((a, b) => b.time - a.time)
  await Promise.all(files.slice(keptFiles).map(({ path }) => rm(path, { force: true })))
}

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyCatalog } from '@savepoint/catalog'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import { createCatalogCache, type CacheInputs } from './cache.js'

let directory: string
beforeAll(loadParser)
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'savepoint-cache-')), 'catalogs')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const inputsOf = (text: string, version = 180003): CacheInputs => ({
  statements: readStatements({ path: '/a.sql', phase: 'schema', text, hash: '' }).statements,
  version,
  server: 'pglite',
})
const catalog = {
  ...emptyCatalog(180003),
  dependencies: [{ from: 'view public.v', to: 'table public.t' }],
  addresses: new Map([['1259:16384:0', 'table public.t']]),
}

describe('the cache of catalogs', () => {
  it('gives back what was saved, whatever the layout of the files', async () => {
    const cache = createCatalogCache(directory, '1')
    await cache.save(inputsOf('CREATE TABLE a (b int);'), catalog)
    expect(await cache.load(inputsOf('-- comment\nCREATE TABLE a\n  (b int);'))).toEqual(catalog)
  })

  it('knows nothing of other statements, servers or versions of ours', async () => {
    const cache = createCatalogCache(directory, '1')
    await cache.save(inputsOf('CREATE TABLE a ();'), catalog)
    expect(await cache.load(inputsOf('CREATE TABLE b ();'))).toBeUndefined()
    expect(await cache.load(inputsOf('CREATE TABLE a ();', 170001))).toBeUndefined()
    expect(await createCatalogCache(directory, '2').load(inputsOf('CREATE TABLE a ();'))).toBeUndefined()
  })

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -5)],
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')])],
    ['empty', () => Buffer.alloc(0)],
  ])('ignores a file that was %s', async (_, damage) => {
    const cache = createCatalogCache(directory, '1')
    await cache.save(inputsOf('CREATE TABLE a ();'), catalog)
    const [name = ''] = await readdir(directory)
    await writeFile(join(directory, name), damage(await readFile(join(directory, name))))
    expect(await cache.load(inputsOf('CREATE TABLE a ();'))).toBeUndefined()
  })

  it('is no failure on a disk that cannot be written', async () => {
    await mkdir(join(directory, '..'), { recursive: true })
    await writeFile(directory, 'a file stands where the directory should be')
    const cache = createCatalogCache(directory, '1')
    await expect(cache.save(inputsOf('CREATE TABLE a ();'), catalog)).resolves.toBeUndefined()
  })

  it('keeps the newest files only', async () => {
    const cache = createCatalogCache(directory, '1')
    for (let index = 0; index < 15; index++) await cache.save(inputsOf(`CREATE TABLE a${index} ();`), catalog)
    expect(await readdir(directory)).toHaveLength(12)
  })
})

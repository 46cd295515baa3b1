import { extract } from '@savepoint/catalog'
import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPglite } from '../../../../test/support/database.js'
import { resetBlog } from '../testing/blog.js'
import { pgliteConnection } from '../testing/connection.js'
import { emptyCache } from './cache.js'
import { generateQueries, type QueriesOptions } from './generate.js'

let pglite: PGlite

beforeAll(async () => {
  pglite = await createPglite()
})
afterAll(() => pglite?.close())
beforeEach(() => resetBlog(pglite))

const generate = (text: string, options: QueriesOptions = {}) =>
  generateQueries([{ path: 'src/users.sql', text }], { connection: pgliteConnection(pglite), ...options })

describe('analysis', () => {
  const text = '-- name: A :many\nSELECT name FROM users;\n-- name: B :many\nSELECT title FROM posts;\n'

  it('is not repeated for what the cache knows', async () => {
    const first = await generate(text, { schemaHash: 's1' })
    const second = await generate(`\n${text.replace('title', 'title, id')}`, { schemaHash: 's1', cache: first.cache })
    expect([first.analysed, second.analysed]).toEqual([2, 1])
    expect(second.modules[0]?.queries.map((query) => query.line)).toEqual([2, 4])
  })

  it('is repeated for what a change of the schema touches, through views, and for nothing else', async () => {
    await pglite.exec('CREATE VIEW headlines AS SELECT title FROM posts')
    const queries = `${text}-- name: C :many\nSELECT title FROM headlines;\n-- name: D :many\nSELECT role FROM users;\n`
    const catalog = () => extract(pgliteConnection(pglite))
    const first = await generate(queries, { catalog: await catalog() })
    expect(first.analysed).toBe(4)
    const again = async (change: string) => {
      await pglite.exec(change)
      return (await generate(queries, { catalog: await catalog(), cache: first.cache })).analysed
    }
    expect(await again('CREATE TABLE unrelated (id integer); CREATE INDEX ON posts (title)')).toBe(2)
    expect(await again('DROP INDEX posts_title_idx')).toBe(0)
    expect(await again('ALTER TABLE posts ALTER COLUMN title DROP NOT NULL')).toBe(2)
    expect(await again(`ALTER TYPE role ADD VALUE 'guest'`)).toBe(3)
  })

  it('needs no database when the cache knows everything', async () => {
    const { cache } = await generate(text, { schemaHash: 's1' })
    const kept = JSON.parse(JSON.stringify(cache)) as typeof cache
    const offline = await generateQueries([{ path: 'src/users.sql', text }], { cache: kept, schemaHash: 's1' })
    expect(offline.diagnostics).toEqual([])
    expect(offline.files).toEqual((await generate(text)).files)
    const stale = await generateQueries([{ path: 'src/users.sql', text }], { cache: kept, schemaHash: 's2' })
    expect(stale.diagnostics.map((each) => each.code)).toEqual(['SP6014', 'SP6014'])
    expect(stale.files).toEqual([])
  })

  it('leaves nothing behind on the connection', async () => {
    await generate(text, { cache: emptyCache() })
    await generate('-- name: X :many\nSELECT nope FROM users WHERE id = $1;')
    expect((await pglite.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([])
    expect((await pglite.query(`SELECT proname FROM pg_proc WHERE proname LIKE 'sp\\_%'`)).rows).toEqual([])
    await pglite.exec('BEGIN; SAVEPOINT mine')
    await generate(text)
    await pglite.exec('ROLLBACK TO mine; COMMIT')
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { differences, extract, updateCatalog } from '../index.js'

describe.each(availableServers())('extraction on %s', (server) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase(server)
    await database.query(`CREATE SCHEMA other; CREATE TABLE a (id int PRIMARY KEY, x text); CREATE TABLE other.b (id int);
      CREATE VIEW v AS SELECT x FROM a; CREATE TYPE mood AS ENUM ('ok')`)
  })
  afterAll(() => database.close())

  it('leaves an open transaction, its settings and its savepoints as they were', async () => {
    const usual = (await database.query('SHOW search_path')).rows
    await database.query('BEGIN')
    await database.query('SET LOCAL search_path = other, public')
    await database.query('SAVEPOINT mine')
    await database.query('CREATE TABLE fresh (id int)')
    const catalog = await extract(database)
    expect(catalog.objects.has('table other.fresh')).toBe(true)
    expect((await database.query('SHOW search_path')).rows).toEqual([{ search_path: 'other, public' }])
    await database.query('ROLLBACK TO mine')
    await database.query('COMMIT')
    expect((await database.query('SHOW search_path')).rows).toEqual(usual)
    expect((await extract(database)).objects.has('table other.fresh')).toBe(false)
  })

  it('reads only the schemas that are asked for', async () => {
    const included = await extract(database, { include: ['other'] })
    expect([...included.objects.keys()].filter((id) => id.startsWith('table'))).toEqual(['table other.b'])
    const excluded = await extract(database, { exclude: ['other'] })
    expect([...excluded.objects.keys()].filter((id) => id.startsWith('table'))).toEqual(['table public.a'])
  })

  it('leaves out the relations that a pattern names, with what belongs to them', async () => {
    const excluded = await extract(database, { exclude: ['public.?', 'none.*'] })
    const named = [...excluded.objects.keys()].filter((id) => /^\w+ public\.[av]\b/.test(id))
    expect(named).toEqual([])
    expect(excluded.objects.has('table other.b')).toBe(true)
    expect(excluded.dependencies.filter(({ from, to }) => / public\.a\b/.test(`${from} ${to}`))).toEqual([])
  })

  it('knows on which columns a view rests', async () => {
    const { dependencies } = await extract(database)
    expect(dependencies).toContainEqual({ from: 'view public.v', to: 'column public.a.x' })
  })

  it('brings a catalog up to date from a part of the database', async () => {
    const before = await extract(database)
    await database.query('BEGIN')
    await database.query(
      'ALTER TABLE a ADD COLUMN y mood; CREATE INDEX a_y ON a (y); ALTER TABLE a DROP CONSTRAINT a_pkey',
    )
    const { address } = before.objects.get('table public.a') ?? {}
    if (!address) throw new Error('the table is missing')
    const scope = [{ classid: address.classid, objid: address.objid }]
    const updated = updateCatalog(before, await extract(database, { scope }), scope)
    const whole = await extract(database)
    await database.query('ROLLBACK')
    expect(differences(updated, whole)).toEqual([])
    expect(updated.dependencies).toContainEqual({ from: 'column public.a.y', to: 'enum public.mood' })
  })
})

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { differences, extract, plan, print } from '@savepoint/catalog'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { findHeaders, isMissing } from '../support/requirement.js'
import { compareObservations, observe } from './observer.js'

const labelled = `
  CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a'); CREATE DOMAIN s.d AS int; CREATE TABLE s.t (id int PRIMARY KEY, x text);
  CREATE VIEW s.v AS SELECT x FROM s.t; CREATE MATERIALIZED VIEW s.m AS SELECT x FROM s.t; CREATE SEQUENCE s.q;
  CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE s.p() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE s.g(int) (SFUNC = int4pl, STYPE = int); CREATE PUBLICATION labelled;
  CREATE FUNCTION s.ef() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER labelled ON sql_drop EXECUTE FUNCTION s.ef();
  CREATE FOREIGN DATA WRAPPER labelled; CREATE SERVER labelled FOREIGN DATA WRAPPER labelled; CREATE FOREIGN TABLE s.ft (a int) SERVER labelled;`
const targets = [
  'SCHEMA s',
  'TYPE s.mood',
  'DOMAIN s.d',
  'TABLE s.t',
  'COLUMN s.t.x',
  'VIEW s.v',
  'COLUMN s.v.x',
  'MATERIALIZED VIEW s.m',
  'SEQUENCE s.q',
  'FUNCTION s.f(int)',
  'PROCEDURE s.p()',
  'AGGREGATE s.g(int)',
  'PUBLICATION labelled',
  'EVENT TRIGGER labelled',
  'FOREIGN TABLE s.ft',
]
const label = (text: string): string =>
  targets.map((target) => `SECURITY LABEL FOR "any" ON ${target} IS ${text};`).join('\n')

// A provider is a library of the server, and Postgres comes with none: one of a few lines is compiled for the server of the distribution.
describe.skipIf(isMissing('headers'))('security labels on Postgres 15 [needs headers]', () => {
  let folder: string
  const databases: TestDatabase[] = []
  const clients: pg.Client[] = []
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'savepoint-labels-'))
    chmodSync(folder, 0o755)
    const source = fileURLToPath(new URL('label-provider.c', import.meta.url))
    const { status, stderr } = spawnSync(
      'cc',
      ['-shared', '-fPIC', '-I', findHeaders(), '-o', join(folder, 'any.so'), source],
      { encoding: 'utf8' },
    )
    expect(status, stderr).toBe(0)
  })
  afterAll(async () => {
    for (const client of clients) await client.end()
    for (const database of databases) await database.close()
    rmSync(folder, { recursive: true })
  })

  async function open(sql: string): Promise<pg.Client> {
    const database = await createTestDatabase('15')
    databases.push(database)
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    clients.push(client)
    await client.query(`LOAD '${join(folder, 'any.so')}'`)
    await client.query(sql)
    return client
  }

  it('are set, changed, taken away and printed on every kind that has them', async () => {
    const states = [labelled, `${labelled}${label(`'it''s secret'`)}`, `${labelled}${label(`'open'`)}`]
    for (const from of states)
      for (const to of states) {
        if (from === to) continue
        const [source, target] = [await open(from), await open(to)]
        const wanted = await extract(target)
        const { steps } = plan(await extract(source), wanted)
        expect(steps).toHaveLength(targets.length)
        for (const { sql } of steps) await source.query(sql)
        expect(differences(await extract(source), wanted)).toEqual([])
        expect(compareObservations(await observe(source), await observe(target))).toEqual([])
      }
    const [source, target] = [await open(states[1] ?? ''), await open('')]
    for (const { sql } of print(await extract(source))) await target.query(sql)
    expect(compareObservations(await observe(target), await observe(source))).toEqual([])
  })

  it('stay on what is made anew', async () => {
    const source = await open(`${labelled}${label(`'kept'`)}`)
    const target = await open(`${labelled.replaceAll('x text', 'x varchar')}${label(`'kept'`)}`)
    for (const { sql } of plan(await extract(source), await extract(target)).steps) await source.query(sql)
    expect(compareObservations(await observe(source), await observe(target))).toEqual([])
  })
})

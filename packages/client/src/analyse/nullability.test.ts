import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import { analyseQueries } from './analyse.js'
import { nullRule } from './builtins.js'
import type { FunctionFacts } from './facts.js'

const folder = join(sharedFolder, 'fixtures/query-nullability')

interface LabelledQuery {
  name: string
  sql: string
  nullable: boolean[]
  looseOk?: number[]
  setup?: string
  minMajor?: number
  maxMajor?: number
}

const read = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T

describe.skipIf(isMissing('shared')).each(availableServers())('labelled queries on %s [needs shared]', (server) => {
  let database: TestDatabase
  let major: number

  beforeAll(async () => {
    database = await createTestDatabase(server)
    await database.query(readFileSync(join(folder, 'schema.sql'), 'utf8'))
    await database.query(readFileSync(join(folder, 'traps-schema.sql'), 'utf8'))
    const { rows } = await database.query<{ version: string }>(
      `SELECT current_setting('server_version_num') AS version`,
    )
    major = Math.floor(Number(rows[0]?.version) / 10_000)
  })
  afterAll(() => database?.close())

  /** Columns called not null that may be null, and columns called nullable that never are. */
  async function judge(cases: LabelledQuery[]): Promise<{ unsound: string[]; loose: string[] }> {
    const unsound: string[] = []
    const loose: string[] = []
    for (const each of cases) {
      if (major < (each.minMajor ?? 14) || major > (each.maxMajor ?? 99)) continue
      await database.query('BEGIN')
      if (each.setup !== undefined) await database.query(each.setup)
      const [result] = await analyseQueries(database, [{ text: each.sql }])
      await database.query('ROLLBACK')
      if (result?.kind !== 'analysed') throw new Error(`${each.name}: ${result?.message}`)
      expect(result.columns, each.name).toHaveLength(each.nullable.length)
      result.columns?.forEach((column, index) => {
        if (each.nullable[index] && !column.nullable) unsound.push(`${each.name}: ${column.name}`)
        if (!each.nullable[index] && column.nullable && !each.looseOk?.includes(index))
          loose.push(`${each.name}: ${column.name}`)
      })
    }
    return { unsound, loose }
  }

  it('are typed as they are labelled', async () => {
    expect(await judge(read<{ cases: LabelledQuery[] }>('cases.json').cases)).toEqual({ unsound: [], loose: [] })
  })

  it('hold the traps that simple rules fall into', async () => {
    expect(await judge(read<{ cases: LabelledQuery[] }>('traps.json').cases)).toEqual({ unsound: [], loose: [] })
  })

  it('trust no built-in function that was seen to return NULL, nor one that was never tried', async () => {
    const observed = read<{
      returnsNull: { function: string }[]
      neverObservedNull: Record<string, string[]>
      assumedNeverNull: string[]
    }>('builtin-nulls.json')
    const returnsNull = new Set(observed.returnsNull.map((each) => each.function))
    const { rows } = await database.query<FunctionFacts>(
      `SELECT 'pg_catalog' AS schema, p.proname AS name, p.proisstrict AS strict, p.provolatile::text AS volatility,
         p.proname || '(' || coalesce((SELECT string_agg(format_type(u.t, NULL), ',' ORDER BY u.o) FROM unnest(p.proargtypes) WITH ORDINALITY u(t, o)), '') || ')' AS signature
       FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset`,
    )
    const trusted = rows
      .filter((row) => nullRule({ ...row, promisedNotNull: false }) !== 'nullable')
      .map((row) => row.signature)
    expect(trusted.filter((signature) => returnsNull.has(signature))).toEqual([])
  })
})

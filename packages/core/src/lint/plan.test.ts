import { extract, lintCodes, plan, type Catalog, type PlanOptions } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import type { LintConfig } from '../config/lint.js'
import { lintPlan, type PlanFinding } from './plan.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase('pglite')
})
afterAll(() => database.close())

async function catalogOf(sql: string): Promise<Catalog> {
  await database.query('BEGIN')
  try {
    await database.query(sql)
    return await extract(database)
  } finally {
    await database.query('ROLLBACK')
  }
}

interface Options extends PlanOptions {
  config?: LintConfig
}

async function lint(from: string, to: string, { config = {}, ...options }: Options = {}): Promise<PlanFinding[]> {
  const before = await catalogOf(from)
  const after = await catalogOf(to)
  return lintPlan(plan(before, after, options), {
    from: before,
    to: after,
    config: { lint: config, plugins: [] },
    statements: [],
    locate: () => undefined,
  })
}

const codesOf = (findings: readonly PlanFinding[]): string[] => findings.map(({ code }) => code)

/** What other linters report, by their names for it, with a schema before and after where a plan does that. */
const theirs: readonly (readonly [code: string, theirs: string, from: string, to: string, options?: Options])[] = [
  ['DS101', 'Atlas DS101', 'CREATE SCHEMA s', ''],
  ['DS102', 'Atlas DS102, squawk ban-drop-table', 'CREATE TABLE t ()', ''],
  ['DS103', 'Atlas DS103, squawk ban-drop-column', 'CREATE TABLE t (a int, b int)', 'CREATE TABLE t (a int)'],
  ['MF101', 'Atlas MF101', 'CREATE TABLE t (a int)', 'CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a)'],
  [
    'MF102',
    'Atlas MF102',
    'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    'CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a)',
  ],
  ['MF103', 'Atlas MF103, squawk adding-required-field', 'CREATE TABLE t ()', 'CREATE TABLE t (a int NOT NULL)'],
  [
    'MF104',
    'Atlas MF104, squawk adding-not-nullable-field',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (a int NOT NULL)',
  ],
  [
    'BC101',
    'Atlas BC101, squawk renaming-table',
    'CREATE TABLE t ()',
    'CREATE TABLE u ()',
    { renames: [{ from: 'table public.t', to: 'table public.u' }] },
  ],
  [
    'BC102',
    'Atlas BC102, squawk renaming-column',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (b int)',
    { renames: [{ from: 'column public.t.a', to: 'column public.t.b' }] },
  ],
  [
    'CD101',
    'Atlas CD101',
    'CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t)',
    'CREATE TABLE t (a int PRIMARY KEY, b int)',
  ],
  [
    'PG101',
    'Atlas PG101, squawk require-concurrent-index-creation',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
  ],
  [
    'PG102',
    'Atlas PG102, squawk require-concurrent-index-deletion',
    'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    'CREATE TABLE t (a int)',
  ],
  [
    'PG103',
    'Atlas PG103, squawk ban-concurrent-index-creation-in-transaction',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    { strategy: 'online' },
  ],
  [
    'PG104',
    'Atlas PG104, squawk adding-serial-primary-key-field',
    'CREATE TABLE t (a int NOT NULL)',
    'CREATE TABLE t (a int PRIMARY KEY)',
  ],
  [
    'PG105',
    'Atlas PG105, squawk disallowed-unique-constraint',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (a int UNIQUE)',
  ],
  [
    'PG110',
    'Atlas PG110',
    '',
    'CREATE TABLE t (a boolean, b bigint, c boolean, d bigint)',
    { config: { PG110: 'info' } },
  ],
  ['PG301', 'Atlas PG301, squawk changing-column-type', 'CREATE TABLE t (a int)', 'CREATE TABLE t (a bigint)'],
  [
    'PG302',
    'Atlas PG302, squawk adding-field-with-default',
    'CREATE TABLE t ()',
    'CREATE TABLE t (a uuid DEFAULT gen_random_uuid())',
  ],
  ['PG303', 'Atlas PG303', 'CREATE TABLE t (a int)', 'CREATE TABLE t (a int NOT NULL)'],
  ['PG304', 'Atlas PG304', 'CREATE TABLE t (a int)', 'CREATE TABLE t (a int PRIMARY KEY)'],
  [
    'PG305',
    'Atlas PG305, squawk constraint-missing-not-valid',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (a int CHECK (a > 0))',
  ],
  [
    'PG306',
    'Atlas PG306, squawk adding-foreign-key-constraint',
    'CREATE TABLE t (a int PRIMARY KEY, b int)',
    'CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t)',
  ],
  ['NM101', 'Atlas NM101', '', 'CREATE SCHEMA "S"', { config: { naming: { match: '^[a-z_]+$' } } }],
  ['NM102', 'Atlas NM102', '', 'CREATE TABLE "T" ()', { config: { naming: { match: '^[a-z_]+$' } } }],
  ['NM103', 'Atlas NM103', '', 'CREATE TABLE t ("A" int)', { config: { naming: { match: '^[a-z_]+$' } } }],
  [
    'NM104',
    'Atlas NM104',
    '',
    'CREATE TABLE t (a int); CREATE INDEX "I" ON t (a)',
    { config: { naming: { match: '^[a-z_]+$' } } },
  ],
  [
    'NM105',
    'Atlas NM105',
    '',
    'CREATE TABLE t (a int PRIMARY KEY CONSTRAINT "F" REFERENCES t)',
    { config: { naming: { match: '^[a-z_]+$' } } },
  ],
  [
    'NM106',
    'Atlas NM106',
    '',
    'CREATE TABLE t (a int CONSTRAINT "C" CHECK (a > 0))',
    { config: { naming: { match: '^[a-z_]+$' } } },
  ],
  ['BC105', 'squawk ban-drop-not-null', 'CREATE TABLE t (a int NOT NULL)', 'CREATE TABLE t (a int)'],
  ['SH306', 'squawk ban-create-domain-with-constraint', '', 'CREATE DOMAIN d AS int CHECK (VALUE > 0)'],
  [
    'SH306',
    'squawk ban-alter-domain-with-add-constraint',
    'CREATE DOMAIN d AS int',
    'CREATE DOMAIN d AS int CHECK (VALUE > 0)',
  ],
  ['ST101', 'squawk prefer-bigint-over-int', '', 'CREATE TABLE t (a int)', { config: { ST: 'info' } }],
  ['ST102', 'squawk prefer-bigint-over-smallint', '', 'CREATE TABLE t (a smallint)', { config: { ST: 'info' } }],
  ['ST104', 'squawk prefer-text-field', '', 'CREATE TABLE t (a varchar(3))', { config: { ST: 'info' } }],
  ['ST105', 'squawk prefer-timestamptz', '', 'CREATE TABLE t (a timestamp)', { config: { ST: 'info' } }],
  ['ST106', 'squawk ban-char-field', '', 'CREATE TABLE t (a char(3))', { config: { ST: 'info' } }],
]

describe('a plan is told what other linters tell', () => {
  const examples = theirs.map(([code, names, from, to, options]) => ({ code, names, from, to, options }))
  it.each(examples)('$code, which is $names: $to', async ({ code, from, to, options }) => {
    const finding = (await lint(from, to, options)).find((one) => one.code === code)
    expect(finding).toMatchObject({ code, message: expect.stringMatching(/\w/), object: expect.any(String) })
  })

  it('and every name of theirs means its code', () => {
    const known = new Map(lintCodes.map(({ code, names }) => [code, names]))
    for (const [code, names] of theirs)
      for (const [, name = ''] of names.matchAll(/squawk ([\w-]+)/g)) expect(known.get(code), code).toContain(name)
  })

  it('and what says that something should be written otherwise says how', async () => {
    for (const [code, _theirs, from, to, options] of theirs)
      if (/^(?:MF|BC|CD|PG)/.test(code))
        expect((await lint(from, to, options)).find((one) => one.code === code)?.fix, code).toMatch(/\w/)
  })
})

describe('an online plan', () => {
  it('has nothing left of what its detours avoid', async () => {
    const from = 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, c int)'
    const to = `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int NOT NULL, b int REFERENCES p, c int UNIQUE, CHECK (b > 0)); CREATE INDEX i ON t (a)`
    expect(codesOf(await lint(from, to)).sort()).toEqual([
      'MF101',
      'MF104',
      'PG101',
      'PG105',
      'PG303',
      'PG305',
      'PG306',
    ])
    const findings = await lint(from, to, { strategy: 'online' })
    expect(new Set(codesOf(findings))).toEqual(new Set(['MF101', 'MF104', 'PG103']))
    // In a file with a transaction it would be an error; the plan is cut where it has to be.
    expect(findings.find(({ code }) => code === 'PG103')).toMatchObject({ severity: 'info' })
  })
})

describe('the weight of a finding', () => {
  const from = 'CREATE TABLE t (a int)'
  const to = 'CREATE TABLE t (a int); CREATE INDEX i ON t (a)'
  it.each([
    [{}, 'warning'],
    [{ PG101: 'error' }, 'error'],
    [{ PG: 'info' }, 'info'],
    [{ PG: 'error', PG101: 'info' }, 'info'],
    [{ concurrent_index: 'error' }, 'error'],
    [{ concurrent_index: 'error', 'require-concurrent-index-creation': 'info' }, 'info'],
    [{ PG101: 'off' }, undefined],
    [{ PG: 'off', PG101: 'error' }, 'error'],
  ] as const)('with %j is %s', async (config, severity) => {
    expect((await lint(from, to, { config })).find(({ code }) => code === 'PG101')?.severity).toBe(severity)
  })
})

import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { checkProject } from '../check/check.js'
import { loadConfig } from '../config/load.js'
import { planStates } from '../state/states.js'
import type { EngineState } from './engine.js'
import { createTestProject, type TestProject } from './testing/project.js'

const server = inject('servers')['18']
const isRed = ({ status }: EngineState): boolean => status === 'error'

/** Rows of a table that follow the plugin: what stands in `plans` is there, and nothing else. */
const plugin = (plans: Record<string, number>, extra = '') => `
const plans = ${JSON.stringify(plans)}
const quote = (text) => "'" + text.replaceAll("'", "''") + "'"
export const rows = {
  name: 'house:plans',
  cacheKey: JSON.stringify(plans),
  kinds: [{
    name: 'price plan',
    desired: () => Object.entries(plans).map(([name, price]) => ({ name, facts: { price } })),
    async read(connection) {
      const { rows: [table] } = await connection.query("SELECT to_regclass('public.plan') IS NOT NULL AS there")
      if (!table.there) return []
      const { rows } = await connection.query('SELECT name, price FROM public.plan')
      return rows.map(({ name, price }) => ({ name, facts: { price } }))
    },
    create: ({ name, facts }) => 'INSERT INTO plan VALUES (' + quote(name) + ', ' + facts.price + ')',
    alter: ({ name }, { facts }) => 'UPDATE public.plan SET price = ' + facts.price + ' WHERE name = ' + quote(name),
    drop: ({ name }) => 'DELETE FROM public.plan WHERE name = ' + quote(name),
    ${extra}
  }],
}
`

describe.skipIf(server === undefined)('object kinds of plugins [needs native]', () => {
  let project: TestProject
  beforeEach(async () => {
    project = await createTestProject({
      files: {
        'schema/plan.sql': 'create table plan (name text primary key, price integer not null);\n',
        'house.mjs': plugin({ free: 0, "it's paid": 10 }),
      },
      server,
      config: `scratch: '${server}',`,
    })
    project.write(
      'savepoint.config.mjs',
      `import { rows } from './house.mjs'\n${project.read('savepoint.config.mjs').replace('{ ', '{ plugins: [rows], ')}`,
    )
    await project.engine.start()
  })
  afterEach(() => project.close())

  const plans = () => project.query('select name, price from plan order by name')
  const after = (change: () => void) =>
    project.after(
      change,
      ({ status, report }) => status === 'error' || (status === 'ready' && (report?.applied.length ?? 0) > 0),
    )

  it('are made after the schema, changed and dropped as the plugin wants them', async () => {
    expect(project.engine.state).toMatchObject({ status: 'ready', diagnostics: [], report: { proved: true } })
    expect(await plans()).toEqual([
      { name: 'free', price: 0 },
      { name: "it's paid", price: 10 },
    ])
    await after(() => project.write('house.mjs', plugin({ free: 0, "it's paid": 12, large: 90 })))
    expect(await plans()).toEqual([
      { name: 'free', price: 0 },
      { name: "it's paid", price: 12 },
      { name: 'large', price: 90 },
    ])
    await after(() => project.write('house.mjs', plugin({ large: 90 })))
    expect(await plans()).toEqual([{ name: 'large', price: 90 }])
    await project.engine.run()
    expect(project.engine.state.report?.applied).toEqual([])
  })

  it('stand in the draft migration, and a check says when migrations lack them', async () => {
    const draft = project.read(project.engine.state.report?.draft ?? '')
    expect(draft).toMatch(/CREATE TABLE[^;]*plan[^;]*;[^]*INSERT INTO plan VALUES \('free', 0\);/)
    project.write(
      'migrations/20260101000000_init.sql',
      'create table plan (name text primary key, price integer not null);\n',
    )
    const { diagnostics } = await checkProject({ root: project.root })
    expect(diagnostics).toMatchObject([
      { code: 'SP4001', why: "price plan free is missing\nprice plan it's paid is missing" },
    ])
  })

  it('are planned by commands, between migrations and files too', async () => {
    project.write(
      'migrations/20260101000000_init.sql',
      'create table plan (name text primary key, price integer not null);\n',
    )
    const config = await loadConfig({ cwd: project.root })
    const directory = project.path('migrations')
    const { plan, down, unproved } = await planStates(
      { kind: 'migrations', directory, format: 'atlas' },
      { kind: 'phases', schema: config.schema },
      { config, log() {}, withDown: true },
    )
    expect(unproved).toBeUndefined()
    expect(plan.steps.map(({ sql }) => sql)).toEqual([
      "INSERT INTO plan VALUES ('free', 0)",
      "INSERT INTO plan VALUES ('it''s paid', 10)",
    ])
    expect(down?.map(({ sql }) => sql)).toEqual([
      "DELETE FROM public.plan WHERE name = 'free'",
      "DELETE FROM public.plan WHERE name = 'it''s paid'",
    ])
  })

  describe('between migrations with another schema and the files', () => {
    beforeEach(() =>
      project.write(
        'migrations/20260101000000_init.sql',
        "create table plan (name text primary key, price integer not null, note text);\ninsert into plan values ('old', 1);\n",
      ),
    )

    async function planFromMigrations() {
      const config = await loadConfig({ cwd: project.root })
      return planStates(
        { kind: 'migrations', directory: project.path('migrations'), format: 'atlas' },
        { kind: 'phases', schema: config.schema },
        { config, log() {}, withDown: true },
      )
    }

    it('are dropped before the schema changes, and what is found names the step that it is about', async () => {
      const { plan, findings, unproved } = await planFromMigrations()
      expect(unproved).toBeUndefined()
      expect(plan.steps.map(({ sql }) => sql)).toEqual([
        "DELETE FROM public.plan WHERE name = 'old'",
        'ALTER TABLE public.plan DROP COLUMN note',
        "INSERT INTO plan VALUES ('free', 0)",
        "INSERT INTO plan VALUES ('it''s paid', 10)",
      ])
      expect(findings).toMatchObject([{ code: 'DS103', step: 1 }])
    })

    it('are proved on the way back as well', async () => {
      expect((await planFromMigrations()).down?.map(({ sql }) => sql)).toEqual([
        "DELETE FROM public.plan WHERE name = 'free'",
        "DELETE FROM public.plan WHERE name = 'it''s paid'",
        'ALTER TABLE public.plan ADD COLUMN note text',
        "INSERT INTO plan VALUES ('old', 1)",
      ])
      project.write('house.mjs', plugin({ old: 1, free: 0 }, "drop: () => 'SELECT 1',"))
      await expect(planFromMigrations()).rejects.toMatchObject({
        diagnostics: [{ code: 'SP3002', why: 'price plan free is not asked for by house:plans' }],
      })
    })
  })

  it.each([
    ['throws', `desired: () => { throw new Error('boom') },`, 'failed in desired of the kind price plan: boom'],
    ['returns no list', `desired: () => 1,`, 'it must return a list of objects, and returned 1'],
    ['gives one name twice', `desired: () => [{ name: 'a' }, { name: 'a' }],`, 'two objects are called a'],
    ['writes SQL that the server refuses', `create: () => 'INSERT NONSENSE',`, 'syntax error'],
    ['does not make what it reads', `create: () => 'SELECT 1',`, 'price plan large is missing'],
  ])('a kind that %s breaks nothing', async (_what, extra, said) => {
    const state = await project.after(() => project.write('house.mjs', plugin({ free: 0, large: 1 }, extra)), isRed)
    expect(JSON.stringify(state.diagnostics)).toContain(said)
    expect(await plans()).toEqual([
      { name: 'free', price: 0 },
      { name: "it's paid", price: 10 },
    ])
  })
})

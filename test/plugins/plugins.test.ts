import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { acquireEngine, type Engine, type EngineHandle, type EngineState } from '@savepoint/core'
import pg from 'pg'
import { type } from '../../packages/cli/src/testing/terminal.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTestProject, type TestProject } from '../bundlers/project.js'
import { repository } from '../docs/blocks.js'

let project: TestProject
let handle: EngineHandle
async function stop(): Promise<void> {
  await handle.release()
  project.remove()
}

async function start(files: Record<string, string>): Promise<EngineHandle['engine']> {
  project = createTestProject(files)
  handle = await acquireEngine({ root: project.root })
  await handle.engine.start()
  return handle.engine
}

/** The first state, now or later, that fits: the loop notices a save by itself. */
function until(engine: Engine, fits: (state: EngineState) => boolean): Promise<EngineState> {
  if (fits(engine.state)) return Promise.resolve(engine.state)
  return new Promise((resolve) => {
    const stop = engine.on('state', (state) => {
      if (!fits(state)) return
      stop()
      resolve(state)
    })
  })
}

async function query<Row>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: handle.engine.databaseUrl })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows as Row[]
}

const config = (plugins: string) =>
  `export default { database: 'pglite:memory', migrations: false, client: false, plugins: [${plugins}] }\n`
const note = 'CREATE TABLE note (\n  id int PRIMARY KEY\n);\n'

describe('a plugin in the loop', () => {
  afterEach(stop)

  it('adds schema text, edits statements, adds to the phases, writes files and hears of the end', async () => {
    const engine = await start({
      'schema/note.sql': note,
      'savepoint.config.mjs': `const heard = []
${config(`{
        name: 'test:all',
        sources: () => ({ id: 'tag', sql: 'CREATE TABLE tag (id int)' }),
        transform: { filter: { name: /note$/ }, handler: ({ edit, sql }) => { edit.appendLeft(sql.lastIndexOf(')'), ', body text') } },
        pre: () => 'CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
        post: (catalog) => [...catalog.objects.keys()].filter((id) => /^table /.test(id)).map((id) => \`COMMENT ON TABLE \${id.slice(6)} IS 'seen'\`),
        generate: (catalog) => ({ path: 'tables.txt', content: [...catalog.objects.keys()].filter((id) => /^table /.test(id)).join(' ') + '\\n' }),
        applied: (report) => { process.env.TEST_PLUGIN_APPLIED = String(report.applied.length) },
      }`)}`,
    })
    expect(engine.state.diagnostics).toEqual([])
    expect(
      await query(
        `SELECT c.relname AS table, obj_description(c.oid) AS comment FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
      ),
    ).toEqual([
      { table: 'note', comment: 'seen' },
      { table: 'tag', comment: 'seen' },
    ])
    expect(await query('SELECT one(), (SELECT count(body)::int FROM note) AS bodies')).toEqual([{ one: 1, bodies: 0 }])
    expect(Number(process.env['TEST_PLUGIN_APPLIED'])).toBeGreaterThan(0)
  })

  it('reports what its rule finds, at the place in the user’s file', async () => {
    const engine = await start({
      'schema/note.sql': note,
      'savepoint.config.mjs': config(
        `{ name: 'test:rule', catalog: () => [{ severity: 'error', object: 'table public.note', message: 'no notes here', fix: 'call it memo' }] }`,
      ),
    })
    expect(engine.state.status).toBe('error')
    expect(engine.state.diagnostics).toMatchObject([
      {
        message: 'no notes here',
        plugin: 'test:rule',
        location: { file: join(project.root, 'schema/note.sql'), line: 1 },
      },
    ])
  })
})

describe('a hostile plugin', () => {
  // One engine for all of them: what one plugin did must not be felt by the next.
  beforeAll(async () => {
    await start({ 'schema/note.sql': note, 'savepoint.config.mjs': config('') })
  })
  afterAll(stop)

  it.each([
    ['throws in sources', `sources: () => { throw new Error('boom') }`],
    ['throws in transform', `transform: () => { throw new Error('boom') }`],
    ['throws in catalog', `catalog: () => { throw new Error('boom') }`],
    ['throws in post', `post: () => { throw new Error('boom') }`],
    ['throws in pre', `pre: () => { throw new Error('boom') }`],
    ['changes what it is given', `catalog: (catalog) => { catalog.objects.clear() }`],
    ['returns SQL that Postgres refuses', `post: () => 'CREATE NONSENSE'`],
    ['throws in config', `config: () => { throw new Error('boom') }`],
    ['throws in generate', `generate: () => { throw new Error('boom') }`],
    ['throws in applied', `applied: () => { throw new Error('boom') }`],
    ['returns what is no answer', `sources: () => ({ id: 'x' })`],
    [
      'adds the column of another plugin',
      `enforce: 'post', post: () => 'ALTER TABLE note ADD COLUMN extra int' }, { name: 'test:first', post: () => 'ALTER TABLE note ADD COLUMN extra int'`,
    ],
    ['makes two statements of one', `transform: ({ edit, sql }) => void edit.append('; CREATE TABLE other (id int)')`],
    [
      'changes a table that it was not shown',
      `enforce: 'post', transform: { filter: { kind: 'IndexStmt' }, handler: ({ edit, sql }) => void edit.overwrite(0, sql.length, 'CREATE INDEX ON tag (id)') } }, { name: 'test:first', sources: () => ({ id: 'x', sql: 'CREATE TABLE tag (id int); CREATE INDEX ON note (id);' })`,
    ],
    ['defines a table of the files again', `sources: () => ({ id: 'x', sql: 'CREATE TABLE note (id int)' })`],
  ])('that %s is named, and the last good state stays', async (_what, hook) => {
    const { engine } = handle
    expect(engine.state.status).toBe('ready')
    // The config first: the new column must not be there while the plugin fails.
    project.write('savepoint.config.mjs', config(`{ name: 'test:hostile', ${hook} }`))
    await until(engine, ({ status }) => status === 'error')
    project.write('schema/note.sql', 'CREATE TABLE note (\n  id int PRIMARY KEY,\n  body text\n);\n')
    const state = await until(engine, ({ status }) => status === 'error')
    expect(JSON.stringify(state.diagnostics)).toContain('test:hostile')
    expect(await query('SELECT * FROM note')).toEqual([])
    project.write('savepoint.config.mjs', config(''))
    await until(engine, ({ status }) => status === 'ready')
    expect(
      await query(
        `SELECT attname FROM pg_attribute WHERE attrelid = 'note'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      ),
    ).toEqual([{ attname: 'id' }, { attname: 'body' }])
    project.write('schema/note.sql', note)
    await until(
      engine,
      ({ status, report }) => status === 'ready' && (report?.applied ?? []).join().includes('DROP COLUMN body'),
    )
  })
})

describe('a plugin', () => {
  afterEach(stop)

  it('that throws in plan keeps the plan from being applied', async () => {
    const engine = await start({
      'schema/note.sql': note,
      'savepoint.config.mjs': config(`{ name: 'test:hostile', plan: () => { throw new Error('boom') } }`),
    })
    expect(engine.state.diagnostics).toMatchObject([{ code: 'SP5004', plugin: 'test:hostile' }])
    expect(await query("SELECT to_regclass('note') AS note")).toEqual([{ note: null }])
  })

  it('of the playground, written from the published types alone', async () => {
    const app = join(repository, 'playground/plugins-app')
    project = createTestProject({})
    for (const name of ['savepoint.config.ts', 'plugins', 'schema'])
      cpSync(join(app, name), join(project.root, name), { recursive: true })
    cpSync(join(project.root, 'savepoint.config.ts'), join(project.root, 'app.config.ts'))
    symlinkSync(join(app, 'node_modules'), join(project.root, 'node_modules'))
    handle = await acquireEngine({ root: project.root, configFile: 'app.config.ts' })
    await handle.engine.start()
    expect(handle.engine.state.diagnostics).toEqual([])
    await query(
      "INSERT INTO customer (email) VALUES ('ada@example.org'); INSERT INTO purchase (customer_id, total) VALUES (1, 9.5)",
    )
    await expect
      .poll(() => handle.engine.state.panels, { timeout: 30_000 })
      .toEqual([
        {
          plugin: 'playground:audit',
          title: 'Audited tables',
          content: { table: { columns: ['table'], rows: [['public.purchase']] } },
        },
      ])
    // pg-boss itself finds its tables as it would have made them, and the loop leaves alone what it makes later.
    const { default: PgBoss } = (await import(join(app, 'node_modules/pg-boss/src/index.js'))) as {
      default: new (options: object) => {
        start(): Promise<unknown>
        createQueue(name: string): Promise<void>
        send(name: string, data: object): Promise<string | null>
        stop(options: object): Promise<void>
      }
    }
    const boss = new PgBoss({
      connectionString: handle.engine.databaseUrl ?? '',
      migrate: false,
      supervise: false,
      schedule: false,
    })
    await boss.start()
    await boss.createQueue('mail')
    expect(await boss.send('mail', { to: 'ada' })).toEqual(expect.any(String))
    await boss.stop({ graceful: false })
    await handle.engine.run()
    expect(handle.engine.state).toMatchObject({ status: 'ready', pending: [], report: { applied: [] } })
    expect(await query('SELECT name FROM pgboss.job')).toEqual([{ name: 'mail' }])
    const listed = await type('audit list --config app.config.ts', { cwd: project.root })
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/INSERT purchase\n$/) })
    expect(await query("SELECT action, new_row ->> 'total' AS total FROM audit.change")).toEqual([
      { action: 'INSERT', total: '9.50' },
    ])
    expect(
      await query(
        "SELECT count(*) > 3 AS made FROM pg_class WHERE relnamespace = 'pgboss'::regnamespace AND relkind IN ('r', 'p')",
      ),
    ).toEqual([{ made: true }])
    expect(
      await query("SELECT count(*)::int AS n FROM pg_indexes WHERE indexname = 'purchase_customer_id_idx'"),
    ).toEqual([{ n: 1 }])
  })
})

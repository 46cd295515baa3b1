import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { createTestProject, type TestProject } from './testing/project.js'
import type { EngineState } from './engine.js'

const users = 'create table users (id integer primary key, email text);\n'
const withAge = users.replace('email text', 'email text, age integer')
const server = inject('servers')['18']
const isReady = ({ status }: EngineState): boolean => status === 'ready'
const isRed = ({ status }: EngineState): boolean => status === 'error'
const codes = ({ diagnostics }: EngineState): string[] => diagnostics.map(({ code }) => code)

describe.skipIf(server === undefined)('a start that cannot succeed says why and recovers [needs native]', () => {
  let project: TestProject
  afterEach(() => project.close())

  it('a config that throws', async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server })
    const config = project.read('savepoint.config.mjs')
    project.write('savepoint.config.mjs', "throw new Error('not today')\n")
    await project.engine.start()
    expect(codes(project.engine.state)).toEqual(['SP5001'])
    const state = await project.after(() => project.write('savepoint.config.mjs', config), isReady)
    expect(state.report?.applied).toHaveLength(1)
  })

  it('a development database that is not on this machine', async () => {
    project = await createTestProject({
      files: { 'schema/users.sql': users },
      server,
      config: "database: 'postgres://app:secret@db.example.com/app',",
    })
    await project.engine.start()
    expect(project.engine.state.diagnostics).toMatchObject([
      { code: 'SP2001', message: 'db.example.com:5432/app is not on this machine' },
    ])
    expect(JSON.stringify(project.engine.state)).not.toContain('secret')
  })

  it('no schema files at all', async () => {
    project = await createTestProject({ files: {}, server })
    await project.engine.start()
    expect(codes(project.engine.state)).toEqual(['SP1008'])
    const state = await project.after(() => project.write('schema/deep/users.sql', users), isReady)
    expect(state.report?.applied).toHaveLength(1)
  })

  it('a directory of 2,000 files', { timeout: 180_000 }, async () => {
    const files = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [
        `schema/v${index}.sql`,
        `create view v${index} as select ${index} as n;\n`,
      ]),
    )
    project = await createTestProject({ files, server })
    await project.engine.start()
    expect(project.engine.state).toMatchObject({ status: 'ready', diagnostics: [] })
    const report = await project.save({ 'schema/v7.sql': 'create view v7 as select 8 as n;\n' })
    expect(report.applied).toHaveLength(1)
    expect(await project.query('select n from v7')).toEqual([{ n: 8 }])
  })
})

describe.skipIf(server === undefined)('while the loop runs [needs native]', () => {
  let project: TestProject
  beforeEach(async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server, config: 'lockTimeout: 300,' })
    await project.engine.start()
    await project.query("insert into users values (1, 'ann@example.com')")
  })
  afterEach(() => project.close())

  it('another session holds the table: it is named, and the next save tries again', async () => {
    const other = new pg.Client({ connectionString: project.engine.databaseUrl, application_name: 'forgotten psql' })
    await other.connect()
    await other.query('begin; select * from users')
    const state = await project.after(() => project.write('schema/users.sql', withAge), isRed)
    expect(state.diagnostics).toMatchObject([
      {
        code: 'SP2003',
        message: expect.stringMatching(
          /^table users is locked by pid \d+ \(forgotten psql, idle in transaction for \d+ s\)$/,
        ),
      },
    ])
    await other.query('rollback')
    await other.end()
    const { report } = await project.engine.run()
    expect(report?.applied).toHaveLength(1)
  })

  it('the session is ended in the middle of an apply: nothing is changed, and the loop recovers by itself', async () => {
    const red = await project.after(
      () => project.write('schema/slow.sql', `create function slow() returns integer language sql as 'select 1';\n`),
      isReady,
    )
    expect(red.report?.applied).toHaveLength(1)
    const blocker = new pg.Client({ connectionString: project.engine.databaseUrl })
    await blocker.connect()
    await blocker.query('begin; lock table users')
    const lost = project.after(() => project.write('schema/users.sql', withAge), isRed)
    // Our own session waits for that lock now; end it.
    for (;;) {
      const { rows } = await blocker.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'savepoint' and wait_event_type = 'Lock'",
      )
      if (rows.length > 0) break
    }
    expect(codes(await lost)).toEqual(['SP2004'])
    await blocker.query('rollback')
    await blocker.end()
    const { report } = await project.after(() => undefined, isReady)
    expect(report?.applied).toHaveLength(1)
    expect(await project.query('select age from users')).toEqual([{ age: null }])
  })

  it('a file is emptied whose table has rows: it is held back, and comes back with the text', async () => {
    const held = await project.after(
      () => project.write('schema/users.sql', ''),
      (state) => isReady(state) && state.pending.length > 0,
    )
    expect(held.pending).toMatchObject([{ id: 'drop table public.users', rows: 1 }])
    const { pending } = await project.save({ 'schema/users.sql': users })
    expect(pending).toEqual([])
    expect(await project.query('select email from users')).toEqual([{ email: 'ann@example.com' }])
  })

  it('the last schema file is deleted: that is no empty schema', async () => {
    const state = await project.after(() => project.remove('schema/users.sql'), isRed)
    expect(codes(state)).toEqual(['SP1008'])
    expect(await project.query('select count(*)::integer as n from users')).toEqual([{ n: 1 }])
  })

  it('two files define one table', async () => {
    const state = await project.after(() => project.write('schema/again.sql', users), isRed)
    expect(codes(state)[0]).toBe('SP1003')
    await project.after(() => project.remove('schema/again.sql'), isReady)
  })

  it('a column that rows cannot have: the server is quoted, everything is rolled back', async () => {
    const state = await project.after(
      () => project.write('schema/users.sql', users.replace('email text', 'email text, age integer not null')),
      isRed,
    )
    expect(state.diagnostics).toMatchObject([
      {
        code: 'SP2007',
        message: expect.stringContaining('contains null values'),
        location: { file: project.path('schema/users.sql'), line: 1 },
        frame: expect.stringContaining('age integer not null'),
        fix: expect.stringContaining('default'),
      },
    ])
    await project.after(() => project.write('schema/users.sql', withAge), isReady)
  })

  it('a disk that cannot be written: the database follows, the file is named and written later', async () => {
    // A file where the folder should be fails for every user, also for root.
    project.remove('src')
    writeFileSync(project.path('src'), 'not a folder')
    const state = await project.after(() => project.write('schema/users.sql', withAge), isRed)
    expect(state.diagnostics).toMatchObject([{ code: 'SP6002', message: expect.stringContaining('src/db/public.ts') }])
    expect(await project.query('select age from users')).toEqual([{ age: null }])
    project.remove('src')
    mkdirSync(project.path('src'))
    chmodSync(project.path('src'), 0o755)
    const { report } = await project.engine.run()
    expect(report?.written).toEqual(['src/db/public.ts'])
  })

  it('a file that a person wrote stands where a generated one should', async () => {
    project.write('src/db/public.ts', 'export const mine = 1\n')
    const { diagnostics } = await project.engine.run()
    expect(diagnostics).toMatchObject([{ code: 'SP6002' }])
    expect(project.read('src/db/public.ts')).toBe('export const mine = 1\n')
  })
})

describe('on the embedded Postgres', () => {
  it('a connection that sits in a transaction is named, and the save goes on when it lets go', async () => {
    const project = await createTestProject({ files: { 'schema/users.sql': users } })
    try {
      await project.engine.start()
      const other = new pg.Client({ connectionString: project.engine.databaseUrl, application_name: 'forgotten' })
      await other.connect()
      await other.query('begin')
      const waiting = await project.after(() => project.write('schema/users.sql', withAge), isRed)
      expect(waiting.diagnostics).toMatchObject([{ code: 'SP2003', why: expect.stringContaining('(forgotten)') }])
      const { report } = await project.after(() => void other.query('rollback'), isReady)
      expect(report?.applied).toHaveLength(1)
      await other.end()
    } finally {
      await project.close()
    }
  })

  it('a save of the config does not start it anew', async () => {
    const project = await createTestProject({ files: { 'schema/users.sql': users } })
    try {
      await project.engine.start()
      // A connection of the app, which a restart would cut.
      expect(await project.query('select * from users')).toEqual([])
      const config = project.read('savepoint.config.mjs')
      await project.after(
        () => project.write('savepoint.config.mjs', config.replace('{ ', "{ client: 'src/types', ")),
        (state) => isReady(state) && state.report?.written.includes('src/types/public.ts') === true,
      )
      expect(await project.query('select * from users')).toEqual([])
    } finally {
      await project.close()
    }
  })

  it('an extension that it lacks is an error at its line, and everything else goes on', async () => {
    const project = await createTestProject({ files: { 'schema/users.sql': users } })
    try {
      await project.engine.start()
      const red = await project.after(() => project.write('schema/a.sql', '\ncreate extension timescaledb;\n'), isRed)
      expect(red.diagnostics).toMatchObject([
        { code: 'SP1011', location: { line: 2 }, fix: expect.stringContaining('scratch') },
      ])
      await project.after(() => project.remove('schema/a.sql'), isReady)
      await project.save({ 'schema/users.sql': withAge })
    } finally {
      await project.close()
    }
  })
})

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createTestProject, type TestProject } from './testing/project.js'

const users = 'create table users (id integer primary key, email text not null);\n'

const servers: [string, string | undefined][] = [['the embedded Postgres', undefined]]
const native = inject('servers')['18']
if (native !== undefined) servers.push(['Postgres 18', native])

describe.each(servers)('the loop on %s', (_name, server) => {
  let project: TestProject
  beforeAll(async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server })
    await project.engine.start()
  })
  afterAll(() => project.close())

  it('starts: the database, the draft and the types follow the schema files', async () => {
    const { status, diagnostics, report } = project.engine.state
    expect({ status, diagnostics }).toEqual({ status: 'ready', diagnostics: [] })
    expect(report).toMatchObject({
      changed: [],
      proved: true,
      written: ['src/db/public.ts'],
      draft: 'migrations/.draft/draft.sql',
    })
    expect(await project.query('select * from users')).toEqual([])
    expect(project.read('src/db/public.ts')).toContain('email: string')
    expect(project.read('migrations/.draft/draft.sql')).toContain('CREATE TABLE')
  })

  it('follows a save', async () => {
    const report = await project.save({
      'schema/users.sql': users.replace('email text not null', 'email text not null, nickname text'),
    })
    expect(report).toMatchObject({ changed: ['schema/users.sql'], proved: true, written: ['src/db/public.ts'] })
    expect(report.applied).toHaveLength(1)
    expect(await project.query('select nickname from users')).toEqual([])
    expect(project.read('src/db/public.ts')).toContain('nickname')
  })

  it('keeps everything while a file is wrong, says where, and recovers', async () => {
    const types = project.read('src/db/public.ts')
    const good = project.read('schema/users.sql')
    const red = await project.after(
      () => project.write('schema/users.sql', good.replace('nickname text', 'nickname texxt')),
      ({ status }) => status === 'error',
    )
    expect(red.diagnostics).toMatchObject([
      { code: 'SP1002', severity: 'error', location: { file: project.path('schema/users.sql'), line: 1 } },
    ])
    expect(project.read('src/db/public.ts')).toBe(types)
    const green = await project.after(
      () => project.write('schema/users.sql', good),
      ({ status }) => status === 'ready',
    )
    expect(green.diagnostics).toEqual([])
    expect(project.told.filter((line) => !line.startsWith('saved')).slice(-2)).toEqual(['show SP1002', 'clear'])
  })

  it('holds back what would lose data until it is accepted, and applies everything else', async () => {
    await project.query(`insert into users values (1, 'ann@example.com', 'ann'), (2, 'bob@example.com', null)`)
    const without = 'create table users (id integer primary key, email text not null, age integer);\n'
    const held = await project.save({ 'schema/users.sql': without })
    expect(held.pending).toMatchObject([{ id: 'drop column public.users.nickname', rows: 1 }])
    expect(held.warnings).toMatchObject([
      { code: 'SP3001', message: 'dropping column public.users.nickname would lose 1 value' },
    ])
    expect(await project.query('select nickname, age from users where id = 1')).toEqual([
      { nickname: 'ann', age: null },
    ])
    expect(project.read('src/db/public.ts')).not.toContain('nickname')

    const state = await project.engine.accept('all')
    expect(state).toMatchObject({ status: 'ready', pending: [] })
    await expect(project.query('select nickname from users')).rejects.toThrow('does not exist')
    expect(JSON.parse(project.read('.savepoint/decisions.json'))).toMatchObject({
      accepted: [],
      applied: [{ id: 'drop column public.users.nickname' }],
    })
  })

  it('drops an empty column without a question', async () => {
    const report = await project.save({ 'schema/users.sql': users })
    expect(report).toMatchObject({ pending: [], applied: [expect.stringMatching(/drop column/i)] })
  })

  it('renames where the file says so', async () => {
    const report = await project.save({
      'schema/users.sql': users.replace('email text', '\n  -- @renamed from=email\n  address text'),
    })
    expect(report.applied).toEqual([expect.stringMatching(/rename column/i)])
    expect(await project.query('select address from users where id = 1')).toEqual([{ address: 'ann@example.com' }])
    await project.save({
      'schema/users.sql': users.replace('email text', '\n  -- @renamed from=address\n  email text'),
    })
  })

  it('makes way for an annotation that comes after the save that it belongs to', async () => {
    // The editor saved before the annotation was written: the new column is there, empty, and the old one is held.
    const early = await project.save({ 'schema/users.sql': users.replace('email text not null', 'mail text') })
    expect(early.pending).toMatchObject([{ id: 'drop column public.users.email' }])
    expect(early.warnings).toMatchObject([{ code: 'SP3001', fix: expect.stringContaining('@renamed from=email') }])
    const late = await project.save({
      'schema/users.sql': users.replace('email text not null', '\n  -- @renamed from=email\n  mail text not null'),
    })
    expect(late).toMatchObject({ pending: [], warnings: [] })
    expect(await project.query('select mail from users where id = 1')).toEqual([{ mail: 'ann@example.com' }])
    await project.save({ 'schema/users.sql': users.replace('email text', '\n  -- @renamed from=mail\n  email text') })
  })

  it('takes new, renamed and deleted files for saves', async () => {
    const created = await project.save({
      'schema/posts.sql': 'create table posts (id integer, author integer references users);\n',
    })
    expect(created.changed).toContain('schema/posts.sql')
    expect(await project.query('select * from posts')).toEqual([])
    await project.query('insert into posts values (1, 1)')
    const deleted = await project.after(
      () => project.remove('schema/posts.sql'),
      ({ status, pending }) => status === 'ready' && pending.length > 0,
    )
    expect(deleted.pending).toMatchObject([{ id: 'drop table public.posts', rows: 1 }])
    const restored = await project.after(
      () => project.write('schema/articles.sql', 'create table posts (id integer, author integer references users);\n'),
      ({ status, pending }) => status === 'ready' && pending.length === 0,
    )
    expect(restored.status).toBe('ready')
    expect(await project.query('select * from posts')).toEqual([{ id: 1, author: 1 }])
  })

  it('notices what somebody else did to the database, and puts it right', async () => {
    await project.query('alter table posts add column stray text')
    expect(await project.engine.run()).toMatchObject({ status: 'ready', pending: [] })
    await expect(project.query('select stray from posts')).rejects.toThrow('does not exist')
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../test/support/database.js'
import { createTestProject, type TestProject } from './testing/project.js'

const users = 'create table users (id integer primary key, at timestamptz);\n'
const touch = `create or replace function touch() returns trigger language plpgsql as $$ begin new.at = now(); return new; end $$;\n`
const trigger = `drop trigger if exists touch on users;
create trigger touch before update on users for each row execute function touch();
insert into users values (0) on conflict do nothing;
`

describe.skipIf(!serverUrl('18'))('repeatable phases in the loop [needs native]', () => {
  let project: TestProject
  beforeAll(async () => {
    project = await createTestProject({
      files: { 'schema/users.sql': users, 'schema/pre.sql': touch, 'schema/post.sql': trigger },
      server: serverUrl('18'),
      config: `schema: { pre: 'schema/pre.sql', schema: 'schema/*.sql', post: 'schema/post.sql', repeatable: true }`,
    })
    await project.engine.start()
  })
  afterAll(() => project.close())
  const draft = (): string => project.read('migrations/.draft/draft.sql')

  it('run on the development database, and stand in no draft', async () => {
    expect(project.engine.state).toMatchObject({ status: 'ready', diagnostics: [] })
    expect(await project.query('select id from users')).toEqual([{ id: 0 }])
    expect(await project.query('select tgname from pg_trigger')).toEqual([{ tgname: 'touch' }])
    expect(draft()).toContain('CREATE TABLE public.users')
    expect(draft()).not.toMatch(/touch/)
  })

  it('run again when a script changes, and when something was applied', async () => {
    await project.query('delete from users')
    await project.save({ 'schema/users.sql': `${users}create table notes (id integer);\n` })
    expect(await project.query('select id from users')).toEqual([{ id: 0 }])
    const report = await project.save({ 'schema/post.sql': trigger.replace('(0)', '(7)') })
    expect(report.applied).toEqual([])
    expect(await project.query('select id from users')).toEqual([{ id: 0 }, { id: 7 }])
  })

  it('are refused while they are not idempotent', async () => {
    const red = await project.after(
      () => project.write('schema/post.sql', trigger.replace('drop trigger if exists touch on users;', '')),
      ({ status }) => status === 'error',
    )
    expect(red.diagnostics, JSON.stringify(red.diagnostics)).toMatchObject([
      { code: 'SP1012', location: { file: project.path('schema/post.sql'), line: 2 } },
    ])
    expect(red.diagnostics[0]?.frame).toContain('create trigger touch')
    const green = await project.after(
      () => project.write('schema/post.sql', trigger),
      ({ status }) => status === 'ready',
    )
    expect(green.diagnostics).toEqual([])
  })
})

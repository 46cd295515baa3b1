import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createTestProject, type TestProject } from '../engine/testing/project.js'

const users = 'create table users (id integer primary key, email text not null, note text);\n'
const query = '-- name: GetUser :one\nselect id, email from users where id = @id;\n'

const servers: [string, string | undefined][] = [['the embedded Postgres', undefined]]
const native = inject('servers')['18']
if (native !== undefined) servers.push(['Postgres 18', native])

describe.each(servers)('queries in the loop on %s', (_name, server) => {
  let project: TestProject
  beforeAll(async () => {
    project = await createTestProject({
      files: {
        'savepoint.config.mjs': `export default { client: { queries: 'src/**/*.sql' } }\n`,
        'schema/users.sql': users,
        'src/users.sql': query,
      },
      server,
    })
    await project.engine.start()
  })
  afterAll(() => project.close())

  it('are typed at the start', () => {
    expect(project.engine.state).toMatchObject({ status: 'ready', diagnostics: [] })
    expect(project.read('src/users.d.sql.ts')).toContain('email: string')
  })

  it('follow a save of their file, which leaves the database alone', async () => {
    const report = await project.save({ 'src/users.sql': query.replace('id, email', 'id, email, note') })
    expect(report).toMatchObject({ changed: ['src/users.sql'], applied: [] })
    expect(report.written).toContain('src/users.d.sql.ts')
    expect(project.read('src/users.d.sql.ts')).toContain('note: string | null')
  })

  it('follow a save of the schema', async () => {
    const report = await project.save({
      'schema/users.sql': users.replace('note text', "note text not null default ''"),
    })
    expect(report.applied).not.toEqual([])
    expect(report.proved).toBe(true)
    expect(project.read('src/users.d.sql.ts')).toContain('note: string\n')
  })

  it('keep a schema from being applied that they do not fit', async () => {
    const types = project.read('src/users.d.sql.ts')
    const broken = users.replace('note text', 'remark text')
    const red = await project.after(
      () => project.write('schema/users.sql', broken),
      ({ status }) => status === 'error',
    )
    expect(red.diagnostics).toMatchObject([
      { code: 'SP6003', severity: 'error', location: { file: project.path('src/users.sql'), line: 2, column: 19 } },
    ])
    expect(await project.query('select note from users')).toEqual([])
    expect(project.read('src/users.d.sql.ts')).toBe(types)

    const green = await project.after(
      () => project.write('src/users.sql', query.replace('id, email', 'id, email, remark')),
      ({ status }) => status === 'ready',
    )
    expect(green.diagnostics).toEqual([])
    expect(await project.query('select remark from users')).toEqual([])
    expect(project.read('src/users.d.sql.ts')).toContain('remark: string | null')
  })

  it('that are wrong are said at their place, and mended', async () => {
    const red = await project.after(
      () => project.write('src/users.sql', query.replace(':one', ':all')),
      ({ status }) => status === 'error',
    )
    expect(red.diagnostics).toMatchObject([
      { code: 'SP6004', location: { file: project.path('src/users.sql'), line: 1 } },
    ])
    await project.after(
      () => project.write('src/users.sql', query),
      ({ status }) => status === 'ready',
    )
  })
})

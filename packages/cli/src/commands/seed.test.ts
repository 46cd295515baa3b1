import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../test/support/database.js'
import { useFolder } from '../testing/folder.js'

describe.skipIf(!serverUrl('18'))('seeds [needs native]', () => {
  const folder = useFolder()
  const { write, typeHere } = folder
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase('18')
    folder.configure({ database: database.url })
    write('migrations/20230101000001_users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text);\n')
    write(
      'seeds/02_names.ts',
      'export default async ({ query }: any) => { await query("UPDATE users SET name = $1", ["a"]) }',
    )
    write('seeds/01_users.sql', 'INSERT INTO users VALUES (1);\nINSERT INTO users VALUES (2);\n')
    await typeHere('migrate hash')
    await typeHere('migrate apply')
  })
  afterEach(() => database.close())

  const rows = async (): Promise<unknown[]> => (await database.query('SELECT id, name FROM users ORDER BY id')).rows

  it('run in the order of their names, SQL and TypeScript', async () => {
    expect(await typeHere('seed')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining('2 seeds run'),
    })
    expect(await rows()).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'a' },
    ])
  })

  it('run singly by name', async () => {
    await typeHere('seed users')
    expect(await rows()).toEqual([
      { id: 1, name: null },
      { id: 2, name: null },
    ])
    expect(await typeHere('seed user')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Did you mean users? There are: users, names.'),
    })
  })

  it('leave nothing of a file that fails', async () => {
    write('seeds/01_users.sql', 'INSERT INTO users VALUES (1);\nINSERT INTO users VALUES (1);\n')
    const { exitCode, stderr } = await typeHere('seed users')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('at seeds/01_users.sql:2:1')
    expect(await rows()).toEqual([])
  })

  it('run after a reset', async () => {
    await database.query("INSERT INTO users VALUES (9, 'old'); CREATE SCHEMA other; CREATE TABLE other.t ()")
    expect(await typeHere('migrate reset --seed')).toMatchObject({ exitCode: 2 })
    expect(await typeHere('migrate reset --seed', { answers: [false] })).toMatchObject({ exitCode: 1 })
    expect(await rows()).toEqual([{ id: 9, name: 'old' }])
    const { exitCode, stdout } = await typeHere('migrate reset --seed', { answers: [true] })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('migrating version 20230101000001')
    expect((await rows()).length).toBe(2)
    expect((await database.query("SELECT to_regnamespace('other') AS found")).rows).toEqual([{ found: null }])
    expect(await typeHere('migrate status')).toMatchObject({ stdout: expect.stringContaining('Migration Status: OK') })
  })
})

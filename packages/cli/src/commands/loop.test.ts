import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../test/support/database.js'
import { useFolder } from '../testing/folder.js'
import { start } from '../testing/terminal.js'

const users = 'CREATE TABLE users (id int PRIMARY KEY, name text);\n'
const withoutName = 'CREATE TABLE users (id int PRIMARY KEY);\n'

describe.skipIf(!serverUrl('18'))('the loop on the command line [needs native]', () => {
  const folder = useFolder()
  const { write, typeHere } = folder
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase('18')
    folder.configure({ database: database.url, scratch: serverUrl('18') })
    write('schema/users.sql', users)
  })
  afterEach(() => database.close())

  const columns = async (): Promise<unknown[]> =>
    (
      await database.query(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped",
      )
    ).rows

  it('dev applies each save, shows mistakes and their end, and quits', async () => {
    const session = start('dev', { cwd: folder.cwd })
    await session.hear('Watching:')
    expect(await columns()).toEqual([{ name: 'id' }, { name: 'name' }])
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name txt);\n')
    await session.hear('at schema/users.sql:1:46')
    write('schema/users.sql', users.replace('name text', 'name text, email text'))
    await session.hear(/schema\/users\.sql.*1 statement applied/)
    expect(await columns()).toContainEqual({ name: 'email' })
    session.press('h')
    await session.hear('quit')
    session.press('q')
    expect(await session.outcome).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('dev holds back what would lose data until the key is pressed', async () => {
    const session = start('dev', { cwd: folder.cwd })
    await session.hear('Watching:')
    await database.query("INSERT INTO users VALUES (1, 'a')")
    write('schema/users.sql', withoutName)
    await session.hear('savepoint accept "drop column public.users.name"')
    expect(await columns()).toContainEqual({ name: 'name' })
    session.press('a')
    await session.hear('1 statement applied')
    expect(await columns()).toEqual([{ name: 'id' }])
    session.interrupt()
    expect(await session.outcome).toMatchObject({ exitCode: 0 })
  })

  it('accept lists what waits, and says yes to it', async () => {
    await typeHere('accept')
    await database.query("INSERT INTO users VALUES (1, 'a')")
    write('schema/users.sql', withoutName)
    const list = await typeHere('accept')
    expect(list).toMatchObject({ exitCode: 0, stdout: 'drop column public.users.name\n' })
    expect(JSON.parse((await typeHere('accept --json')).stdout)).toMatchObject({ pending: [{ rows: 1 }] })
    expect(await typeHere('accept "drop column public.users.nam"')).toMatchObject({ exitCode: 1 })
    expect(await typeHere('accept "drop column public.users.name"')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('1 step accepted'),
    })
    expect(await columns()).toEqual([{ name: 'id' }])
    expect(await typeHere('accept --all x')).toMatchObject({ exitCode: 2 })
  })

  it('check finds what is missing, and generate and migrate diff mend it', async () => {
    const missing = await typeHere('check')
    expect(missing.exitCode).toBe(1)
    expect(missing.stderr).toContain('SP4001')
    expect(missing.stderr).toContain('SP6001')
    expect(JSON.parse((await typeHere('check --json')).stdout)).toMatchObject({
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'SP6001' })]),
    })
    expect(await typeHere('generate')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('wrote src/db/') })
    expect(await typeHere('generate')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('right already') })
    await typeHere('migrate diff init')
    expect(await typeHere('check')).toMatchObject({ exitCode: 0, stdout: '' })
    expect((await typeHere('check')).stderr).toContain('nothing has changed')
    expect(existsSync(join(folder.cwd, 'src/db'))).toBe(true)
  })

  it('check shows a mistake at its place', async () => {
    write('schema/users.sql', 'CREATE TABL users ();')
    const { exitCode, stderr } = await typeHere('check')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('SP1001')
    expect(stderr).toContain('at schema/users.sql:1:8')
  })

  it('the config decides what is written', async () => {
    folder.configure({ scratch: serverUrl('18'), client: { directory: 'types' } })
    expect((await typeHere('generate')).stderr).toContain('wrote types/')
    expect(existsSync(join(folder.cwd, 'src'))).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../../test/support/database.js'
import { useDatabase } from '../../testing/database.js'
import { useFolder } from '../../testing/folder.js'

const folder = useFolder()
const { write } = folder

const users = 'CREATE TABLE users (id int PRIMARY KEY, name text);\n'
const usersWithEmail = 'CREATE TABLE users (id int PRIMARY KEY, name text, email text);\n'

describe.skipIf(!serverUrl('18'))('schema apply [needs native]', () => {
  const database = useDatabase(folder)
  const { typeHere } = database

  it('--dry-run prints and changes nothing', async () => {
    write('schema.sql', users)
    const outcome = await typeHere('schema apply --url … --to file://schema.sql --dry-run')
    expect(outcome.stdout).toContain('CREATE TABLE public.users')
    expect((await database.query("SELECT to_regclass('users') AS found")).rows).toEqual([{ found: null }])
  })

  it('shows the plan with what it would lose, and asks', async () => {
    await database.query(`${usersWithEmail} INSERT INTO users VALUES (1, 'a', 'a@example.com'), (2, 'b', NULL)`)
    write('schema.sql', users)
    const refused = await typeHere('schema apply --url … --to schema.sql', { answers: [false] })
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain('- ALTER TABLE public.users DROP COLUMN email;')
    expect(refused.stderr).toContain('loses 1 row')
    expect(refused.stderr).toContain('nothing was changed')
    const { exitCode, stderr } = await typeHere('schema apply --url … --to schema.sql', { answers: [true] })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('1 statement applied')
    expect((await typeHere('schema apply --url … --to schema.sql')).stderr).toContain('is as it should be')
  })

  it('asks nobody where there is nobody', async () => {
    write('schema.sql', users)
    expect(await typeHere('schema apply --url … --to schema.sql')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('give --auto-approve'),
    })
  })

  it('leaves nothing behind when a statement is refused', async () => {
    await database.query(`${users} INSERT INTO users VALUES (1, NULL)`)
    write('schema.sql', 'CREATE TABLE a (id int);\nCREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);')
    const outcome = await typeHere('schema apply --url … --to schema.sql --auto-approve')
    expect(outcome).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SP2007') })
    expect((await database.query("SELECT to_regclass('a') AS found")).rows).toEqual([{ found: null }])
  })
})

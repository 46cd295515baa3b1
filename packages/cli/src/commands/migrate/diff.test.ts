import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../../test/support/database.js'
import { useFolder } from '../../testing/folder.js'

const users = 'CREATE TABLE users (id int PRIMARY KEY);\n'
const usersWithEmail = 'CREATE TABLE users (id int PRIMARY KEY, email text);\n'

describe.skipIf(!serverUrl('18'))('migrate diff [needs native]', () => {
  const folder = useFolder()
  const { write, read, sqlFiles, typeHere } = folder
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase('18')
    configure({})
    write('schema/users.sql', users)
  })
  afterEach(() => database.close())

  function configure(settings: object): void {
    const config = { database: database.url, scratch: serverUrl('18'), client: false, ...settings }
    folder.configure(config)
  }

  const readMigration = (index: number): string => read(`migrations/${sqlFiles()[index] ?? ''}`)

  it('writes what the migrations lack, once', async () => {
    expect(await typeHere('migrate diff init')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringMatching(/wrote migrations\/\d{14}_init\.sql/),
    })
    expect(readMigration(0)).toMatchInlineSnapshot(`
      "-- Create table public.users
      CREATE TABLE public.users (
        id integer NOT NULL,
        CONSTRAINT users_pkey PRIMARY KEY (id)
      );
      "
    `)
    write('schema/users.sql', usersWithEmail)
    await typeHere('migrate diff --name "add email"')
    expect(sqlFiles()[1]).toMatch(/^\d{14}_add_email\.sql$/)
    expect(readMigration(1)).toContain('ALTER TABLE public.users ADD COLUMN email text')
    expect((await typeHere('migrate diff')).stderr).toContain('synced with the desired state')
    expect(await typeHere('schema diff --from migrations://migrations --to schema')).toMatchObject({ stdout: '' })
  })

  it('only prints with --dry-run', async () => {
    expect((await typeHere('migrate diff --dry-run')).stdout).toContain('CREATE TABLE public.users')
    expect(() => sqlFiles()).toThrow()
  })

  it('writes a way back that works, where the format has one', async () => {
    configure({ migrations: { format: 'goose' } })
    await typeHere('migrate diff init')
    write('schema/users.sql', usersWithEmail)
    await typeHere('migrate diff add_email')
    expect(readMigration(1)).toMatch(/-- \+goose Down[^]*DROP COLUMN email/)
    await typeHere('migrate apply')
    expect(await typeHere('migrate down 1')).toMatchObject({ exitCode: 0 })
    expect((await typeHere('migrate status')).stdout).toContain('Pending Files:   1')
  })

  it('names what the way back does not bring back, in the file and beside it', async () => {
    configure({ migrations: { format: 'goose' } })
    write('schema/users.sql', `${usersWithEmail}CREATE TABLE notes (id int);`)
    await typeHere('migrate diff init')
    write('schema/users.sql', users)
    const { stderr } = await typeHere('migrate diff less')
    expect(stderr).toContain('the way back does not bring back the values of column public.users.email')
    expect(stderr).toContain('the way back does not bring back the rows of table public.notes')
    expect(readMigration(1)).toContain('without the values of column public.users.email')
    write('schema/users.sql', usersWithEmail)
    const json = await typeHere('migrate diff more --dry-run --json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      down: [{ sql: 'ALTER TABLE public.users DROP COLUMN email' }],
      lost: [],
    })
  })

  it.each(['atlas', 'goose', 'golang-migrate', 'dbmate'])(
    'writes an online plan so that each file of %s runs as its sections do, there and back',
    async (format) => {
      configure({ migrations: { format } })
      write('schema/users.sql', usersWithEmail)
      await typeHere('migrate diff init')
      await typeHere('migrate apply')
      await database.query("INSERT INTO users VALUES (1, 'a')")
      write(
        'schema/users.sql',
        'CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL CHECK (length(email) < 99)); CREATE INDEX users_email ON users (email);',
      )
      expect(await typeHere('migrate diff online --strategy online')).toMatchObject({ exitCode: 0 })
      const count = sqlFiles().filter((name) => !name.endsWith('.down.sql')).length
      expect((await typeHere(`migrate lint --latest ${count - 1}`)).stdout).not.toMatch(/PG1|PG3|SH307/)
      expect(await typeHere('migrate apply')).toMatchObject({ exitCode: 0 })
      expect((await typeHere('schema diff')).stdout).toBe('')
      const back = await typeHere(`migrate down ${count - 1} --auto-approve`)
      expect({ ...back, stdout: '' }).toMatchObject({ exitCode: 0 })
      write('schema/users.sql', usersWithEmail)
      expect((await typeHere('schema diff')).stdout).toBe('')
    },
  )

  it('applies at once when asked, and then there is nothing to do', async () => {
    expect((await typeHere('migrate diff init --apply')).stderr).toMatch(/applied \d{14}_init\.sql/)
    expect((await typeHere('migrate status')).stdout).toContain('Migration Status: OK')
    expect(await typeHere('schema diff')).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('marks it applied where the loop has brought the database there already', async () => {
    await database.query(users)
    expect((await typeHere('migrate diff init')).stderr).toContain('stands there already')
    expect((await typeHere('migrate status')).stdout).toContain('Migration Status: OK')
  })

  it('waits no longer than asked for another run on the development database', async () => {
    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    await other.query('SELECT pg_advisory_lock(2686470616)')
    expect(await typeHere('migrate diff init --apply --lock-timeout 50ms')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('SP4010'),
    })
    await other.end()
    expect(await typeHere('migrate diff --apply --lock-timeout 30s')).toMatchObject({ exitCode: 0 })
    expect((await typeHere('migrate status')).stdout).toContain('Migration Status: OK')
  })

  it('refuses a directory that was edited without its sum', async () => {
    await typeHere('migrate diff init')
    write(`migrations/${sqlFiles()[0]}`, 'SELECT 1;\n')
    expect(await typeHere('migrate diff next')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('savepoint migrate hash'),
    })
  })
})

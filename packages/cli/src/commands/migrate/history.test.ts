import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../../test/support/database.js'
import { useFolder } from '../../testing/folder.js'

describe.skipIf(!serverUrl('18'))('migrations on a server [needs native]', () => {
  const folder = useFolder()
  const { write, typeHere } = folder
  let database: TestDatabase
  let url: string
  beforeEach(async () => {
    database = await createTestDatabase('18')
    url = database.url ?? ''
    // Booting the embedded one for each test would take most of its time.
    write('savepoint.config.mjs', `export default { scratch: ${JSON.stringify(serverUrl('18'))} }\n`)
  })
  afterEach(() => database.close())

  async function writeTwo(): Promise<void> {
    write('migrations/1_users.sql', 'CREATE TABLE users (id int);\n')
    write('migrations/2_email.sql', 'ALTER TABLE users ADD COLUMN email text;\n')
    await typeHere('migrate hash')
  }

  const times = (text: string): string =>
    text.replaceAll(/\d+(?:\.\d+)?m?s\b/g, '<time>').replaceAll(/-- \d[\d.]*m?s/g, '-- <time>')

  it('are applied, and told in the words of Atlas', async () => {
    await writeTwo()
    const { exitCode, stdout } = await typeHere(['migrate', 'apply', '--url', url])
    expect(exitCode).toBe(0)
    expect(times(stdout)).toMatchInlineSnapshot(`
      "Migrating to version 2 (2 migrations in total):

        -- migrating version 1
          -> CREATE TABLE users (id int);
        -- ok (<time>)

        -- migrating version 2
          -> ALTER TABLE users ADD COLUMN email text;
        -- ok (<time>)

        -------------------------
        -- <time>
        -- 2 migrations
        -- 2 sql statements
      "
    `)
    expect(await typeHere(['migrate', 'apply', '-u', url, '--dir', 'file://migrations'])).toMatchObject({
      exitCode: 0,
      stdout: 'No migration files to execute\n',
    })
  })

  it('have a status that scripts can look for', async () => {
    await writeTwo()
    await typeHere(['migrate', 'apply', '1', '--url', url])
    expect((await typeHere(['migrate', 'status', '--url', url])).stdout).toMatchInlineSnapshot(`
      "Migration Status: PENDING
        -- Current Version: 1
        -- Next Version:    2
        -- Executed Files:  1
        -- Pending Files:   1
      "
    `)
    const { stdout } = await typeHere(['migrate', 'status', '--url', url, '--format', '{{ json . }}'])
    expect(JSON.parse(stdout)).toMatchObject({
      Status: 'PENDING',
      Current: '1',
      Next: '2',
      Pending: [{ Name: '2_email.sql' }],
    })
    expect(stdout).not.toContain('://')
  })

  it('only show themselves with --dry-run', async () => {
    await writeTwo()
    const { stdout } = await typeHere(['migrate', 'apply', '--url', url, '--dry-run'])
    expect(stdout).toContain('ALTER TABLE users ADD COLUMN email text')
    expect((await typeHere(['migrate', 'status', '--url', url])).stdout).toContain('No migration applied yet')
  })

  it('obey the parameters that golang-migrate has in its URL', async () => {
    write('migrations/1_users.up.sql', 'CREATE TABLE users (id int);\n')
    write('migrations/2_slow.up.sql', 'SELECT pg_sleep(60);\n')
    write('migrations/2_slow.down.sql', 'SELECT 1;\n')
    const parameters = 'sslmode=disable&x-migrations-table=applied&x-multi-statement=true&x-statement-timeout=200'
    const slow = await typeHere([
      'migrate',
      'apply',
      '--dir',
      'file://migrations?format=golang-migrate',
      '--url',
      `${url}?${parameters}`,
    ])
    expect(slow).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('statement timeout') as string })
    expect((await database.query('SELECT version::int, dirty FROM applied')).rows).toEqual([
      { version: 1, dirty: false },
    ])
    // The table is the tool's, whatever its name.
    write('schema.sql', 'CREATE TABLE users (id int);\n')
    const { stdout } = await typeHere(['schema', 'diff', '--from', `${url}?${parameters}`, '--to', 'file://schema.sql'])
    expect(stdout).toBe('')
  })

  it('refuse a template that nobody would fill in', async () => {
    await writeTwo()
    expect(await typeHere(['migrate', 'status', '--url', url, '--format', '{{ .Foo }}'])).toMatchObject({
      exitCode: 2,
    })
  })

  it('go down by a computed way where the files give none, with a yes', async () => {
    await writeTwo()
    await typeHere(['migrate', 'apply', '--url', url])
    const alone = await typeHere(['migrate', 'down', '--url', url])
    expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--auto-approve') as string })
    const refused = await typeHere(['migrate', 'down', '--url', url], { answers: [false] })
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toMatch(
      /ALTER TABLE public\.users DROP COLUMN email[^]+drops column public\.users\.email with what is in it[^]+Undo 1 migration on/,
    )
    expect((await typeHere(['migrate', 'down', '--url', url, '--dry-run'])).stdout).toContain('DROP COLUMN email')
    const { stdout } = await typeHere(['migrate', 'down', '--url', url, '--auto-approve'])
    expect(stdout).toContain('reverting version 2')
    expect((await typeHere(['migrate', 'status', '--url', url])).stdout).toContain('Current Version: 1')
    const rows = 'SELECT version FROM atlas_schema_revisions.atlas_schema_revisions'
    expect((await database.query(rows)).rows).toEqual([{ version: '1' }])
    await typeHere(['migrate', 'down', '--to-version', '0', '--url', url, '--auto-approve'])
    expect((await database.query(`SELECT to_regclass('users') AS users`)).rows).toEqual([{ users: null }])
  })

  it('are shown to a person before they run', async () => {
    await writeTwo()
    const refused = await typeHere(['migrate', 'apply', '--url', url], { answers: [false] })
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    // Findings, status, statements, question: in this order.
    expect(refused.stderr).toMatch(
      /migrations looked at, 0 errors[^]+Migration Status: PENDING[^]+ALTER TABLE users ADD COLUMN email text[^]+Apply 2 migrations to 127\.0\.0\.1:/,
    )
    expect(await typeHere(['migrate', 'apply', '--url', url], { answers: [true] })).toMatchObject({ exitCode: 0 })
  })

  it('can be applied though scratch cannot hold them, after a word', async () => {
    await database.query('CREATE TABLE made_by_hand (id int)')
    const rows = Array.from({ length: 60 }, (_, index) => `INSERT INTO made_by_hand VALUES (${index});\n`)
    const body = `SELECT '${'x'.repeat(900)}';\nSELECT\n${'  1,\n'.repeat(80)}  2;\n${rows.join('')}`
    write('migrations/1_more.sql', `ALTER TABLE made_by_hand ADD COLUMN more text;\n${body}`)
    await typeHere('migrate hash')
    const { exitCode, stderr } = await typeHere(['migrate', 'apply', '--url', url, '--allow-dirty'], {
      answers: [true],
    })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('warning SP4003: a migration fails when replayed')
    expect(stderr).toMatch(/Apply 1 migration to .*\? They could not be replayed on scratch\./)
    // Of what is long, the beginning.
    expect(stderr).toMatch(/'x{400,500}…\n/)
    expect(stderr).toContain('… and 22 more lines')
    expect(stderr).toContain('… and 13 more statements')
    expect(
      (await database.query('SELECT count(more)::int AS more, count(*)::int AS n FROM made_by_hand')).rows,
    ).toEqual([{ more: 0, n: 60 }])
  })

  it('that fail say where, what is applied, and what to run next', async () => {
    await writeTwo()
    write('migrations/2_email.sql', 'ALTER TABLE users ADD COLUMN email text;\nALTER TABLE user ADD COLUMN x text;\n')
    await typeHere('migrate hash')
    const { exitCode, stdout, stderr } = await typeHere(['migrate', 'apply', '--url', url])
    expect(exitCode).toBe(1)
    expect(stdout).toContain('1 migration ok, 1 with errors')
    expect(stderr).toContain('2_email.sql:2')
    const json = await typeHere(['migrate', 'apply', '--url', url, '--json'])
    expect(json.exitCode).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      Applied: [{ Name: '2_email.sql', Error: { Stmt: expect.any(String) } }],
    })
  })

  it('of golang-migrate go down, and are forced', async () => {
    write('db/1_users.up.sql', 'CREATE TABLE users (id int);\n')
    write('db/1_users.down.sql', 'DROP TABLE users;\n')
    write('db/2_bad.up.sql', 'ALTER TABLE nobody ADD COLUMN x int;\n')
    write('db/2_bad.down.sql', 'SELECT 1;\n')
    const dir = ['--dir', 'file://db?format=golang-migrate', '--url', url]
    expect(await typeHere(['migrate', 'apply', ...dir])).toMatchObject({ exitCode: 1 })
    expect(await typeHere(['migrate', 'force', '1', ...dir])).toMatchObject({ exitCode: 0 })
    expect((await database.query('SELECT version::int, dirty FROM schema_migrations')).rows).toEqual([
      { version: 1, dirty: false },
    ])
    const down = await typeHere(['migrate', 'down', '1', ...dir])
    expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('DROP TABLE users') })
    expect(await typeHere(['migrate', 'force', '-1', ...dir])).toMatchObject({ exitCode: 0 })
  })

  it('of a database that is there already begin at a baseline', async () => {
    await writeTwo()
    await database.query('CREATE TABLE users (id int)')
    const { exitCode, stdout } = await typeHere(['migrate', 'apply', '--url', url, '--baseline', '1'])
    expect({ exitCode, files: stdout.match(/migrating version \d+/g) }).toEqual({
      exitCode: 0,
      files: ['migrating version 2'],
    })
  })

  it('are set by hand', async () => {
    await writeTwo()
    await typeHere(['migrate', 'apply', '1', '--url', url])
    expect(await typeHere(['migrate', 'set', '2', '--url', url])).toMatchObject({
      exitCode: 0,
      stdout: 'Current version is 2 (1 set):\n\n  + 2 (email)\n',
    })
  })

  it.each([
    [['apply', '0'], 'is not a number of at least 1'],
    [['apply', '--tx-mode', 'each'], '--tx-mode takes file, all, none'],
    [['apply', '--exec-order', 'random'], '--exec-order takes linear, linear-skip, non-linear'],
    [['apply', '--lock-timeout', 'long'], 'such as 30s'],
    [['force'], 'needs <version>'],
  ])('refuse %j as a command line', async (words, message) => {
    await writeTwo()
    expect(await typeHere(['migrate', ...words, '--url', url])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    })
  })
})

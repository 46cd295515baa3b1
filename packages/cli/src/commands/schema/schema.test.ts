import { describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl } from '../../../../../test/support/database.js'
import { useDatabase } from '../../testing/database.js'
import { useFolder } from '../../testing/folder.js'

const folder = useFolder()
const { write, typeHere } = folder

const users = 'CREATE TABLE users (id int PRIMARY KEY, name text);\n'
const usersWithEmail = 'CREATE TABLE users (id int PRIMARY KEY, name text, email text);\n'
const addEmail = 'ALTER TABLE public.users ADD COLUMN email text;\n'

describe('between files, on the embedded Postgres', () => {
  it('prints the SQL and nothing else', async () => {
    write('from.sql', users)
    write('to.sql', usersWithEmail)
    const outcome = await typeHere('schema diff --from from.sql --to file://to.sql')
    expect(outcome).toMatchObject({ exitCode: 0, stdout: addEmail })
    expect(outcome.stderr).toMatch(/planned in \d+ ms\n$/)
  })

  it('prints nothing when they say the same, whatever the order and the files', async () => {
    write('from.sql', 'CREATE TABLE posts (author int REFERENCES users);\nCREATE TABLE users (id int PRIMARY KEY);')
    write('schema/a.sql', 'create table users (id integer, constraint users_pkey primary key (id));')
    write('schema/deep/b.sql', 'create table public.posts (author int4 references public.users (id));')
    expect(await typeHere('schema diff --from from.sql --to schema')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining('no differences'),
    })
  })

  it('takes for granted what somebody else makes: roles, and extensions of the embedded Postgres', async () => {
    write('from.sql', users)
    write('to.sql', `${users}CREATE EXTENSION citext;\nGRANT SELECT ON users TO reporting;\nCREATE TABLE t (c citext);`)
    const { exitCode, stdout } = await typeHere('schema diff --from from.sql --to to.sql')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('CREATE EXTENSION citext')
    expect(stdout).toContain('GRANT SELECT ON TABLE public.users TO reporting;')
  })

  it('compares the roles that the files make, and makes those that they only name', async () => {
    write('from.sql', 'CREATE ROLE app LOGIN;')
    write(
      'to.sql',
      'CREATE ROLE app LOGIN;\nCREATE ROLE readers;\nGRANT readers TO app;\nCREATE TABLE t () TABLESPACE fast;',
    )
    const { exitCode, stdout } = await typeHere('schema diff --from from.sql --to to.sql')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/CREATE ROLE readers;\n[^]*GRANT readers TO app/)
    expect(stdout).toContain('TABLESPACE fast')
    expect(stdout).not.toContain('CREATE ROLE app')
  })

  it('runs files that contradict themselves as the scripts that they are, and says so', async () => {
    write('from.sql', users)
    write('to.sql', `${users}CREATE TABLE old (id int);\nDROP TABLE old;\nALTER TABLE users ADD COLUMN email text;\n`)
    const { exitCode, stdout, stderr } = await typeHere('schema diff --from from.sql --to to.sql')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: addEmail })
    expect(stderr).toContain('run as a script, from top to bottom')
  })

  it('lets SQL functions be made before what their bodies name', async () => {
    write('from.sql', '')
    write('to.sql', `CREATE FUNCTION n() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM users';\n${users}`)
    const { stdout } = await typeHere('schema diff --from from.sql --to to.sql')
    expect(stdout).toMatch(/^SET check_function_bodies = off;\n/)
  })

  it('shows the place of a mistake', async () => {
    write('from.sql', users)
    write('to.sql', 'CREATE TABLE users (\n  id int,\n  name txt\n);')
    const outcome = await typeHere('schema diff --from from.sql --to to.sql')
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' })
    expect(outcome.stderr).toContain('SP1002')
    expect(outcome.stderr).toContain('at to.sql:3:8')
  })

  it('gives scripts the steps with their hazards', async () => {
    write('from.sql', usersWithEmail)
    write('to.sql', users)
    const { stdout } = await typeHere('schema diff --from from.sql --to to.sql --format json')
    expect(JSON.parse(stdout)).toMatchObject({
      proved: true,
      steps: [{ sql: 'ALTER TABLE public.users DROP COLUMN email', destroys: { kind: 'column' } }],
    })
  })
})

describe.skipIf(!serverUrl('18'))('with a database [needs native]', () => {
  const database = useDatabase(folder)
  const { typeHere } = database

  it('diff prints what the database lacks, in both spellings of the format', async () => {
    await database.query(users)
    write('schema.sql', usersWithEmail)
    for (const format of ['', ' --format "{{ sql . }}"'])
      expect(await typeHere(`schema diff --from … --to file://schema.sql${format}`)).toMatchObject({
        exitCode: 0,
        stdout: addEmail,
      })
  })

  it('diff compares migrations with a database', async () => {
    write('migrations/1_users.sql', users)
    write('migrations/2_email.sql', 'ALTER TABLE users ADD COLUMN email text;\n')
    await database.query(users)
    expect(await typeHere('schema diff --from … --to migrations://migrations')).toMatchObject({ stdout: addEmail })
    expect(await typeHere('schema diff --from … --to "migrations://migrations?version=1"')).toMatchObject({
      stdout: '',
    })
    write('migrations/3_bad.sql', 'SELECT 1;\nALTER TABLE nobody ADD COLUMN x int;\n')
    expect((await typeHere('schema diff --from … --to migrations://migrations')).stderr).toContain(
      'at migrations/3_bad.sql:2:1',
    )
  })

  it('diff and apply know the schema files and environments of the config', async () => {
    write('schema/users.sql', usersWithEmail)
    write('savepoint.config.mjs', `export default { environments: { prod: { url: ${JSON.stringify(database.url)} } } }`)
    await database.query(users)
    expect(await typeHere('schema diff --env prod')).toMatchObject({ exitCode: 0, stdout: addEmail })
    expect(await typeHere('schema apply --env prod --auto-approve')).toMatchObject({ exitCode: 0 })
    expect(await typeHere('schema diff --env prod')).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('says nothing of what a comment in the schema file silences, at the object or at its table', async () => {
    await database.query(users)
    const index = 'CREATE INDEX users_name ON users (name);'
    for (const [schema, said] of [
      [`${users}\n${index}`, 'PG101'],
      [`${users}\n-- savepoint:nolint PG101\n${index}`, undefined],
      [`${users}\n-- atlas:nolint concurrent_index\n${index}`, undefined],
      [`${users}\n-- squawk-ignore require-concurrent-index-creation\n${index}`, undefined],
      [`${users}\n-- savepoint:nolint PG102\n${index}`, 'PG101'],
      [`-- savepoint:nolint DS103\nCREATE TABLE users (id int PRIMARY KEY);`, undefined],
      [`CREATE TABLE users (id int PRIMARY KEY);`, 'DS103'],
    ] as const) {
      write('schema.sql', schema)
      const { stdout } = await typeHere('schema diff --from … --to schema.sql --format json')
      const { findings }: { findings: { code: string }[] } = JSON.parse(stdout)
      expect(findings.map(({ code }) => code)).toEqual(said === undefined ? [] : [said])
    }
  })

  it('cuts an online plan into sections that say so, for people and for scripts', async () => {
    await database.query(users)
    write('schema.sql', `${usersWithEmail} CREATE INDEX users_email ON users (email);`)
    expect((await typeHere('schema diff --from … --to schema.sql --strategy online')).stdout).toMatchInlineSnapshot(`
      "-- in one transaction
      ALTER TABLE public.users ADD COLUMN email text;
      -- outside a transaction
      CREATE INDEX CONCURRENTLY users_email ON public.users USING btree (email);
      "
    `)
    const { stdout } = await typeHere('schema diff --from … --to schema.sql --strategy online --format json')
    expect(JSON.parse(stdout)).toMatchObject({
      proved: true,
      sections: [
        { transactional: true, first: 0, count: 1 },
        { transactional: false, first: 1, count: 1 },
      ],
    })
    const applied = await typeHere('schema apply --url … --to schema.sql --strategy online --auto-approve')
    expect(applied).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('-- outside a transaction') })
    expect((await typeHere('schema diff --from … --to schema.sql')).stdout).toBe('')
  })

  it('leaves owners alone that the files do not name', async () => {
    await database.query(`${users} ALTER TABLE users OWNER TO pg_database_owner`)
    write('schema.sql', usersWithEmail)
    expect((await typeHere('schema diff --from … --to schema.sql')).stdout).toBe(addEmail)
    expect((await typeHere('schema diff --from schema.sql --to …')).stdout).toBe(
      'ALTER TABLE public.users DROP COLUMN email;\n',
    )
    write('schema.sql', `${users} ALTER TABLE users OWNER TO pg_monitor;`)
    expect((await typeHere('schema diff --from … --to schema.sql')).stdout).toBe(
      'ALTER TABLE public.users OWNER TO pg_monitor;\n',
    )
  })

  it('compares only the schemas that were asked for', async () => {
    await database.query('CREATE SCHEMA vendor; CREATE TABLE vendor.t (id int)')
    write('schema.sql', users)
    const excluded = await typeHere('schema diff --from … --to schema.sql --exclude vendor')
    expect(excluded.stdout).not.toContain('vendor')
    expect((await typeHere('schema diff --from … --to schema.sql -s public')).stdout).toBe(excluded.stdout)
    expect((await typeHere('schema diff --from … --to schema.sql')).stdout).toContain('DROP')
  })

  it('never prints a password', async () => {
    const secret = 'postgres://app:s3cret@127.0.0.1:1/app'
    for (const line of ['schema inspect --url', 'schema apply --url', 'schema diff --from', 'migrate status --url']) {
      const { exitCode, stdout, stderr } = await folder.typeHere(`${line} ${secret} --debug`)
      expect(exitCode).toBe(1)
      expect(stdout + stderr).not.toContain('s3cret')
    }
  })
})

const older = serverUrl('15')

describe.skipIf(!older)('with a database of an older version [needs native]', () => {
  it('compares what one server reads of both', async () => {
    const database = await createTestDatabase('15')
    try {
      await database.query(`${users} CREATE VIEW names AS SELECT name FROM users WHERE id > 0`)
      write('schema.sql', `${usersWithEmail} CREATE VIEW names AS SELECT name FROM users WHERE id > 0;`)
      expect(await typeHere(`schema diff --from ${database.url} --to schema.sql`)).toMatchObject({
        exitCode: 0,
        stdout: addEmail,
      })
      // Scratch of another version: the database's schema is written down and read again there.
      expect(
        await typeHere(`schema diff --from ${database.url} --to schema.sql --dev-url pglite:memory`),
      ).toMatchObject({
        exitCode: 0,
        stdout: addEmail,
      })
    } finally {
      await database.close()
    }
  })
})

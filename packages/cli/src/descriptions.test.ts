import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../test/support/database.js'
import { useFolder, type TestFolder } from './testing/folder.js'

// Teams come with scripts written for other tools. What they type must go on working with the tool's name replaced;
// each project here is one of theirs in small, on one database.
describe.skipIf(!serverUrl('18'))('the commands of teams that used [needs native]', () => {
  const folder = useFolder()
  const { write, read, sqlFiles, typeHere } = folder
  let database: TestDatabase
  let url: string
  beforeEach(async () => {
    database = await createTestDatabase('18')
    url = `${database.url}?sslmode=disable`
  })
  afterEach(() => database.close())

  const configure = (config: object): void => folder.configure({ scratch: serverUrl('18'), client: false, ...config })

  /** Types what stands in a script. */
  const succeed: TestFolder['succeed'] = (line, options) => folder.succeed(line.replaceAll('$DB_URL', url), options)

  it('Atlas with many schemas and environments', async () => {
    write(
      'schemas/auth.sql',
      'CREATE SCHEMA IF NOT EXISTS auth;\ncreate table auth."user" ("id" text not null primary key);\n',
    )
    write('schemas/public.sql', 'CREATE TABLE assets (owner text REFERENCES auth."user" (id));\n')
    configure({
      schema: 'schemas',
      environments: { dev: { url }, prod: { url: 'postgres://app:secret@db.example.com/app' } },
    })
    await succeed('migrate diff --env dev --name "descriptive_migration_name"')
    await succeed('migrate validate --env dev')
    expect((await succeed('migrate status --env dev')).stdout).toContain('Migration Status: PENDING')
    await succeed('migrate apply --env dev')
    expect((await succeed('migrate status --env dev')).stdout).toContain('Migration Status: OK')
    expect((await succeed('schema inspect --env dev')).stdout).toContain('CREATE TABLE auth."user"')
    expect((await succeed('schema diff --env dev')).stdout).toBe('')
    write('schemas/public.sql', 'CREATE TABLE assets (owner text REFERENCES auth."user" (id), title text);\n')
    expect((await succeed('schema diff --env dev')).stdout).toBe('ALTER TABLE public.assets ADD COLUMN title text;\n')
    await succeed('schema apply --env dev --auto-approve')
    expect((await succeed('schema diff --env dev')).stdout).toBe('')
  })

  it('versioned SQL as the only truth', async () => {
    const dir = 'manifests/migrations/mydatabase'
    write(`${dir}/20240204000001_initial.sql`, 'CREATE TABLE users (id int);\n')
    write(`${dir}/20240204000002_seed_data.sql`, 'INSERT INTO users VALUES (1);\n')
    configure({ database: url, migrations: dir })
    await succeed('migrate hash')
    expect((await succeed('migrate apply --dry-run')).stdout).toContain('CREATE TABLE users')
    await succeed('migrate lint --latest 1')
    await succeed('migrate apply')
    expect((await succeed('migrate status')).stdout).toContain('Migration Status: OK')
    expect((await succeed(`schema diff --from migrations://${dir} --to "$DB_URL"`)).stdout).toBe('')
    expect((await succeed('schema inspect')).stdout).toContain('CREATE TABLE public.users')
    // After an edit on a development database.
    write(`${dir}/20240205000001_phone.sql`, 'ALTER TABLE users ADD COLUMN phone VARCHAR(20);\n')
    await succeed('migrate hash')
    await succeed('migrate apply')
    await succeed('migrate reset --auto-approve')
    expect((await database.query('SELECT * FROM users')).rows).toEqual([{ id: 1, phone: null }])
  })

  it('a baseline on a database that is there already', async () => {
    write('manifests/migrations/mydatabase/20240204000001_initial.sql', 'CREATE TABLE users (id int);\n')
    await succeed('migrate hash --dir "file://manifests/migrations/mydatabase"')
    await database.query('CREATE TABLE users (id int)')
    await succeed(
      'migrate apply --dir "file://manifests/migrations/mydatabase" --url "$DB_URL" --baseline "20240204000001"',
    )
    expect(
      (await succeed('migrate status --dir "file://manifests/migrations/mydatabase" --url "$DB_URL"')).stdout,
    ).toContain('Current Version: 20240204000001')
  })

  it('declarative SQL files and a script that asks', async () => {
    write('schema.sql', 'CREATE TABLE tenants (id uuid PRIMARY KEY, name varchar(255));\n')
    configure({})
    const plan = (await succeed('schema diff --from "$DB_URL" --to "file://schema.sql" --format "{{ sql . }}"')).stdout
    expect(plan).toBe((await succeed('schema diff --from "$DB_URL" --to "file://schema.sql"')).stdout)
    expect(plan).toBe((await succeed('schema apply --url "$DB_URL" --to "file://schema.sql" --dry-run')).stdout)
    await succeed('schema apply --url "$DB_URL" --to "file://schema.sql"', { answers: [true] })
    expect((await succeed('schema diff --from "$DB_URL" --to "file://schema.sql"')).stdout).toBe('')
  })

  it('golang-migrate with seeds', async () => {
    write('infrastructure/db/migrations/00_schema.up.sql', 'CREATE SCHEMA aion_api;\n')
    write('infrastructure/db/migrations/00_schema.down.sql', 'DROP SCHEMA aion_api;\n')
    write(
      'infrastructure/db/migrations/01_users.up.sql',
      'CREATE TABLE IF NOT EXISTS aion_api.users (id int PRIMARY KEY);\n',
    )
    write('infrastructure/db/migrations/01_users.down.sql', 'DROP TABLE aion_api.users;\n')
    write('infrastructure/db/seeds/users.sql', 'INSERT INTO aion_api.users VALUES (1);\n')
    write('infrastructure/db/seeds/categories.sql', 'SELECT 1;\n')
    configure({
      database: url,
      migrations: { directory: 'infrastructure/db/migrations', format: 'golang-migrate' },
      seeds: 'infrastructure/db/seeds/*.sql',
    })
    await succeed('migrate apply')
    await succeed('seed')
    await succeed('seed categories')
    expect((await database.query('SELECT version::int, dirty FROM schema_migrations')).rows).toEqual([
      { version: 1, dirty: false },
    ])
    await succeed('migrate down 1')
    await succeed('migrate force 1')
    await succeed('migrate new add_tags')
    expect(sqlFiles('infrastructure/db/migrations').filter((name) => name.includes('add_tags')).length).toBe(2)
  })

  it('goose with phases around the migrations', async () => {
    write('db/schema_pre.sql', 'CREATE EXTENSION IF NOT EXISTS pgcrypto;\n')
    write(
      'db/schema/users.sql',
      'CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz);\n',
    )
    write(
      'db/schema_post.sql',
      'CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = now(); RETURN NEW; END; $$;\n' +
        'CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();\n',
    )
    configure({
      database: url,
      schema: { pre: 'db/schema_pre.sql', schema: 'db/schema/*.sql', post: 'db/schema_post.sql' },
      migrations: { directory: 'db/migrations', format: 'goose' },
    })
    await succeed('wait --timeout 30s')
    await succeed('migrate diff descriptive_migration_name')
    await succeed('migrate apply')
    expect((await succeed('migrate status')).stdout).toContain('Migration Status: OK')
    expect((await succeed('schema diff')).stdout).toBe('')
    write(
      'db/schema/users.sql',
      'CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz, name text);\n',
    )
    await succeed('migrate diff descriptive_name --apply')
    expect((await succeed('schema diff')).stdout).toBe('')
    await succeed('generate')
  })

  it('sqlc behind goose: what its schema file says is what is applied', async () => {
    write('db/schema/users.sql', 'CREATE TABLE users (id bigint PRIMARY KEY);\n')
    // In the place of sqlc: notes that it ran, and what it was given.
    write(
      'sqlc.mjs',
      `import { appendFileSync, readFileSync } from 'node:fs'
      appendFileSync('ran', 'x')
      if (!readFileSync('db/schema.sql', 'utf8').includes('users')) throw new Error('no table')`,
    )
    const core = new URL('../../core/dist/index.js', import.meta.url).href
    const configureSqlc = (command: readonly string[]): void =>
      write(
        'savepoint.config.mjs',
        `import { sqlc } from ${JSON.stringify(core)}
        export default { database: '${url}', scratch: '${serverUrl('18')}', client: false, schema: 'db/schema/*.sql',
          migrations: { directory: 'db/migrations', format: 'goose' }, plugins: [sqlc({ command: ${JSON.stringify(command)} })] }`,
      )
    configureSqlc([process.execPath, 'sqlc.mjs'])
    await succeed('generate')
    await succeed('generate')
    await succeed('migrate diff users --apply')
    expect(read('ran')).toBe('xxx')
    expect((await succeed('check')).stderr).not.toContain('stale')

    configureSqlc([process.execPath, '-e', 'throw new Error("queries.sql:1: no such column")'])
    const refused = await typeHere('generate')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('queries.sql:1: no such column')
    configureSqlc(['sqlc-that-nobody-installed', 'generate'])
    const missing = await typeHere('generate')
    expect(missing.stderr).toContain('there is no program sqlc-that-nobody-installed')
  })
})

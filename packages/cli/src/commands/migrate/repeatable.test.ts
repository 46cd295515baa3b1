import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../../test/support/database.js'
import { useFolder } from '../../testing/folder.js'

const pre = `CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at = now();
  RETURN NEW;
END;
$$;
`
const post = `DROP TRIGGER IF EXISTS touch ON users;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own ON users;
CREATE POLICY own ON users USING (true);
INSERT INTO users (id) VALUES (0) ON CONFLICT DO NOTHING;
`

// As a team with schema_pre.sql and schema_post.sql around its goose migrations has it.
describe.skipIf(!serverUrl('18'))('repeatable phases [needs native]', () => {
  const folder = useFolder()
  const { write, read, sqlFiles, typeHere, succeed } = folder
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase('18')
    write('db/schema_pre.sql', pre)
    write('db/schema_post.sql', post)
    write('db/schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, at timestamptz DEFAULT now());\n')
    const schema = { pre: 'db/schema_pre.sql', schema: 'db/**/*.sql', post: 'db/schema_post.sql', repeatable: true }
    const migrations = { directory: 'db/migrations', format: 'goose' }
    const config = { database: database.url, scratch: serverUrl('18'), client: false, schema, migrations }
    folder.configure({ ...config, schema: { ...schema, schema: ['db/**/*.sql', '!db/migrations'] } })
  })
  afterEach(() => database.close())

  it('stand in no migration, and run around every apply', async () => {
    await succeed('migrate diff init')
    expect(read(`db/migrations/${sqlFiles('db/migrations')[0] ?? ''}`)).not.toMatch(/touch|POLICY|SECURITY/)
    const { stderr } = await succeed('migrate apply')
    expect(stderr).toMatch(/running db\/schema_pre\.sql[^]+running db\/schema_post\.sql/)
    expect((await database.query(`SELECT tgname FROM pg_trigger`)).rows).toEqual([{ tgname: 'touch' }])
    expect((await succeed('schema diff')).stdout).toBe('')
    expect((await succeed('migrate apply')).stderr).not.toContain('running')
    await succeed('migrate validate')
    await succeed('migrate lint')
    await succeed('check')

    write('db/schema/notes.sql', 'CREATE TABLE notes (id int PRIMARY KEY);\n')
    await succeed('migrate diff notes --apply')
    expect((await database.query('SELECT id FROM users')).rows).toEqual([{ id: 0 }])
    expect((await succeed('schema diff')).stdout).toBe('')
    expect((await succeed('migrate status')).stdout).toContain('Migration Status: OK')
    write('db/schema_post.sql', `${post}COMMENT ON TABLE users IS 'people';\n`)
    expect((await succeed('migrate apply')).stderr).toContain('running db/schema_post.sql')
    expect((await succeed('schema diff')).stdout).toBe('')
    await succeed('migrate reset --auto-approve')
    expect((await succeed('schema diff')).stdout).toBe('')
  })

  it('are named in the question', async () => {
    await succeed('migrate diff init')
    const { stderr } = await typeHere(`migrate apply --url "${database.url}"`, { answers: [false] })
    expect(stderr).toMatch(/db\/schema_pre\.sql \(pre script\)[^]+CREATE TABLE[^]+Apply 1 migration and 2 scripts to/)
  })

  it.each([
    ['cannot run again', 'CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();\n'],
    [
      'add rows each time',
      'CREATE TABLE log (n int);\nINSERT INTO log VALUES (1);\n'.replace('TABLE', 'TABLE IF NOT EXISTS'),
    ],
  ])('that %s are refused', async (_name, text) => {
    write('db/schema_post.sql', text)
    await succeed('migrate diff init')
    for (const command of ['migrate validate', 'check']) {
      const { exitCode, stderr } = await typeHere(command)
      expect([exitCode, stderr], command).toEqual([1, expect.stringContaining('SP1012')])
    }
  })
})

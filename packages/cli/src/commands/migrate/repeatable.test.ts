import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../../test/support/database.js'
import { type, type Outcome, type TerminalOptions } from '../../testing/terminal.js'

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
  let cwd: string
  let database: TestDatabase
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'savepoint-repeatable-'))
    database = await createTestDatabase('18')
    write('package.json', '{}')
    write('db/schema_pre.sql', pre)
    write('db/schema_post.sql', post)
    write('db/schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, at timestamptz DEFAULT now());\n')
    const schema = { pre: 'db/schema_pre.sql', schema: 'db/**/*.sql', post: 'db/schema_post.sql', repeatable: true }
    const migrations = { directory: 'db/migrations', format: 'goose' }
    const config = { database: database.url, scratch: serverUrl('18'), client: false, schema, migrations }
    write(
      'savepoint.config.mjs',
      `export default ${JSON.stringify({ ...config, schema: { ...schema, schema: ['db/**/*.sql', '!db/migrations'] } })}`,
    )
  })
  afterEach(async () => {
    await database.close()
    rmSync(cwd, { recursive: true, force: true })
  })

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
  async function typed(line: string, options: Partial<TerminalOptions> = {}): Promise<Outcome> {
    const outcome = await type(line, { cwd, ...options })
    expect(`${line}: ${outcome.exitCode}\n${outcome.exitCode === 0 ? '' : outcome.stderr}`).toBe(`${line}: 0\n`)
    return outcome
  }
  const migrations = (): string[] => readdirSync(join(cwd, 'db/migrations')).filter((name) => name.endsWith('.sql'))

  it('stand in no migration, and run around every apply', async () => {
    await typed('migrate diff init')
    expect(readFileSync(join(cwd, 'db/migrations', migrations()[0] ?? ''), 'utf8')).not.toMatch(/touch|POLICY|SECURITY/)
    const { stderr } = await typed('migrate apply')
    expect(stderr).toMatch(/running db\/schema_pre\.sql[^]+running db\/schema_post\.sql/)
    expect((await database.query(`SELECT tgname FROM pg_trigger`)).rows).toEqual([{ tgname: 'touch' }])
    expect((await typed('schema diff')).stdout).toBe('')
    expect((await typed('migrate apply')).stderr).not.toContain('running')
    await typed('migrate validate')
    await typed('migrate lint')
    await typed('check')

    write('db/schema/notes.sql', 'CREATE TABLE notes (id int PRIMARY KEY);\n')
    await typed('migrate diff notes --apply')
    expect((await database.query('SELECT id FROM users')).rows).toEqual([{ id: 0 }])
    expect((await typed('schema diff')).stdout).toBe('')
    expect((await typed('migrate status')).stdout).toContain('Migration Status: OK')
    write('db/schema_post.sql', `${post}COMMENT ON TABLE users IS 'people';\n`)
    expect((await typed('migrate apply')).stderr).toContain('running db/schema_post.sql')
    expect((await typed('schema diff')).stdout).toBe('')
    await typed('migrate reset --auto-approve')
    expect((await typed('schema diff')).stdout).toBe('')
  })

  it('are named in the question', async () => {
    await typed('migrate diff init')
    const { stderr } = await type(`migrate apply --url "${database.url}"`, { cwd, answers: [false] })
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
    await typed('migrate diff init')
    for (const command of ['migrate validate', 'check']) {
      const { exitCode, stderr } = await type(command, { cwd })
      expect([exitCode, stderr], command).toEqual([1, expect.stringContaining('SP1012')])
    }
  })
})

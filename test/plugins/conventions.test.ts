import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type, type Outcome } from '../../packages/cli/src/testing/terminal.js'
import { createTestProject, type TestProject } from '../bundlers/project.js'
import { serverUrl } from '../support/database.js'

const server = serverUrl('18')

/** Conventions through the commands that a project uses: files, migrations, types. */
describe.skipIf(!server)('conventions of a project [needs native]', { timeout: 180_000 }, () => {
  let project: TestProject
  afterEach(() => project.remove())

  const note = `CREATE TABLE note (\r
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the key\r
  owner_id bigint REFERENCES note\r
);\r
`
  function create(plugins: string, files: Record<string, string> = {}): void {
    project = createTestProject({
      'schema/note.sql': note,
      'savepoint.config.ts': `import { foreignKeyIndexes, rowLevelSecurity, timestamps, utc } from '@savepoint/conventions'
export default { scratch: '${server}', plugins: [${plugins}] }\n`,
      ...files,
    })
  }
  const run = (line: string): Promise<Outcome> => type(`${line} --config savepoint.config.ts`, { cwd: project.root })
  const read = (path: string): string => readFileSync(join(project.root, path), 'utf8')
  const migration = (): string =>
    read(join('migrations', readdirSync(join(project.root, 'migrations')).find((name) => name.endsWith('.sql')) ?? ''))

  it('fix: columns, triggers and policies are in migrations and types, and the file is as it was', async () => {
    create(`timestamps({ mode: 'fix' }), foreignKeyIndexes({ mode: 'fix' }),
      rowLevelSecurity({ mode: 'fix', policies: [{ name: 'own', column: 'owner_id', setting: 'app.user' }] })`)
    expect(await run('migrate diff init')).toMatchObject({ exitCode: 0 })
    expect(migration()).toMatch(/CREATE TABLE public\.note \([^;]*created_at timestamp/)
    for (const part of ['CREATE TRIGGER note_set_updated_at', 'CREATE INDEX note_owner_id_idx', 'CREATE POLICY own'])
      expect(migration()).toContain(part)
    expect(await run('generate')).toMatchObject({ exitCode: 0 })
    expect(read('src/db/public.ts')).toMatch(/owner_id: \w+ \| null\s+created_at: Date\s+updated_at: Date/)
    expect(read('schema/note.sql')).toBe(note)
    expect(await run('check')).toMatchObject({ exitCode: 0 })
  })

  it('write: the file has them in its own style, and a second run changes nothing', async () => {
    create(`timestamps({ mode: 'write', deleted: 'deleted_at' }), foreignKeyIndexes({ mode: 'write' })`)
    expect(await run('generate')).toMatchObject({ exitCode: 0 })
    const written = read('schema/note.sql')
    expect(written).toContain(
      '-- the key\r\n  owner_id bigint REFERENCES note,\r\n  created_at timestamptz NOT NULL DEFAULT now(),\r\n  updated_at timestamptz NOT NULL DEFAULT now(),\r\n  deleted_at timestamptz\r\n);\r\n',
    )
    expect(written).not.toMatch(/[^\r]\n/)
    expect(await run('generate')).toMatchObject({ exitCode: 0 })
    expect(read('schema/note.sql')).toBe(written)
  })

  it('report: said at its place with what to write, unless an annotation says otherwise', async () => {
    create(`timestamps({ severity: 'warning' }), foreignKeyIndexes(), utc()`, {
      'schema/tag.sql':
        '-- savepoint:nolint timestamps\nCREATE TABLE tag (\n  id int PRIMARY KEY,\n  -- savepoint:nolint utc\n  seen timestamp,\n  made timestamp, -- savepoint:nolint\n  read timestamp\n);\n',
    })
    const outcome = await run('check')
    expect(outcome.exitCode).toBe(1)
    expect(outcome.stderr).toContain('the foreign key note_owner_id_fkey of public.note has no index on owner_id')
    expect(outcome.stderr).toContain('add CREATE INDEX note_owner_id_idx ON public.note (owner_id)')
    expect(outcome.stderr).toMatch(/warning SP5005[^\n]*public\.note has no created_at, updated_at/)
    expect(outcome.stderr).toContain('schema/note.sql:1:1')
    expect(outcome.stderr).not.toContain('public.tag has')
    const zoneless = outcome.stderr.match(/\S+ is a timestamp without time zone/g)
    expect(zoneless).toEqual(['public.tag.read is a timestamp without time zone'])
    expect(outcome.stderr).toContain('schema/tag.sql:7:3')
  })
})

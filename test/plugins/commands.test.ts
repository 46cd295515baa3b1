import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type, type Outcome } from '../../packages/cli/src/testing/terminal.js'
import { createTestProject, type TestProject } from '../bundlers/project.js'
import { serverUrl } from '../support/database.js'

const server = serverUrl('18')

describe.skipIf(!server)('plugins in commands that work without the loop [needs native]', () => {
  let project: TestProject
  beforeEach(() => {
    project = createTestProject({
      'package.json': '{}',
      'schema/note.sql': 'CREATE TABLE note (\n  id int PRIMARY KEY\n);\n',
    })
  })
  afterEach(() => project.remove())

  const configure = (plugins: string): void =>
    project.write(
      'savepoint.config.mjs',
      `export default { database: '${server}', scratch: '${server}', client: false, plugins: [${plugins}] }\n`,
    )
  const run = (line: string): Promise<Outcome> => type(line, { cwd: project.root })
  const migration = (): string => {
    const folder = join(project.root, 'migrations')
    const name = readdirSync(folder).find((file) => file.endsWith('.sql')) ?? ''
    return readFileSync(join(folder, name), 'utf8')
  }

  it('a migration has what they add, before, in and after the files', async () => {
    configure(`{
      name: 'test:all',
      sources: () => ({ id: 'tag', sql: 'CREATE TABLE tag (id int)' }),
      pre: () => 'CREATE SCHEMA extra',
      transform: { filter: { name: /note$/ }, handler: ({ edit, sql }) => { edit.appendLeft(sql.lastIndexOf('\\n)'), ', body text') } },
      post: () => 'ALTER TABLE note ADD COLUMN created_at timestamptz',
    }`)
    expect(await run('migrate diff init')).toMatchObject({ exitCode: 0 })
    expect(migration()).toContain('CREATE SCHEMA extra')
    expect(migration()).toMatch(/CREATE TABLE public\.tag/)
    expect(migration()).toMatch(/CREATE TABLE public\.note \([^;]*body text[^;]*created_at timestamp/)
    const again = await run('migrate diff more')
    expect(again.stderr).toContain('no changes to be made')
    expect(await run('check')).toMatchObject({ exitCode: 0 })
  })

  it('what their rules forbid is not planned', async () => {
    configure(
      `{ name: 'test:rule', catalog: () => [{ severity: 'error', object: 'table public.note', message: 'no notes here' }] }`,
    )
    const outcome = await run('migrate diff init')
    expect(outcome.exitCode).toBe(1)
    expect(outcome.stderr).toContain('no notes here')
    expect(outcome.stderr).toContain('schema/note.sql:1:1')
  })

  it('are named when they fail', async () => {
    configure(`{ name: 'test:hostile', sources: () => { throw new Error('boom') } }`)
    const outcome = await run('migrate diff init')
    expect(outcome.exitCode).toBe(1)
    expect(outcome.stderr).toContain('the plugin test:hostile failed in sources: boom')
  })

  it('edit nothing where a command only looks', async () => {
    configure(
      `{ name: 'test:editor', async catalog(catalog, { edit, locate }) {
        const done = await edit(locate('table public.note').file, (text) => text + '-- edited\\n')
        return done ? [] : [{ severity: 'error', message: 'there is something to write' }]
      } }`,
    )
    const read = (): string => readFileSync(join(project.root, 'schema/note.sql'), 'utf8')
    const before = read()
    for (const line of ['check', 'migrate diff init']) {
      const outcome = await run(line)
      expect(outcome.stderr).toContain('there is something to write')
      expect(read()).toBe(before)
    }
  })
})

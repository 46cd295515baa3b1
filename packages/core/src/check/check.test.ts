import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { loadConfig } from '../config/load.js'
import { generateProject } from '../engine/generate.js'
import { checkProject } from './check.js'

const users = 'create table users (id integer primary key, email text);\n'
const server = inject('servers')['18']

let root: string
const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-check-')))
  write('package.json', '{ "type": "module" }')
  write('savepoint.config.mjs', `export default { scratch: ${JSON.stringify(server)} }\n`)
  write('schema/users.sql', users)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const codes = async (): Promise<string[]> => (await checkProject({ root })).diagnostics.map(({ code }) => code)
const generate = async () => generateProject(await loadConfig({ cwd: root }))

describe.skipIf(server === undefined)('the check of a build [needs native]', () => {
  it('is content with a project whose migrations and files follow the schema', async () => {
    write('migrations/20260101000000_init.sql', users)
    expect((await generate()).written).toEqual(['src/db/public.ts'])
    expect(await checkProject({ root })).toEqual({ diagnostics: [], unchanged: false })
    expect(await checkProject({ root })).toEqual({ diagnostics: [], unchanged: true })
    expect(existsSync(join(root, '.savepoint/pglite'))).toBe(false)
  })

  it.each([
    ['a schema file', () => write('schema/users.sql', users.replace('email', 'mail'))],
    ['a new schema file', () => write('schema/posts.sql', 'create table posts (id integer);\n')],
    [
      'a migration',
      () => write('migrations/20260101000000_init.sql', 'create table users (id integer primary key);\n'),
    ],
    [
      'a generated file',
      () => write('src/db/public.ts', `${readFileSync(join(root, 'src/db/public.ts'), 'utf8')}// edited\n`),
    ],
    [
      'the config',
      () =>
        write(
          'savepoint.config.mjs',
          readFileSync(join(root, 'savepoint.config.mjs'), 'utf8').replace('{ ', "{ client: 'src/types', "),
        ),
    ],
  ])('looks again when %s changed', async (_, change) => {
    write('migrations/20260101000000_init.sql', users)
    await generate()
    await checkProject({ root })
    change()
    const { unchanged, diagnostics } = await checkProject({ root })
    expect(unchanged).toBe(false)
    expect(diagnostics).not.toEqual([])
  })

  it('says what the migrations lack, and what writes it', async () => {
    await generate()
    expect((await checkProject({ root })).diagnostics).toMatchObject([
      {
        code: 'SP4001',
        message: expect.stringMatching(/^the migrations in migrations do not lead to the schema files: /),
        fix: expect.stringContaining('savepoint migrate diff'),
      },
    ])
  })

  it('names the migration that fails', async () => {
    write('migrations/20260101000000_init.sql', 'create table users (id integr);\n')
    await generate()
    expect((await checkProject({ root })).diagnostics).toMatchObject([
      { code: 'SP4003', location: { file: join(root, 'migrations/20260101000000_init.sql'), line: 1 } },
    ])
  })

  it('finds stale generated files, and what repairs them', async () => {
    write('migrations/20260101000000_init.sql', users)
    expect((await checkProject({ root })).diagnostics).toMatchObject([
      {
        code: 'SP6001',
        message: expect.stringContaining('public.ts is missing'),
        fix: expect.stringContaining('savepoint generate'),
      },
    ])
    await generate()
    expect(await codes()).toEqual([])
  })

  it('fails on a schema that does not elaborate, every time', async () => {
    write('schema/users.sql', 'create table users (id integr);\n')
    expect(await codes()).toEqual(['SP1002'])
    expect(await codes()).toEqual(['SP1002'])
  })

  it('leaves no file behind but its own', async () => {
    write('migrations/20260101000000_init.sql', users)
    await generate()
    await codes()
    expect(readdirSync(root).sort()).toEqual([
      '.savepoint',
      'migrations',
      'package.json',
      'savepoint.config.mjs',
      'schema',
      'src',
    ])
    expect(readdirSync(join(root, 'migrations'))).toEqual(['20260101000000_init.sql'])
  })
})

import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSourceReader } from './reader.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'savepoint-sources-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const write = async (path: string, text: string | Uint8Array): Promise<string> => {
  const file = join(root, path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, text)
  return file
}
const reader = (schema: { pre?: string[]; schema?: string[]; post?: string[] } = {}) =>
  createSourceReader({ root, schema: { pre: [], schema: ['schema/**/*.sql'], post: [], ...schema } })

describe('reading schema files', () => {
  it('orders them by phase and path, and a file that a phase names is out of the rest', async () => {
    await write('schema/b.sql', 'CREATE TABLE b ();')
    await write('schema/a/z.sql', 'CREATE TABLE a ();')
    await write('schema/post/x.sql', 'CREATE VIEW v AS TABLE a;')
    await write('schema/extensions.sql', 'CREATE EXTENSION citext;')
    const { files } = await reader({ pre: ['schema/ext*.sql'], post: ['schema/post/*.sql'] }).read()
    expect(files.map(({ path, phase }) => `${phase} ${basename(path)}`)).toEqual([
      'pre extensions.sql',
      'schema z.sql',
      'schema b.sql',
      'post x.sql',
    ])
  })

  it('takes away a byte order mark and keeps carriage returns', async () => {
    await write('schema/a.sql', '\uFEFFCREATE TABLE a (\r\n  b int\r\n);\r\n')
    const { statements } = await reader().read()
    expect(statements).toMatchObject([{ sql: 'CREATE TABLE a (\r\n  b int\r\n)', line: 1, column: 1 }])
  })

  it('keeps the statements of files that did not change', async () => {
    const a = await write('schema/a.sql', 'CREATE TABLE a ();')
    await write('schema/b.sql', 'CREATE TABLE b ();')
    const source = reader()
    const first = await source.read()
    await write('schema/a.sql', 'CREATE TABLE a (id int);')
    const second = await source.read([a])
    expect(second.statements.map(({ sql }) => sql)).toEqual(['CREATE TABLE a (id int)', 'CREATE TABLE b ()'])
    expect(second.statements[1]).toBe(first.statements[1])
  })

  it('sees new, renamed and deleted files among the changed ones', async () => {
    const a = await write('schema/a.sql', 'CREATE TABLE a ();')
    const source = reader()
    await source.read()
    await rm(a)
    const b = await write('schema/b.sql', 'CREATE TABLE a ();')
    const { files } = await source.read([a, b])
    expect(files.map(({ path }) => path)).toEqual([b])
  })

  it('reads a file once that is reached by two links', async () => {
    await write('schema/a.sql', 'CREATE TABLE a ();')
    await symlink(join(root, 'schema'), join(root, 'schema/again'))
    const { files, diagnostics } = await reader().read()
    expect(files).toHaveLength(1)
    expect(diagnostics).toEqual([])
  })

  it('says so when nothing matches', async () => {
    const { diagnostics } = await reader().read()
    expect(diagnostics).toMatchObject([{ code: 'SP1008', message: 'No schema file matches `schema/**/*.sql`' }])
  })

  it.each([
    ['binary data', new Uint8Array([0xff, 0xfe, 0x43, 0])],
    ['text with a NUL', 'CREATE\0'],
  ])('refuses %s', async (_, content) => {
    await write('schema/a.sql', content)
    const { diagnostics } = await reader().read()
    expect(diagnostics).toMatchObject([{ code: 'SP1007', fix: 'Save the file as UTF-8.' }])
  })

  it.skipIf(process.getuid?.() === 0)('names a file that may not be read [needs a user other than root]', async () => {
    const file = await write('schema/a.sql', '')
    await chmod(file, 0)
    const { diagnostics } = await reader().read()
    expect(diagnostics).toMatchObject([{ code: 'SP1007', location: { file } }])
  })

  it('takes a folder of 2,000 files', async () => {
    await mkdir(join(root, 'schema'))
    await Promise.all(
      Array.from({ length: 2000 }, (_, index) =>
        writeFile(join(root, `schema/${index}.sql`), `CREATE TABLE t${index} (id bigint PRIMARY KEY);`),
      ),
    )
    const { statements, diagnostics } = await reader().read()
    expect(statements).toHaveLength(2000)
    expect(diagnostics).toEqual([])
  })
})

import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { checkProject } from '../check/check.js'
import { loadConfig } from '../config/load.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { generateProject } from '../engine/generate.js'
import { loadQueryModule } from './load.js'

// Each step without a warm database boots one.
vi.setConfig({ testTimeout: 300_000 })

let root: string

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const generate = async () => generateProject(await loadConfig({ cwd: root }))
const check = async (): Promise<string[]> => {
  const { diagnostics } = await checkProject({ root })
  return diagnostics.map(
    ({ code, location }) =>
      `${code}${location ? ` ${location.file.slice(root.length + 1)}:${location.line}:${location.column}` : ''}`,
  )
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-queries-')))
  write('savepoint.config.mjs', `export default { migrations: false, client: { queries: 'src/**/*.sql' } }`)
  write(
    'schema/users.sql',
    'CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);\nCREATE VIEW names AS SELECT name FROM users;\n',
  )
  write('src/users.sql', '-- name: GetUser :one\nSELECT id, name FROM users WHERE id = @id;\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('are generated beside their files, kept in a cache, and checked', async () => {
  const { written } = await generate()
  expect([...written].sort()).toEqual([
    'src/db/public.ts',
    'src/db/queries.json',
    'src/users.d.sql.ts',
    'src/users.d.sql.ts.map',
  ])
  expect(read('src/users.d.sql.ts')).toContain(
    'export declare function getUser(db: Database, params: GetUserParams): Promise<GetUserRow | null>',
  )
  expect(read('src/db/public.ts')).toMatch(/interface Name \{\n {2}name: string\n/)
  expect(await check()).toEqual([])

  write('src/users.sql', '-- name: GetUser :one\nSELECT name FROM users WHERE id = @id;\n')
  expect(await check()).toEqual(['SP6001'])
  expect((await generate()).written).toContain('src/users.d.sql.ts')
  expect((await generate()).written).toEqual([])
})

it('that a change of the schema breaks are an error at their place, and the last good types stay', async () => {
  await generate()
  const before = read('src/users.d.sql.ts')
  write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, full_name text NOT NULL);\n')
  expect(await check()).toEqual(['SP6003 src/users.sql:2:12'])
  await expect(generate()).rejects.toThrow(DiagnosticError)
  expect(read('src/users.d.sql.ts')).toBe(before)
  expect(existsSync(join(root, 'src/db/queries.json'))).toBe(true)
})

it("that are gone take their modules with them, and nobody else's", async () => {
  write('src/old.sql', '-- name: Old :many\nSELECT id FROM users;\n')
  write('src/own.d.sql.ts', 'export declare const mine: string\n')
  await generate()
  expect(existsSync(join(root, 'src/old.d.sql.ts'))).toBe(true)
  rmSync(join(root, 'src/old.sql'))
  expect([...(await generate()).written].sort()).toEqual([
    'src/db/queries.json',
    'src/old.d.sql.ts',
    'src/old.d.sql.ts.map',
  ])
  expect(existsSync(join(root, 'src/old.d.sql.ts'))).toBe(false)
  expect(existsSync(join(root, 'src/own.d.sql.ts'))).toBe(true)
})

it('of a fresh clone are built from the committed answers, without any database', async () => {
  await generate()
  // What is not committed.
  rmSync(join(root, '.savepoint'), { recursive: true, force: true })
  write(
    'savepoint.config.mjs',
    `export default { migrations: false, database: 'postgres://nobody@127.0.0.1:1/none', scratch: 'postgres://nobody@127.0.0.1:1/none', client: { queries: 'src/**/*.sql' } }`,
  )
  const config = await loadConfig({ cwd: root })
  const path = join(root, 'src/users.sql')
  expect(await loadQueryModule(config, path, true)).toEqual({
    diagnostics: [],
    code: expect.stringContaining('SELECT id,name FROM users WHERE id = $1'),
  })
  // A query that nobody analysed is not guessed at.
  write('src/users.sql', '-- name: GetUser :one\nSELECT name FROM users WHERE id = @id;\n')
  expect(await loadQueryModule(config, path, true)).toMatchObject({
    diagnostics: [{ code: 'SP6014', location: { file: path, line: 1 } }],
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readPhases } from './files.js'
import { parseStateSpec, parseStateSpecs } from './spec.js'

const cwd = mkdtempSync(join(tmpdir(), 'savepoint-spec-'))
mkdirSync(join(cwd, 'schemas'))
mkdirSync(join(cwd, 'migrations'))
mkdirSync(join(cwd, 'odd [name]'))
writeFileSync(join(cwd, 'schema.sql'), '')
writeFileSync(join(cwd, 'migrations/atlas.sum'), '')
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const parse = (text: string) => parseStateSpec(text, cwd)

it('knows databases', () => {
  expect(parse('postgres://app@localhost/app')).toEqual({ kind: 'database', url: 'postgres://app@localhost/app' })
  expect(parse('postgresql://localhost/app')).toMatchObject({ kind: 'database' })
})

it('knows files, folders and globs, also with file://', () => {
  for (const prefix of ['', './', 'file://', `file://${cwd}/`]) {
    expect(parse(`${prefix}schema.sql`)).toEqual({ kind: 'files', patterns: [join(cwd, 'schema.sql')] })
    expect(parse(`${prefix}schemas`)).toEqual({ kind: 'files', patterns: [join(cwd, 'schemas/**/*.sql')] })
  }
  expect(parse('schemas/*.sql')).toEqual({ kind: 'files', patterns: [join(cwd, 'schemas/*.sql')] })
  expect(parse('odd [name]')).toEqual({ kind: 'files', patterns: [String.raw`${cwd}/odd \[name\]/**/*.sql`] })
})

it('finds files whatever letters their path has', async () => {
  const folder = join(cwd, '.hid den/a+b (1) [x] @v!')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "it's (one).sql"), 'CREATE TABLE t ();')
  for (const path of [folder, join(folder, "it's (one).sql")]) {
    const spec = parse(path)
    if (spec.kind !== 'files') throw new Error('a path names files')
    const schema = { pre: [], schema: spec.patterns, post: [] }
    const { sources } = await readPhases(
      { root: cwd, stateDirectory: cwd, schema, repeatable: [], configDependencies: [], plugins: [] },
      { log: () => undefined },
    )
    expect(sources.files.map((file) => file.path)).toEqual([join(folder, "it's (one).sql")])
  }
})

it('knows migrations directories, by scheme, by format and by their sum', () => {
  const directory = join(cwd, 'migrations')
  expect(parse('migrations://migrations')).toEqual({ kind: 'migrations', directory, format: 'atlas' })
  expect(parse('migrations://schemas?format=goose&version=3')).toEqual({
    kind: 'migrations',
    directory: join(cwd, 'schemas'),
    format: 'goose',
    version: '3',
  })
  expect(parse('file://migrations')).toEqual({ kind: 'migrations', directory, format: 'atlas' })
  expect(parse('file://schemas?format=golang-migrate')).toMatchObject({ kind: 'migrations', format: 'golang-migrate' })
})

it('puts files together, and nothing else', () => {
  expect(parseStateSpecs(['schema.sql', 'schemas'], cwd)).toEqual({
    kind: 'files',
    patterns: [join(cwd, 'schema.sql'), join(cwd, 'schemas/**/*.sql')],
  })
  expect(() => parseStateSpecs(['schema.sql', 'postgres://localhost/app'], cwd)).toThrow('stands alone')
})

it('says what is missing or unknown', () => {
  expect(() => parse('')).toThrow('no schema source was named')
  expect(() => parse('nowhere.sql')).toThrow('there is no file or folder nowhere.sql')
  expect(() => parse('mysql://root@localhost/app')).toThrow('mysql: is not a kind of schema source')
  expect(() => parse('migrations://migrations?format=goos')).toThrow('there is no migration format "goos"')
})

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listStatements, readDirectory } from '../directory/directory.js'
import { findSumMismatch, validateDirectory } from '../directory/checksum.js'
import { hashDirectory, writeDraft, removeDraft, writeMigration } from '../directory/write.js'
import type { FormatName } from '../formats/format.js'
import { createDirectory, createFolder, readFiles, writeFiles } from '../testing/project.js'
import { squashMigrations, writeCheckpoint } from './checkpoint.js'
import { importDirectory } from './import.js'
import { mergeSums } from './merge-driver.js'
import { rebaseMigrations } from './rebase.js'
import { removeMigrations } from './remove.js'

const formats: FormatName[] = ['atlas', 'goose', 'golang-migrate', 'dbmate', 'flyway']
const names = (folder: string): string[] => Object.keys(readFiles(folder))
const now = new Date('2026-05-06T07:08:09Z')

const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$'

describe('writing a migration', () => {
  it.each(formats)('in the %s format', (format) => {
    const folder = createFolder({})
    writeMigration(readDirectory(folder, { format }), {
      name: 'add users',
      now,
      up: [
        { sql: 'CREATE TABLE users (id int)', comment: 'create "users" table', reverse: ['DROP TABLE users'] },
        { sql: body, comment: 'create function', reverse: ['DROP FUNCTION f'] },
      ],
    })
    const { 'atlas.sum': sum, ...files } = readFiles(folder)
    expect(sum).toMatch(/^h1:/)
    expect(files).toMatchSnapshot()
    validateDirectory(readDirectory(folder, { format }))
  })

  it.each(formats)('that cannot run in a transaction, %s', (format) => {
    const folder = createFolder({})
    const outside = (sql: string, reverse: string) => ({
      sql,
      transactional: false,
      reverse: [{ sql: reverse, transactional: false }],
    })
    writeMigration(readDirectory(folder, { format }), {
      name: 'x',
      now,
      up: [
        { sql: 'CREATE TABLE t (id int)', reverse: ['DROP TABLE t'] },
        outside('CREATE INDEX CONCURRENTLY a ON t (id)', 'DROP INDEX CONCURRENTLY a'),
        outside('CREATE INDEX CONCURRENTLY b ON t (id)', 'DROP INDEX CONCURRENTLY b'),
      ],
    })
    const { 'atlas.sum': _sum, ...files } = readFiles(folder)
    expect(files).toMatchSnapshot()
  })

  it.each([
    ['timestamps', 'goose', { '20260101000000_a.sql': '-- +goose Up\n' }, '20260506070809_b.sql'],
    ['timestamps of the future', 'goose', { '20990101000000_a.sql': '-- +goose Up\n' }, '20990101000001_b.sql'],
    ['numbers', 'goose', { '00007_a.sql': '-- +goose Up\n' }, '00008_b.sql'],
    ['numbers', 'golang-migrate', { '000009_a.up.sql': '' }, '000010_b.down.sql'],
    ['Unix seconds', 'golang-migrate', { '1510670987_a.up.sql': '' }, '1778051289_b.down.sql'],
    ['a lone baseline', 'atlas', { '1_baseline.sql': '' }, '20260506070809_b.sql'],
    ['Flyway’s versions', 'flyway', { 'V1__a.sql': '' }, 'U2__b.sql'],
  ] as const)('continues %s of a %s directory', (_kind, format, files, expected) => {
    const folder = createDirectory(files, format).source.path ?? ''
    writeMigration(readDirectory(folder, { format }), { name: 'b', up: ['SELECT 1'], down: ['SELECT 1'], now })
    expect(names(folder)).toContain(expected)
  })

  it('refuses what goose would misread', () => {
    const directory = createDirectory({}, 'goose')
    const write = (sql: string): unknown => writeMigration(directory, { name: 'x', up: [sql] })
    expect(() => write('SELECT 1 -- a\n-- +goose Down\n')).toThrow(expect.objectContaining({ code: 'SP4015' }))
  })

  it.each(['SELECT 1 -- the end', "SELECT E'it\\'s;'", 'BEGIN ATOMIC', "SELECT ';' ;;", 'SELECT 1;\n'])(
    'keeps %j one statement',
    (sql) => {
      for (const format of formats) {
        if (format === 'atlas' && sql.includes('E')) continue
        const folder = createFolder({})
        writeMigration(readDirectory(folder, { format }), { name: 'x', up: [sql], down: ['SELECT 1'] })
        const directory = readDirectory(folder, { format })
        const [file] = directory.files
        if (file) expect([...listStatements(directory, file)]).toHaveLength(1)
      }
    },
  )

  it.each(formats)('as a draft leaves the directory what it was for every tool, %s', (format) => {
    const folder = createDirectory({}, format).source.path ?? ''
    const before = readFiles(folder)
    const directory = readDirectory(folder, { format })
    const written = writeDraft(directory, { up: ['SELECT 1'], down: ['SELECT 2'] })
    expect(written.every((name) => name.startsWith('.draft/'))).toBe(true)
    const after = readDirectory(folder, { format })
    expect([after.files, after.skipped, findSumMismatch(after)]).toEqual([[], [], undefined])
    expect(writeDraft(directory, { up: [] })).toEqual([])
    removeDraft(directory)
    expect(readFiles(folder)).toEqual(before)
  })
})

describe('editing a directory', () => {
  it('rebases own files behind the others and mends a conflicted sum', () => {
    const folder =
      createDirectory({
        '20260101_a.sql': 'SELECT 1;\n',
        '20260102_mine.sql': 'SELECT 2;\n',
        '20260103_theirs.sql': 'SELECT 3;\n',
      }).source.path ?? ''
    writeFiles(folder, { 'atlas.sum': 'h1:x\n<<<<<<< ours\n' })
    expect(rebaseMigrations(readDirectory(folder), ['20260102'], { now })).toEqual([
      { from: '20260102_mine.sql', to: '20260506070809_mine.sql' },
    ])
    expect(names(folder)).toEqual(['20260101_a.sql', '20260103_theirs.sql', '20260506070809_mine.sql', 'atlas.sum'])
    validateDirectory(readDirectory(folder))
    // What stands at the end already keeps its name.
    expect(rebaseMigrations(readDirectory(folder), ['20260506070809'], { now })).toEqual([])
    expect(() => rebaseMigrations(readDirectory(folder), ['7'])).toThrow(expect.objectContaining({ code: 'SP4016' }))
  })

  it('rebases both files of a pair', () => {
    const files = { '000001_a.up.sql': '', '000001_a.down.sql': '', '000002_b.up.sql': '', '000002_b.down.sql': '' }
    const folder = createDirectory(files, 'golang-migrate').source.path ?? ''
    rebaseMigrations(readDirectory(folder, { format: 'golang-migrate' }), ['1'])
    expect(names(folder)).toEqual([
      '000002_b.down.sql',
      '000002_b.up.sql',
      '000003_a.down.sql',
      '000003_a.up.sql',
      'atlas.sum',
    ])
  })

  it('removes by version and from the end', () => {
    const folder = createDirectory({ '1_a.sql': '', '2_b.sql': '', '3_c.sql': '' }).source.path ?? ''
    expect(removeMigrations(readDirectory(folder), 1)).toEqual(['3_c.sql'])
    expect(removeMigrations(readDirectory(folder), ['1'])).toEqual(['1_a.sql'])
    expect(names(folder)).toEqual(['2_b.sql', 'atlas.sum'])
    validateDirectory(readDirectory(folder))
  })

  it('squashes several into one that has the last version', () => {
    const text = (n: number): string => `-- +goose Up\nCREATE TABLE t${n} ();\n-- +goose Down\nDROP TABLE t${n};\n`
    const folder =
      createDirectory({ '00001_a.sql': text(1), '00002_b.sql': text(2), '00003_c.sql': text(3) }, 'goose').source
        .path ?? ''
    const result = squashMigrations(readDirectory(folder, { format: 'goose' }), { to: '2' }, { name: 'base' })
    expect(result).toEqual({ written: ['00002_base.sql'], removed: ['00001_a.sql', '00002_b.sql'] })
    expect(readFiles(folder)['00002_base.sql']).toBe(
      '-- +goose Up\nCREATE TABLE t1 ();\nCREATE TABLE t2 ();\n\n-- +goose Down\nDROP TABLE t2;\nDROP TABLE t1;\n',
    )
  })

  it('writes a checkpoint that Atlas knows', () => {
    const folder = createDirectory({ '1_a.sql': 'CREATE TABLE a ();\n' }).source.path ?? ''
    const name = writeCheckpoint(readDirectory(folder), { up: ['CREATE TABLE a ()'], tag: 'v1', now })
    expect(readFiles(folder)[name]).toBe('-- atlas:checkpoint v1\n\nCREATE TABLE a ();\n')
    const directory = readDirectory(folder)
    const file = directory.files.at(-1)
    expect(file && directory.format.options(directory.source, file, 'up')).toEqual({ checkpoint: 'v1' })
  })

  it.each(formats.flatMap((from) => formats.map((to) => [from, to] as const)))('imports %s as %s', (from, to) => {
    const source = createFolder({})
    writeMigration(readDirectory(source, { format: from }), {
      name: 'one',
      now,
      up: [{ sql: 'CREATE TABLE t (id int)', comment: 'The table' }, body],
      down: ['DROP FUNCTION f', 'DROP TABLE t'],
    })
    const target = join(createFolder({}), 'target')
    importDirectory(readDirectory(source, { format: from }), target, { format: to })
    const directory = readDirectory(target, { format: to })
    validateDirectory(directory)
    expect(directory.files).toHaveLength(1)
    const [file] = directory.files
    expect(file && [...listStatements(directory, file)].map(({ text }) => text)).toEqual([
      'CREATE TABLE t (id int);',
      `${body};`,
    ])
    if (file && from !== 'atlas' && to !== 'atlas')
      expect([...listStatements(directory, file, 'down')].map(({ text }) => text)).toEqual([
        'DROP FUNCTION f;',
        'DROP TABLE t;',
      ])
    expect(Object.values(readFiles(target)).join('')).toMatch(/-- the table\n/i)
    expect(() => importDirectory(directory, target)).toThrow('target migration directory must be empty')
  })
})

describe('merging atlas.sum', () => {
  const base = { '1_a.sql': 'SELECT 1;\n' }
  it('makes the sum of both sides and names what is older', () => {
    const merged = mergeSums(base, { ...base, '2_ours.sql': 'x' }, { ...base, '3_theirs.sql': 'y' }, 'atlas')
    expect(merged.older).toEqual(['2_ours.sql'])
    const files = { ...base, '2_ours.sql': 'x', '3_theirs.sql': 'y', 'atlas.sum': merged.text }
    validateDirectory(readDirectory({ files }))
  })

  it('does not guess what a file says that both changed', () => {
    expect(() => mergeSums(base, { '1_a.sql': 'x' }, { '1_a.sql': 'y' }, 'atlas')).toThrow(
      expect.objectContaining({ code: 'SP4004' }),
    )
  })

  it('lets git merge two branches that both add a migration', () => {
    const root = createFolder({})
    const git = (...parameters: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...parameters], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    const path = join(root, 'db/migrations')
    const add = (name: string, message: string): void => {
      writeFiles(path, { [name]: `-- ${name}\nSELECT 1;\n` })
      hashDirectory(readDirectory(path))
      git('add', '-A')
      git('commit', '-qm', message)
    }
    git('init', '-q', '-b', 'main')
    writeFiles(root, {
      '.gitattributes': 'atlas.sum merge=savepoint\n',
      'driver.mjs': `
      import { runMergeDriver } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
      runMergeDriver(process.argv[2], process.argv[3], 'atlas', process.argv[4])`,
    })
    git('config', 'merge.savepoint.driver', `node ${join(root, 'driver.mjs')} %A %P %Y`)
    add('1_a.sql', 'base')
    git('switch', '-qc', 'feature')
    add('2_feature.sql', 'feature')
    git('switch', '-q', 'main')
    add('3_main.sql', 'main')
    git('merge', '-q', '--no-edit', 'feature')
    expect(names(path)).toEqual(['1_a.sql', '2_feature.sql', '3_main.sql', 'atlas.sum'])
    validateDirectory(readDirectory(path))

    git('switch', '-q', 'feature')
    git('reset', '-q', '--hard', 'HEAD')
    git('switch', '-qc', 'other', 'feature')
    add('4_other.sql', 'other')
    git('rebase', '-q', 'main')
    expect(names(path)).toEqual(['1_a.sql', '2_feature.sql', '3_main.sql', '4_other.sql', 'atlas.sum'])
    validateDirectory(readDirectory(path))
  })
})

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  applyMigrations,
  listStatements,
  readDirectory,
  readStatus,
  renderDirectorySum,
  writeMigration,
  type FormatName,
} from '@savepoint/migrate'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAtlasScanner } from '../../packages/migrate/src/scanner/atlas.js'
import { scanPieces, ScanError } from '../../packages/migrate/src/scanner/text.js'
import { createDatabase, createFolder, readFiles } from '../../packages/migrate/src/testing/project.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { createRandom, mutate, randomMigrations, randomSql, rounds } from './random.js'
import { buildTool, mustRun, run } from './tools.js'

const missing = isMissing('go') || isMissing('native')
const formats: FormatName[] = ['atlas', 'goose', 'golang-migrate', 'dbmate', 'flyway']
const rows = `SELECT version, description, type, applied, total, error, error_stmt, hash, partial_hashes::text
  FROM atlas_schema_revisions.atlas_schema_revisions ORDER BY version COLLATE "C"`

describe.skipIf(missing)('interop with Atlas’s library [needs go, native]', () => {
  let atlas = ''
  beforeAll(() => void (atlas = buildTool('atlas')), 600_000)

  it.each(formats)('sums of random %s directories are the same bytes', async (format) => {
    const random = createRandom(format.length)
    const folders = Array.from({ length: rounds }, () => createFolder(randomMigrations(random, format)))
    const texts = (await mustRun(atlas, ['hash', format, ...folders])).split('\n\n')
    folders.forEach((folder, index) =>
      expect(renderDirectorySum(readDirectory(folder, { format })), JSON.stringify(readFiles(folder))).toBe(
        `${texts[index]}\n`,
      ),
    )
  })

  /** What Atlas and we make of texts, faults included, by the file's name. */
  async function expectSameStatements(texts: readonly string[], format: FormatName): Promise<void> {
    const ending = format === 'golang-migrate' ? '.up.sql' : '.sql'
    // Releases differ in what they take for a directive's argument beyond printable ASCII; this one is of the older kind.
    const alike = texts.filter((text) => !/^[ -~]*atlas:[^\n]*[^ -~\n]/.test(text))
    const files = Object.fromEntries(alike.map((text, index) => [`${10_000 + index}_x${ending}`, text]))
    const folder = createFolder(files)
    const theirs = JSON.parse(await mustRun(atlas, ['statements', format, folder])) as Record<string, string[]>
    for (const [name, text] of Object.entries(files)) {
      if (theirs[name]?.[0]?.startsWith('error: panic')) continue
      let ours: string[]
      try {
        ours = [...scanPieces([text], createAtlasScanner({ beginBlocks: format === 'atlas' }))].map((one) => one.text)
      } catch (error) {
        if (!(error instanceof ScanError)) throw error
        // We have a place for this one, too.
        ours = [`error: ${error.message.replace(/^[\d:]+ (?=empty delimiter$)/, '')}`]
      }
      expect(ours, JSON.stringify(text)).toEqual(theirs[name])
    }
  }

  it('scans random statements alike, faults included', async () => {
    const random = createRandom(7)
    await expectSameStatements(
      Array.from({ length: rounds * 6 }, () => randomSql(random)),
      'atlas',
    )
  })

  // As Atlas's Postgres driver scans, and as it scans the files of other tools.
  it.skipIf(isMissing('shared')).each(['atlas', 'golang-migrate'] as const)(
    'scans its own vectors and mutations of them alike: %s',
    async (format) => {
      const random = createRandom(format.length)
      const folder = join(sharedFolder, 'fixtures/atlas-lex')
      const texts = Object.entries(readFiles(folder)).flatMap(([name, text]) => (name.endsWith('.sql') ? [text] : []))
      expect(texts.length).toBeGreaterThan(20)
      const mutations = texts.flatMap((text) => Array.from({ length: rounds / 5 }, () => mutate(random, text)))
      await expectSameStatements([...texts, ...mutations], format)
    },
  )

  it.skipIf(isMissing('shared'))(
    'takes the same statements out of real goose and golang-migrate histories',
    async () => {
      for (const [format, path] of [
        ['golang-migrate', 'openmeter/migrations'],
        ['atlas', 'datum/migrations'],
        ['goose', 'datum/migrations-goose-postgres'],
      ] as const) {
        const folder = join(sharedFolder, 'corpus/histories', path)
        const theirs = JSON.parse(await mustRun(atlas, ['statements', format, folder])) as Record<string, string[]>
        const directory = readDirectory(folder, { format })
        const bare = (text: string): string => text.replace(/^(?:--[^\n]*\n|\/\*[^]*?\*\/|\s)+/, '')
        for (const file of directory.files)
          expect(
            [...listStatements(directory, file)].map(({ text }) => bare(text)),
            file.name,
          ).toEqual(theirs[file.name]?.map(bare))
      }
    },
  )

  it('applies what Savepoint wrote, Savepoint goes on, and the rows are the same', async () => {
    const folder = createFolder({})
    const write = (name: string, up: string[], now: string): void =>
      void writeMigration(readDirectory(folder), { name, up, now: new Date(now) })
    write('users', ['CREATE TABLE users (id int PRIMARY KEY)', 'CREATE INDEX users_id ON users (id)'], '2026-01-01')
    write('body', ['CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$'], '2026-01-02')
    const [theirs, ours, mixed] = [await createDatabase(), await createDatabase(), await createDatabase()]
    await mustRun(atlas, ['validate', 'atlas', folder])
    await mustRun(atlas, ['apply', `${theirs.url}?sslmode=disable`, 'atlas', folder])
    await applyMigrations(ours.client, readDirectory(folder))
    await mustRun(atlas, ['apply', `${mixed.url}?sslmode=disable`, 'atlas', folder, '1'])
    expect((await readStatus(mixed.client, readDirectory(folder))).pending).toHaveLength(1)
    await applyMigrations(mixed.client, readDirectory(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await mixed.rows(rows)).toEqual(await theirs.rows(rows))

    write('third', ['CREATE TABLE third (id int)'], '2026-01-03')
    expect(await mustRun(atlas, ['status', `${ours.url}?sslmode=disable`, 'atlas', folder])).toBe(
      '20260103000000_third.sql\n',
    )
    await mustRun(atlas, ['apply', `${ours.url}?sslmode=disable`, 'atlas', folder])
    expect(await readStatus(ours.client, readDirectory(folder))).toMatchObject({
      status: 'OK',
      current: '20260103000000',
    })
    expect(await mustRun(atlas, ['status', `${ours.url}?sslmode=disable`, 'atlas', folder])).toBe('')
  })

  it('goes on where Savepoint was interrupted, and the other way round', async () => {
    const folder = createFolder({})
    writeMigration(readDirectory(folder), {
      name: 'steps',
      up: ['CREATE TABLE a (id int)', 'CREATE TABLE b (id int REFERENCES nowhere)', 'CREATE TABLE c (id int)'].map(
        (sql) => ({ sql, transactional: false }),
      ),
    })
    const [name = ''] = readdirSync(folder)
    const [ours, theirs] = [await createDatabase(), await createDatabase()]
    await expect(applyMigrations(ours.client, readDirectory(folder))).rejects.toMatchObject({ code: 'SP4017' })
    expect((await run(atlas, ['apply', `${theirs.url}?sslmode=disable`, 'atlas', folder])).code).toBe(1)
    const state = 'SELECT applied, total, partial_hashes::text FROM atlas_schema_revisions.atlas_schema_revisions'
    expect(await ours.rows(state)).toEqual(await theirs.rows(state))
    await ours.client.query('CREATE TABLE nowhere (id int PRIMARY KEY)')
    await theirs.client.query('CREATE TABLE nowhere (id int PRIMARY KEY)')
    await mustRun(atlas, ['apply', `${ours.url}?sslmode=disable`, 'atlas', folder])
    await applyMigrations(theirs.client, readDirectory(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(name).toContain('steps')
  })
})

import {
  applyMigrations,
  listStatements,
  MigrateError,
  readDirectory,
  readStatus,
  undoMigrations,
  type Direction,
  type MigrationFile,
} from '@savepoint/migrate'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, createFolder, writeFiles, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { createRandom, randomGoose, rounds } from './random.js'
import { createProject, exchangedObjects, listColumns, listObjects } from './exchange.js'
import { buildTool, mustRun, run } from './tools.js'

const missing = isMissing('go') || isMissing('native')
const read = (folder: string) => readDirectory(folder, { format: 'goose' })

const rows = 'SELECT version_id, is_applied FROM goose_db_version ORDER BY id'
const table = 'goose_db_version'

const isError = (statements: readonly string[]): boolean => statements[0]?.startsWith('error: ') === true

describe.skipIf(missing)('interop with goose [needs go, native]', () => {
  let binary = ''
  beforeAll(() => void (binary = buildTool('goose')), 600_000)
  const goose = (database: Database, folder: string, ...command: string[]) =>
    mustRun(binary, ['-dir', folder, 'postgres', `${database.url}?sslmode=disable`, ...command])

  it('applies and undoes what Savepoint wrote, with the same rows and the same table', async () => {
    const folder = createProject('goose')
    const [theirs, ours] = [await createDatabase(), await createDatabase()]
    await goose(theirs, folder, 'up')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await listColumns(ours, table)).toEqual(await listColumns(theirs, table))
    expect(await listObjects(ours)).toEqual(await listObjects(theirs))
    expect(await listObjects(ours)).toEqual(exchangedObjects)
    // Each goes down what the other one applied.
    await goose(ours, folder, 'down-to', '0')
    await undoMigrations(theirs.client, read(folder), { toVersion: '0' })
    expect(await listObjects(ours)).toEqual([])
    expect(await listObjects(theirs)).toEqual([])
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
  })

  it('goes on after Savepoint, and Savepoint after it; the statuses agree', async () => {
    const folder = createProject('goose')
    const database = await createDatabase()
    await applyMigrations(database.client, read(folder), { amount: 1 })
    await goose(database, folder, 'up-by-one')
    expect((await readStatus(database.client, read(folder))).pending.map(({ version }) => version)).toEqual([
      '20260103000000',
    ])
    const { stderr } = await run(binary, ['-dir', folder, 'postgres', `${database.url}?sslmode=disable`, 'status'])
    expect(stderr.match(/Pending/g)).toHaveLength(1)
    await applyMigrations(database.client, read(folder))
    expect(await readStatus(database.client, read(folder))).toMatchObject({ status: 'OK' })
    const after = await run(binary, ['-dir', folder, 'postgres', `${database.url}?sslmode=disable`, 'up'])
    expect(after.stderr).toContain('no migrations to run. current version: 20260103000000')
  })

  it('agrees on what is out of order', async () => {
    const folder = createProject('goose')
    const database = await createDatabase()
    await goose(database, folder, 'up')
    writeFiles(folder, { '20260102120000_late.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\n' })
    const directory = readDirectory(folder, { format: 'goose' })
    const { code, stderr } = await run(binary, ['-dir', folder, 'postgres', `${database.url}?sslmode=disable`, 'up'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('found 1 missing migrations')])
    expect((await readStatus(database.client, { ...directory, sumText: undefined })).outOfOrder).toHaveLength(1)
  })

  it('reads statements as goose does', async () => {
    const files: Record<string, string> = {
      '00001_a.sql':
        "-- head\n\n-- +goose Up\n-- note\nSELECT 1; SELECT 2;\nINSERT INTO log VALUES ('x'); -- end\n-- +goose statementbegin\nSELECT 3;\nSELECT 4;\n-- +goose StatementEnd\n-- +goose down\nSELECT 9;\n",
      '00002_b.sql':
        "-- +goose NO TRANSACTION\n-- +goose Up\nINSERT INTO log\n\n-- inside\nVALUES ('b')\n  ;\r\n-- +goose Down\n",
      '00003_c.sql':
        "-- +goose Up\n-- +goose ENVSUB ON\nINSERT INTO log VALUES ('${SAVEPOINT_INTEROP:-none}');\n-- +goose ENVSUB OFF\nINSERT INTO log VALUES ('${HOME}');\n",
    }
    const folder = createFolder(files)
    const [theirs, ours] = [await createDatabase(), await createDatabase()]
    for (const database of [theirs, ours]) await database.client.query('CREATE TABLE log (line text)')
    await goose(theirs, folder, 'up')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.column('SELECT line FROM log')).toEqual(await theirs.column('SELECT line FROM log'))
    const directory = read(folder)
    expect(
      directory.files.map((file) => [...listStatements(directory, file)].map(({ text, line }) => `${line}: ${text}`)),
    ).toEqual([
      ['5: SELECT 1; SELECT 2;', "6: INSERT INTO log VALUES ('x'); -- end", '8: SELECT 3;\nSELECT 4;'],
      ["3: INSERT INTO log\n\n-- inside\nVALUES ('b')\n  ;"],
      ["3: INSERT INTO log VALUES ('none');", "5: INSERT INTO log VALUES ('${HOME}');"],
    ])
  })

  it.each(['up', 'down'] as const)('makes the same statements of random files: %s', async (direction) => {
    const random = createRandom(direction.length)
    const files = Object.fromEntries(
      Array.from({ length: rounds * 10 }, (_, index) => [`${index + 1}_x.sql`, randomGoose(random)]),
    )
    const folder = createFolder(files)
    const theirs = JSON.parse(await mustRun(buildTool('goose-locked'), ['statements', direction, folder])) as Record<
      string,
      string[]
    >
    const directory = read(folder)
    const parse = (file: MigrationFile, part: Direction): string[] => {
      try {
        return [...listStatements(directory, file, part)].map(({ text }) => text)
      } catch (error) {
        if (!(error instanceof MigrateError)) throw error
        return [`error: ${error.message}`]
      }
    }
    for (const file of directory.files) {
      const expected = theirs[file.name] ?? []
      // The library reads both parts before it runs one; its command line reads the one, as we do.
      const other = parse(file, direction === 'up' ? 'down' : 'up')
      const ours = isError(other) ? other : parse(file, direction)
      if (isError(expected))
        expect([files[file.name], expected, isError(ours)]).toEqual([files[file.name], expected, true])
      else expect(ours, JSON.stringify(files[file.name])).toEqual(expected)
    }
  })

  it.each([
    ['no marker', 'SELECT 1;\n'],
    ['an unknown annotation', '-- +goose Up\n-- +goose Upp\nSELECT 1;\n'],
    ['a statement without an end', '-- +goose Up\nSELECT 1\n'],
    ['a block without an end', '-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n'],
    ['an indented annotation', ' -- +goose Up\nSELECT 1;\n'],
    ['a dash pair that hides the semicolon', "-- +goose Up\nSELECT 'a -- b';\n"],
  ])('refuses %s as goose does', async (_name, text) => {
    const folder = createFolder({ '00001_a.sql': text })
    const database = await createDatabase()
    expect((await run(binary, ['-dir', folder, 'postgres', `${database.url}?sslmode=disable`, 'up'])).code).toBe(1)
    await expect(applyMigrations(database.client, read(folder))).rejects.toMatchObject({ code: 'SP4015' })
  })
})

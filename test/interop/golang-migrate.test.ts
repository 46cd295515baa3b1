import { applyMigrations, readDirectory, readStatus, setVersion, undoMigrations } from '@savepoint/migrate'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, readFiles, writeFiles, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { createProject, exchangedObjects, listColumns, listObjects } from './exchange.js'
import { buildTool, mustRun, run } from './tools.js'

const missing = isMissing('go') || isMissing('native')
const read = (folder: string) => readDirectory(folder, { format: 'golang-migrate' })

const rows = 'SELECT version, dirty FROM schema_migrations'
const table = 'schema_migrations'

describe.skipIf(missing)('interop with golang-migrate [needs go, native]', () => {
  let binary = ''
  beforeAll(() => void (binary = buildTool('migrate')), 600_000)
  const parameters = (database: Database, folder: string, command: string[]): string[] =>
    ['-path', folder, '-database', `${database.url}?sslmode=disable`].concat(command)
  const migrate = (database: Database, folder: string, ...command: string[]) =>
    mustRun(binary, parameters(database, folder, command))

  it('applies and undoes what Savepoint wrote, with the same row and the same table', async () => {
    const folder = createProject('golang-migrate', 'numbers')
    expect(read(folder).files.map(({ name }) => name)).toEqual([
      '000001_users.up.sql',
      '000002_bodies.up.sql',
      '000003_index.up.sql',
    ])
    const [theirs, ours] = [await createDatabase(), await createDatabase()]
    await migrate(theirs, folder, 'up')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await listColumns(ours, table)).toEqual(await listColumns(theirs, table))
    expect(await listObjects(ours)).toEqual(exchangedObjects)
    expect(await listObjects(theirs)).toEqual(exchangedObjects)
    await migrate(ours, folder, 'down', '2')
    await undoMigrations(theirs.client, read(folder), { amount: 2 })
    expect(await ours.rows(rows)).toEqual([{ version: '1', dirty: false }])
    expect(await theirs.rows(rows)).toEqual([{ version: '1', dirty: false }])
    await migrate(theirs, folder, 'down', '-all')
    await undoMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await listObjects(ours)).toEqual([])
  })

  it('goes on after Savepoint, and Savepoint after it', async () => {
    const folder = createProject('golang-migrate', 'numbers')
    const database = await createDatabase()
    await applyMigrations(database.client, read(folder), { amount: 1 })
    await migrate(database, folder, 'up', '1')
    expect(await readStatus(database.client, read(folder))).toMatchObject({ current: '2', pending: [{ version: '3' }] })
    await applyMigrations(database.client, read(folder))
    const { stderr } = await run(binary, parameters(database, folder, ['up']))
    expect(stderr).toContain('no change')
    expect((await run(binary, parameters(database, folder, ['version']))).stderr.trim()).toBe('3')
  })

  it('notices the lower version that golang-migrate skips without a word', async () => {
    const folder = createProject('golang-migrate', 'numbers')
    const database = await createDatabase()
    await applyMigrations(database.client, read(folder), { amount: 1 })
    await migrate(database, folder, 'up')
    await migrate(database, folder, 'down', '1')
    await applyMigrations(database.client, read(folder))
    writeFiles(folder, { '000000_late.up.sql': 'CREATE TABLE late ();', '000000_late.down.sql': 'DROP TABLE late;' })
    expect((await run(binary, parameters(database, folder, ['up']))).stderr).toContain('no change')
    const directory = { ...read(folder), sumText: undefined }
    expect((await readStatus(database.client, directory)).outOfOrder.map(({ name }) => name)).toEqual([
      '000000_late.up.sql',
    ])
    await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({ code: 'SP4019' })
  })

  it('shows and explains its dirty state, and force clears it', async () => {
    const folder = createProject('golang-migrate', 'numbers')
    const database = await createDatabase()
    const bodies = readFiles(folder)['000002_bodies.up.sql'] ?? ''
    writeFiles(folder, { '000002_bodies.up.sql': 'CREATE TABLE half (id int); SELECT nonsense;' })
    expect((await run(binary, parameters(database, folder, ['up']))).code).toBe(1)
    expect(await database.rows(rows)).toEqual([{ version: '2', dirty: true }])
    const directory = { ...read(folder), sumText: undefined }
    expect(await readStatus(database.client, directory)).toMatchObject({ status: 'PENDING', dirty: true, current: '2' })
    await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({
      code: 'SP4011',
      message: 'Dirty database version 2. Fix and force version.',
      fix: expect.stringContaining('`savepoint migrate force 1`') as string,
    })
    await setVersion(database.client, directory, '1', { force: true })
    expect(await database.rows(rows)).toEqual([{ version: '1', dirty: false }])
    writeFiles(folder, { '000002_bodies.up.sql': bodies })
    await applyMigrations(database.client, { ...read(folder), sumText: undefined })
    expect(await database.rows(rows)).toEqual([{ version: '3', dirty: false }])
  })
})

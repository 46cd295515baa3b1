import { applyMigrations, readDirectory, readStatus, undoMigrations } from '@savepoint/migrate'
import { describe, expect, it } from 'vitest'
import { createDatabase, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { createProject, exchangedObjects, listColumns, listObjects } from './exchange.js'
import { findDbmate, mustRun } from './tools.js'

const read = (folder: string) => readDirectory(folder, { format: 'dbmate' })

const rows = 'SELECT version FROM schema_migrations ORDER BY version'
const table = 'schema_migrations'

describe.skipIf(isMissing('native'))('interop with dbmate [needs native]', () => {
  const dbmate = (database: Database, folder: string, ...command: string[]) =>
    mustRun(
      findDbmate(),
      ['--url', `${database.url}?sslmode=disable`, '--migrations-dir', folder, '--no-dump-schema'].concat(command),
    )

  it('applies and undoes what Savepoint wrote, and each goes on after the other', async () => {
    const folder = createProject('dbmate')
    const [theirs, ours, mixed] = [await createDatabase(), await createDatabase(), await createDatabase()]
    await dbmate(theirs, folder, 'migrate')
    await applyMigrations(ours.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    expect(await listObjects(ours)).toEqual(exchangedObjects)
    expect(await listObjects(theirs)).toEqual(exchangedObjects)
    expect(await listColumns(ours, table)).toEqual(await listColumns(theirs, table))

    await applyMigrations(mixed.client, read(folder), { amount: 1 })
    expect(await dbmate(mixed, folder, 'status')).toContain('Applied: 1\nPending: 2')
    await dbmate(mixed, folder, 'migrate')
    expect(await readStatus(mixed.client, read(folder))).toMatchObject({ status: 'OK', current: '20260103000000' })

    await dbmate(ours, folder, 'rollback')
    await undoMigrations(theirs.client, read(folder))
    expect(await ours.rows(rows)).toEqual(await theirs.rows(rows))
    await applyMigrations(ours.client, read(folder))
    expect(await dbmate(ours, folder, 'status')).toContain('Applied: 3\nPending: 0')
  })
})

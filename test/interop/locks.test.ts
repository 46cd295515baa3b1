import { applyMigrations, readDirectory, writeMigration, type FormatName } from '@savepoint/migrate'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, createFolder, type Database } from '../../packages/migrate/src/testing/project.js'
import { isMissing } from '../support/requirement.js'
import { closeGate, throughGate } from './gate.js'
import { buildTool, findFlyway, flywayParameters, run, type Ran, type ToolName } from './tools.js'

interface Tool {
  name: string
  format: FormatName
  start(database: Database, folder: string): Promise<Ran>
}

const plain = ({ url }: Database): string => `${url}?sslmode=disable`
const built = (tool: ToolName, parameters: (database: Database, folder: string) => string[]): Tool['start'] => {
  return (database, folder) => run(buildTool(tool), parameters(database, folder))
}

const gooseWithTable: Tool = {
  name: 'goose with its table locker',
  format: 'goose',
  start: built('goose-locked', (database, folder) => ['table', plain(database), folder]),
}
const tools: Tool[] = [
  {
    name: 'Atlas',
    format: 'atlas',
    start: built('atlas', (database, folder) => ['apply', plain(database), 'atlas', folder]),
  },
  {
    name: 'golang-migrate',
    format: 'golang-migrate',
    start: built('migrate', (database, folder) => ['-path', folder, '-database', plain(database), 'up']),
  },
  {
    name: 'goose with its session locker',
    format: 'goose',
    start: built('goose-locked', (database, folder) => ['session', plain(database), folder]),
  },
  gooseWithTable,
]

const flyway = findFlyway()
const flywayTool: Tool = {
  name: 'Flyway',
  format: 'flyway',
  start: (database, folder) => run('java', flywayParameters(flyway ?? [], database.url, folder, 'migrate')),
}

/** A database that the tool has migrated before, and a directory with one more migration, which stands still at a gate. */
async function prepare({ format, start }: Tool) {
  const folder = createFolder({})
  const read = () => readDirectory(folder, { format })
  const write = (name: string, up: string) => writeMigration(read(), { name, up: [up], down: ['SELECT 1'] })
  const database = await createDatabase()
  write('first', 'CREATE TABLE first (id int)')
  expect(await start(database, folder)).toMatchObject({ code: 0 })
  write('gate', throughGate)
  return { database, folder, read, gate: await closeGate(database) }
}

function testExclusion(tools: readonly Tool[]): void {
  it.each(tools)('Savepoint waits while $name runs', async (tool) => {
    const { database, folder, read, gate } = await prepare(tool)
    const theirs = tool.start(database, folder)
    await gate.untilReached()
    const attempt = applyMigrations(database.client, read(), { lockTimeout: 100 })
    await expect(attempt).rejects.toMatchObject({ code: 'SP4010', why: expect.stringContaining('held by') as string })
    const ours = applyMigrations(database.client, read(), { lockTimeout: 60_000 })
    await gate.open()
    expect(await theirs).toMatchObject({ code: 0 })
    expect(await ours).toMatchObject({ applied: [] })
  })

  // One that did not wait would come to the gate too, and find the column there already when it opens.
  it.each(tools)('$name waits while Savepoint runs', async (tool) => {
    const { database, folder, read, gate } = await prepare(tool)
    const ours = applyMigrations(database.client, read())
    await gate.untilReached()
    const theirs = tool.start(database, folder)
    await gate.untilAsked()
    await gate.open()
    expect(await ours).toMatchObject({ applied: [{ description: 'gate' }] })
    expect(await theirs).toMatchObject({ code: 0 })
    expect(await applyMigrations(database.client, read())).toMatchObject({ applied: [] })
  })
}

// dbmate takes no lock of its own, so there is nothing of it to wait for.
describe.skipIf(isMissing('go') || isMissing('native'))('runs exclude each other [needs go, native]', () => {
  beforeAll(() => (['atlas', 'migrate', 'goose-locked'] as const).forEach(buildTool), 600_000)

  testExclusion(tools)

  it('a run of Savepoint that was killed keeps no later one from goose’s row', async () => {
    const { database, read, gate } = await prepare(gooseWithTable)
    const client = await database.connect()
    // Listened to from the beginning: it may be over before the answer to the killing is.
    const killed = expect(applyMigrations(client, read())).rejects.toMatchObject({ code: 'SP4023' })
    await gate.untilReached()
    await database.client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1',
      ['relation'],
    )
    await killed
    expect(await database.rows('SELECT locked FROM goose_lock')).toEqual([{ locked: true }])
    await gate.open()
    expect((await applyMigrations(database.client, read())).applied).toHaveLength(1)
    expect(await database.rows('SELECT locked FROM goose_lock')).toEqual([{ locked: false }])
  })
})

describe.skipIf(!flyway || isMissing('native'))(
  'runs of Savepoint and Flyway exclude each other [needs java, native]',
  () => {
    testExclusion([flywayTool])
  },
)

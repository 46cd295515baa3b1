import { execFile } from 'node:child_process'
import { createWriteStream, existsSync, rmSync, symlinkSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type pg from 'pg'
import { describe, expect, it } from 'vitest'
import { isMissing } from '../../../../test/support/requirement.js'
import { readDirectory } from '../directory/directory.js'
import { hashDirectory, writeMigration } from '../directory/write.js'
import { connect } from '../start/connect.js'
import { initDatabase } from '../start/initialize.js'
import {
  createDatabase,
  createDirectory,
  createFolder,
  readFiles,
  writeFiles,
  type Database,
} from '../testing/project.js'
import { applyMigrations } from './apply.js'
import { undoMigrations } from './down.js'
import { readStatus } from './status.js'

const runFile = promisify(execFile)
const child = fileURLToPath(new URL('../testing/apply-child.mjs', import.meta.url))

const three = {
  '1_a.sql': 'CREATE TABLE a (id int);\n',
  '2_b.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(0);\n',
  '3_c.sql': 'CREATE TABLE c (id int);\n',
}
const tables = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`

/** Waits until a session of the database stands still in a lock or in a sleep. */
async function untilWaiting(database: Database, event: string): Promise<number> {
  const waiting = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = $1 AND state = 'active'`
  for (;;) {
    const { rows } = await database.client.query<{ pid: number }>(waiting, [event])
    if (rows[0]) return rows[0].pid
  }
}

describe.skipIf(isMissing('native'))('migrations under faults [needs native]', () => {
  it('twenty processes at once: one applies, the others find nothing to do', async () => {
    const database = await createDatabase()
    const path = createDirectory(three).source.path ?? ''
    const start = () => runFile(process.execPath, [child, database.url, path, 'atlas', '0', '{"init":true}'])
    const results = await Promise.all(Array.from({ length: 20 }, start))
    const counts = results.map(({ stdout }) => Number(stdout))
    expect(counts.filter((count) => count === 3)).toHaveLength(1)
    expect(counts.filter((count) => count === 0)).toHaveLength(19)
    expect(await database.column(tables)).toEqual(['a', 'b', 'c'])
  })

  it('a second applier is told who is in its way', async () => {
    const database = await createDatabase()
    const directory = createDirectory({ ...three, '2_b.sql': 'SELECT pg_sleep(60);\n' })
    const first = await database.connect()
    const running = expect(applyMigrations(first, directory)).rejects.toMatchObject({ code: 'SP4023' })
    const pid = await untilWaiting(database, 'Timeout')
    await expect(applyMigrations(database.client, directory, { lockTimeout: 50 })).rejects.toMatchObject({
      code: 'SP4010',
      message: 'another process is applying migrations: the lock is held by another session',
      why: expect.stringContaining(`It is held by the server's process ${pid} (active for `) as string,
      fix: 'Wait for the other run, or wait longer with `--lock-timeout`.',
    })
    await database.client.query('SELECT pg_terminate_backend($1)', [pid])
    await running
  })

  it('a pooler that changes sessions is refused, because no lock would hold', async () => {
    const database = await createDatabase()
    const sessions = [database.client, await database.connect()]
    let turn = 0
    const pooled = {
      async query<Row>(text: string, values?: unknown[]) {
        const { rows } = await (sessions[turn++ % 2] ?? database.client).query<Row & pg.QueryResultRow>(text, values)
        return { rows }
      },
    }
    await expect(applyMigrations(pooled, createDirectory(three))).rejects.toMatchObject({
      code: 'SP4010',
      why: expect.stringContaining('pooler') as string,
    })
  })

  it('a connection that is cut in the middle of a statement leaves nothing of the file', async () => {
    const database = await createDatabase()
    const path =
      createDirectory({ ...three, '2_b.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(60);\n' }).source.path ?? ''
    const connection = await connect(database.url)
    const running = expect(applyMigrations(connection, readDirectory(path), { onProgress() {} })).rejects.toMatchObject(
      {
        code: 'SP4023',
        file: '2_b.sql',
        line: 2,
        why: expect.stringContaining('Nothing of 2_b.sql is applied') as string,
        fix: expect.stringContaining('savepoint migrate apply') as string,
      },
    )
    const pid = await untilWaiting(database, 'Timeout')
    await database.client.query('SELECT pg_terminate_backend($1)', [pid])
    await running
    await connection.close().catch(() => {})
    expect(await database.column(tables)).toEqual(['a'])
    expect(await readStatus(database.client, readDirectory(path))).toMatchObject({ current: '1' })
  })

  it('a connection that is cut outside a transaction leaves what was counted, and the next run goes on there', async () => {
    const database = await createDatabase()
    const body = 'CREATE TABLE b (id int);\nSELECT pg_sleep((SELECT seconds FROM pause));\nCREATE TABLE b2 (id int);\n'
    const path = createDirectory({ ...three, '2_b.sql': `-- atlas:txmode none\n\n${body}` }).source.path ?? ''
    await database.client.query('CREATE TABLE pause AS SELECT 60 AS seconds')
    const connection = await connect(database.url)
    const running = expect(
      applyMigrations(connection, readDirectory(path), { allowDirty: true }),
    ).rejects.toMatchObject({
      code: 'SP4023',
      file: '2_b.sql',
      line: 4,
      why: expect.stringContaining('The first 1 statement of 3 in 2_b.sql is applied.') as string,
    })
    const pid = await untilWaiting(database, 'Timeout')
    await database.client.query('SELECT pg_terminate_backend($1)', [pid])
    await running
    await connection.close().catch(() => {})
    expect(await readStatus(database.client, readDirectory(path))).toMatchObject({
      current: '2',
      partial: { applied: 1, total: 3 },
    })
    await database.client.query('UPDATE pause SET seconds = 0')
    await applyMigrations(database.client, readDirectory(path))
    expect(await database.column(tables)).toEqual(['a', 'b', 'b2', 'c', 'pause'])
  })

  it('a statement that waits for a lock gives up in time', async () => {
    const database = await createDatabase()
    const directory = createDirectory({ ...three, '2_b.sql': 'ALTER TABLE a ADD COLUMN n int;\n' })
    await applyMigrations(database.client, directory, { amount: 1 })
    const blocker = await database.connect()
    await blocker.query('BEGIN; LOCK TABLE a')
    await expect(applyMigrations(database.client, directory, { statementLockTimeout: 50 })).rejects.toMatchObject({
      code: 'SP4017',
      message: '2_b.sql:1: canceling statement due to lock timeout',
    })
    expect(await database.column('SHOW lock_timeout')).toEqual(['0'])
    await blocker.query('ROLLBACK')
    await applyMigrations(database.client, directory, { statementLockTimeout: 5000 })
    expect(await database.column(tables)).toEqual(['a', 'c'])
  })

  it('a file that gets no lock in time gives way, and is run again', async () => {
    const database = await createDatabase()
    const directory = createDirectory({
      '1_a.sql': 'CREATE TABLE a (id int);\n',
      '2_b.sql': 'CREATE TABLE b (id int);\nALTER TABLE a ADD COLUMN x int;\n',
    })
    await applyMigrations(database.client, directory, { amount: 1 })
    const blocker = await database.connect()
    await blocker.query('BEGIN; SELECT FROM a')
    const retried: string[] = []
    const result = await applyMigrations(database.client, directory, {
      statementLockTimeout: 50,
      lockRetries: 3,
      onProgress(event) {
        if (event.type !== 'retry') return
        retried.push(event.file.name)
        void blocker.query('COMMIT')
      },
    })
    expect(retried.length).toBeGreaterThan(0)
    expect(new Set(retried)).toEqual(new Set(['2_b.sql']))
    expect(result.applied.map(({ name }) => name)).toEqual(['2_b.sql'])
    expect(await readStatus(database.client, directory)).toMatchObject({ status: 'OK', current: '2' })
  })

  it('a down that fails half-way leaves the migration applied, or goes on where it stopped', async () => {
    const down = 'DROP TABLE a;\nDROP TABLE nowhere;\nDROP TABLE b;\n'
    const up = '-- +goose Up\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n-- +goose Down\n'
    const database = await createDatabase()
    const inside = createDirectory({ '1_x.sql': up + down }, 'goose')
    await applyMigrations(database.client, inside)
    await expect(undoMigrations(database.client, inside)).rejects.toMatchObject({ code: 'SP4017', line: 6 })
    expect(await database.column(tables)).toEqual(['a', 'b', 'goose_db_version'])
    expect(await readStatus(database.client, inside)).toMatchObject({ status: 'OK', current: '1' })

    const outside = createDirectory({ '1_x.sql': `-- +goose NO TRANSACTION\n${up}${down}` }, 'goose')
    await expect(undoMigrations(database.client, outside)).rejects.toMatchObject({
      code: 'SP4017',
      why: expect.stringContaining('The first 1 statement of 3 in 1_x.sql is applied.') as string,
      fix: expect.stringContaining('goes on at statement 2') as string,
    })
    expect(await readStatus(database.client, outside)).toMatchObject({
      partial: { direction: 'down', applied: 1, total: 3 },
    })
    await expect(applyMigrations(database.client, outside)).rejects.toMatchObject({ code: 'SP4012' })
    await database.client.query('CREATE TABLE nowhere ()')
    await undoMigrations(database.client, outside)
    expect(await database.column(tables)).toEqual(['goose_db_version'])
    expect(await readStatus(database.client, outside)).toMatchObject({ applied: [], status: 'PENDING' })
  })

  it.each([
    ['golang-migrate', '1_x.up.sql', '1_x.down.sql'],
    ['dbmate', '1_x.sql', undefined],
    ['flyway', 'V1__x.sql', 'U1__x.sql'],
  ] as const)('a down of %s that fails half-way leaves nothing of itself', async (format, name, downName) => {
    const up = 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n'
    const down = 'DROP TABLE a;\nDROP TABLE nowhere;\nDROP TABLE b;\n'
    const database = await createDatabase()
    const directory = createDirectory(
      downName ? { [name]: up, [downName]: down } : { [name]: `-- migrate:up\n${up}-- migrate:down\n${down}` },
      format,
    )
    await applyMigrations(database.client, directory)
    const before = [await database.column(tables), await readStatus(database.client, directory)]
    await expect(undoMigrations(database.client, directory)).rejects.toMatchObject({
      code: 'SP4017',
      file: downName ?? name,
      line: downName ? 2 : 6,
    })
    expect([await database.column(tables), await readStatus(database.client, directory)]).toEqual(before)
    await database.client.query('CREATE TABLE nowhere ()')
    await undoMigrations(database.client, directory)
    expect(await readStatus(database.client, directory)).toMatchObject({ applied: [] })
  })

  it('a directory that is edited while it is applied is noticed', async () => {
    const database = await createDatabase()
    const path = createDirectory(three).source.path ?? ''
    const running = applyMigrations(database.client, readDirectory(path), {
      onProgress(event) {
        if (event.type === 'file' && event.file.name === '2_b.sql')
          writeFiles(path, { '2_b.sql': 'DROP TABLE a;', '3_c.sql': 'DROP TABLE b;' })
      },
    })
    await expect(running).rejects.toMatchObject({ code: 'SP4024', file: '3_c.sql' })
    // The file that was read already ran as it was checked.
    expect(await database.column(tables)).toEqual(['a', 'b'])
  })

  it('a full disk leaves the directory as it was', () => {
    const folder = createFolder({})
    writeMigration(readDirectory(folder), { name: 'a', up: ['SELECT 1'], now: new Date('2026-01-01') })
    const before = readFiles(folder)
    // What is written to /dev/full ends in ENOSPC, as on a full disk.
    const temporary = join(folder, `atlas.sum.${process.pid}.tmp`)
    symlinkSync('/dev/full', temporary)
    const write = (): unknown =>
      writeMigration(readDirectory(folder), { name: 'b', up: ['SELECT 2'], now: new Date('2026-01-02') })
    expect(write).toThrow(expect.objectContaining({ code: 'SP4020', why: expect.stringContaining('ENOSPC') as string }))
    rmSync(temporary, { force: true })
    expect(readFiles(folder)).toEqual(before)
    expect(existsSync(temporary)).toBe(false)

    writeFiles(folder, { '20260102000000_by_hand.sql': 'SELECT 2;\n' })
    symlinkSync('/dev/full', temporary)
    expect(() => hashDirectory(readDirectory(folder))).toThrow(expect.objectContaining({ code: 'SP4020' }))
    rmSync(temporary, { force: true })
    expect(readFiles(folder)['atlas.sum']).toBe(before['atlas.sum'])
  })

  it.each([
    ['atlas', 'in a transaction', '1_large.sql', ''],
    ['goose', 'outside a transaction', '1_large.sql', '-- +goose NO TRANSACTION\n-- +goose Up\n'],
    ['golang-migrate', 'in a transaction', '1_large.up.sql', ''],
  ] as const)(
    'a file of 50 MB runs statement by statement in little memory: %s, %s',
    async (format, _how, name, head) => {
      const database = await createDatabase()
      await database.client.query('CREATE TABLE log (n int, filler text)')
      const folder = createFolder({})
      const stream = createWriteStream(join(folder, name))
      stream.write(head)
      const filler = 'x'.repeat(50_000)
      for (let n = 0; n < 1050; n++)
        if (!stream.write(`-- row ${n}\nINSERT INTO log VALUES (${n}, '${filler}');\n`)) await once(stream, 'drain')
      stream.end()
      await once(stream, 'finish')
      writeFiles(folder, {
        'measure.mjs': `
      import { applyMigrations, connect, hashDirectory, readDirectory } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
      const read = () => readDirectory(process.argv[2], { format: '${format}' })
      hashDirectory(read())
      const connection = await connect(process.argv[3])
      await applyMigrations(connection, read(), { allowDirty: true })
      await connection.close()
      console.log(process.resourceUsage().maxRSS)`,
      })
      const { stdout } = await runFile(process.execPath, [join(folder, 'measure.mjs'), folder, database.url])
      expect(Number(stdout) / 1024).toBeLessThan(200)
      expect(await database.rows('SELECT count(*)::int AS n, sum(length(filler))::bigint AS size FROM log')).toEqual([
        { n: 1050, size: String(1050 * 50_000) },
      ])
      expect(await readStatus(database.client, readDirectory(folder, { format }))).toMatchObject({ status: 'OK' })
    },
  )

  it('no message tells a password', async () => {
    const secret = 'hunter2secret'
    const failures: unknown[] = []
    for (const url of [
      `postgres://someone:${secret}@127.0.0.1:1/nowhere`,
      `postgres://someone:${secret}@[broken/nowhere`,
      `postgres://someone:${secret}@127.0.0.1:1/nowhere?password=${secret}`,
    ])
      failures.push(
        await initDatabase({ connectionString: url, migrations: { files: {} } }).catch((error: unknown) => error),
      )
    const database = await createDatabase()
    const leaky = createDirectory({
      '1_a.sql': `SELECT dblink('postgres://a:${secret}@b/c');\nDO $$ BEGIN RAISE 'postgres://a:${secret}@b/c'; END $$;\n`,
    })
    failures.push(await applyMigrations(database.client, leaky, { txMode: 'none' }).catch((error: unknown) => error))
    for (const failure of failures) {
      const { code, message, why, fix } = failure as Record<string, string | undefined>
      expect(code).toMatch(/^SP40/)
      expect([message, why, fix].join('\n')).not.toContain(secret)
    }
  })
})

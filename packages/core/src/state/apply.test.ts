import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { createTestDatabase, serverUrl, type ServerName, type TestDatabase } from '../../../../test/support/database.js'
import { resolveConfig } from '../config/resolve.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { applyStatePlan } from './apply.js'
import { planStates, type StateOptions, type StatePlan } from './states.js'

const root = mkdtempSync(join(tmpdir(), 'savepoint-apply-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const servers = Object.keys(inject('servers')).sort() as ServerName[]

describe.each(servers)('an apply to Postgres %s [needs native]', (server) => {
  let database: TestDatabase
  let url: string
  let other: pg.Client
  beforeEach(async () => {
    database = await createTestDatabase(server)
    url = database.url ?? ''
    other = new pg.Client({ connectionString: url })
    await other.connect()
  })
  afterEach(async () => {
    await other.end()
    await database.close()
  })

  const config = resolveConfig({ scratch: serverUrl(server), lockTimeout: 150, lockRetries: 5 }, { root })

  async function planTo(schema: string, strategy: StateOptions['strategy'] = 'online'): Promise<StatePlan> {
    const file = join(root, 'schema.sql')
    writeFileSync(file, schema)
    const options = { config, strategy, log: () => undefined }
    return planStates({ kind: 'database', url }, { kind: 'files', patterns: [file] }, options)
  }

  const ids = async (): Promise<unknown[]> =>
    (
      await database.query(
        "SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 't'::regclass",
      )
    ).rows

  // Not asked by `other`, which in its transaction would always see the same.
  async function waiting(): Promise<boolean> {
    const { rows } = await database.query(
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    )
    return rows.length > 0
  }

  async function isWaitingFor(milliseconds: number): Promise<boolean> {
    const { rows } = await database.query(
      `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND datname = current_database() AND clock_timestamp() - waitstart > $1 * interval '1 ms'`,
      [milliseconds],
    )
    return rows.length > 0
  }

  const problemOf = (error: unknown): Diagnostic => {
    if (error instanceof DiagnosticError && error.diagnostics[0]) return error.diagnostics[0]
    throw error
  }

  it('runs what leaves the transaction in its sections, as the proof did', async () => {
    await database.query(
      `CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (a int, m mood); INSERT INTO t VALUES (1, 'sad')`,
    )
    const plan = await planTo(
      `CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE t (a int NOT NULL UNIQUE, m mood DEFAULT 'glad'); CREATE INDEX i ON t (m);`,
    )
    // In one transaction the new label could not be used: only its own sections can prove this plan.
    expect(plan.unproved).toBeUndefined()
    await applyStatePlan(url, plan, config)
    expect(
      (
        await planTo(
          `CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE t (a int NOT NULL UNIQUE, m mood DEFAULT 'glad'); CREATE INDEX i ON t (m);`,
        )
      ).plan.steps,
    ).toEqual([])
  })

  it('gives way to whoever holds a lock, and tries again', async () => {
    await database.query('CREATE TABLE t (a int)')
    const plan = await planTo('CREATE TABLE t (a int, b int);')
    await other.query('BEGIN; SELECT FROM t')
    const said: string[] = []
    await applyStatePlan(url, plan, config, ({ code, message }) => {
      said.push(`${code} ${message}`)
      if (said.length === 2) void other.query('COMMIT')
    })
    expect(said.length).toBeGreaterThanOrEqual(2)
    expect(said[0]).toMatch(/^SP2003 table t is locked by pid/)
  })

  it('tries statements again that run alone', async () => {
    await database.query('CREATE TABLE t (a int)')
    const plan = await planTo('CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));')
    await other.query('BEGIN; SELECT FROM t')
    let retries = 0
    await applyStatePlan(url, plan, config, () => {
      if (++retries === 1) void other.query('COMMIT')
    })
    expect(retries).toBeGreaterThanOrEqual(1)
    expect((await planTo('CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));')).plan.steps).toEqual([])
  })

  it('ends with what stands already when the lock does not come', async () => {
    const wanted = 'CREATE TABLE a (a int NOT NULL); CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));'
    await database.query('CREATE TABLE a (a int); CREATE TABLE t (a int)')
    const plan = await planTo(wanted)
    await other.query('BEGIN; SELECT FROM t')
    const failed = await applyStatePlan(url, plan, { ...config, lockRetries: 1 }).then(() => undefined, problemOf)
    const done = plan.plan.steps.length - 2
    expect(failed).toMatchObject({
      code: 'SP2003',
      message: expect.stringMatching(/^table t is locked by pid/),
      fix: expect.stringContaining(
        `${done} of ${done + 2} statements are applied and stay; the next run plans from there.`,
      ),
    })
    await other.query('COMMIT')
    const rest = await planTo(wanted)
    expect(rest.plan.steps).toHaveLength(2)
    await applyStatePlan(url, rest, config)
  })

  it('lets a concurrent build wait longer than the lock timeout, since nobody waits for it', async () => {
    await database.query('CREATE TABLE t (a int)')
    const plan = await planTo('CREATE TABLE t (a int); CREATE INDEX i ON t (a);')
    await other.query('BEGIN; INSERT INTO t VALUES (1)')
    const applying = applyStatePlan(url, plan, { ...config, lockRetries: 0 })
    await expect.poll(() => isWaitingFor(2 * config.lockTimeout), { timeout: 20_000 }).toBe(true)
    // Whoever writes meanwhile does.
    await database.query('INSERT INTO t VALUES (2)')
    await other.query('COMMIT')
    await applying
    expect(await ids()).toEqual([{ name: 'i', valid: true }])
  })

  it('says what stands when the connection is lost between sections', async () => {
    await database.query('CREATE TABLE a (a int); CREATE TABLE t (a int)')
    const plan = await planTo('CREATE TABLE a (a int NOT NULL); CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0));')
    await other.query('BEGIN; SELECT FROM t')
    const applying = applyStatePlan(url, plan, { ...config, lockTimeout: 20_000 }).then(() => undefined, problemOf)
    await expect.poll(waiting, { timeout: 20_000 }).toBe(true)
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    )
    const total = plan.plan.steps.length
    const failed = await applying
    expect(failed).toMatchObject({
      code: 'SP2004',
      fix: expect.stringContaining(`${total - 2} of ${total} statements are applied and stay`),
    })
    expect(failed?.fix).not.toContain('Nothing was changed')
  })

  describe.each(['dev', 'online'] as const)('by the strategy %s', (strategy) => {
    it('does nothing to a database that changed since it was planned for', async () => {
      await database.query('CREATE TABLE t (a int)')
      const plan = await planTo('CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TABLE u ();', strategy)
      await database.query('ALTER TABLE t ADD COLUMN z int')
      const error = await applyStatePlan(url, plan, config).then(() => undefined, problemOf)
      expect(error).toMatchObject({
        code: 'SP2009',
        message: expect.stringContaining('changed since the plan was made'),
      })
      expect(await ids()).toEqual([])
    })

    it('does nothing to a database that changes while the lock is waited for', async () => {
      await database.query('CREATE TABLE t (a int); INSERT INTO t VALUES (1)')
      const plan = await planTo('CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a);', strategy)
      await other.query('BEGIN; ALTER TABLE t ADD COLUMN z int')
      const applying = applyStatePlan(url, plan, { ...config, lockTimeout: 20_000 }).then(() => undefined, problemOf)
      await expect.poll(waiting, { timeout: 20_000 }).toBe(true)
      await other.query('COMMIT')
      expect(await applying).toMatchObject({ code: 'SP2009' })
      expect(await ids()).toEqual([])
    })
  })
})

import {
  cutSections,
  differences,
  executableSql,
  extract,
  plan,
  print,
  type Catalog,
  type Connection,
  type Plan,
  type Step,
} from '@savepoint/catalog'
import type { PairServer, Side } from './databases.js'
import { load } from './load.js'
import { compareObservations, observe } from './observer.js'

export type Direction = 'forward' | 'backward'

/** What a case needs to run; a pair of the fixtures, of the corpus, or a generated one. */
export interface Case {
  name: string
  from: string
  to: string
  noop?: boolean
  roles?: readonly string[]
  tablespaces?: readonly string[]
  clusterWide?: boolean
  /** The files may hold statements that the server refuses. */
  lenient?: boolean
  /** Both schemas must also come out equal of what `print` makes of them. */
  printed?: boolean
  /** The major version of Postgres that knows what the files say; 14 does, where it is left out. */
  since?: number
  /** PGlite lacks what it needs. */
  nativeOnly?: boolean
}

export interface Failure {
  name: string
  direction: Direction
  /** Which assertion failed. */
  stage:
    | 'load'
    | 'extract'
    | 'print'
    | 'plan'
    | 'noop'
    | 'apply'
    | 'observer'
    | 'differences'
    | 'second plan'
    | 'clean-up'
  message: string
  /** The statements of the plan; of `apply` up to and with the one that failed, of `second plan` those of the second. */
  plan: readonly string[]
}

/** A database as our extractor and those who look on from outside see it. */
interface Reading {
  catalog: Catalog
  lines: readonly string[]
}

class StageError extends Error {
  readonly stage: Failure['stage']
  readonly plan: readonly string[]
  constructor(stage: Failure['stage'], message: string, plan: readonly string[] = [], cause?: unknown) {
    super(message, { cause })
    this.stage = stage
    this.plan = plan
  }
}

async function at<T>(stage: Failure['stage'], work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StageError) throw error
    throw new StageError(stage, describeError(error), [], error)
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { detail, hint, where } = error as { detail?: string; hint?: string; where?: string }
  const origin = 'severity' in error ? '' : `\n${error.stack?.split('\n').slice(1, 5).join('\n') ?? ''}`
  return [error.message, detail, hint, where].filter(Boolean).join(' · ') + origin
}

async function read(side: Side, roles: readonly string[]): Promise<Reading> {
  const connection = await side.connect()
  const catalog = await at('extract', () => extract(connection, roles.length > 0 ? { roles } : {}))
  const observed = await observe(connection, { roles })
  return { catalog, lines: [...observed, ...((await side.dump?.()) ?? [])] }
}

/** Runs the sections of a plan as the product does. Throws with the statements that ran, the failing one last. */
export async function applySteps(connection: Connection, steps: readonly Step[]): Promise<void> {
  const done: string[] = []
  // Bodies may name what a later step makes; the comparison afterwards sees what they say.
  await connection.query('SET check_function_bodies = off')
  for (const section of cutSections(steps)) {
    if (section.transactional) await connection.query('BEGIN')
    for (const step of section.steps) {
      done.push(step.sql)
      try {
        await connection.query(executableSql(step))
      } catch (error) {
        if (section.transactional) await connection.query('ROLLBACK')
        throw new StageError('apply', describeError(error), done, error)
      }
    }
    if (section.transactional) await connection.query('COMMIT')
  }
}

interface ArrivalOptions {
  noop: boolean
  /** Roles that belong to the case; a server has others as well. */
  roles: readonly string[]
}

async function arrive(side: Side, from: Reading, to: Reading, { noop, roles }: ArrivalOptions): Promise<void> {
  const first: Plan = await at('plan', () => plan(from.catalog, to.catalog))
  const statements = first.steps.map((step) => step.sql)
  if (noop && statements.length > 0) throw new StageError('noop', 'the right plan is empty', statements)
  await applySteps(await side.connect(), first.steps)
  const after = await at('extract', () => read(side, roles))
  const seen = compareObservations(after.lines, to.lines)
  if (seen.length > 0) throw new StageError('observer', seen.join('\n'), statements)
  const second = await at('plan', () => plan(after.catalog, to.catalog))
  if (second.steps.length > 0)
    throw new StageError(
      'second plan',
      'the second plan is not empty',
      second.steps.map((step) => step.sql),
    )
  const left = differences(after.catalog, to.catalog)
  if (left.length > 0) throw new StageError('differences', JSON.stringify(left, undefined, 1), statements)
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function openLoaded(server: PairServer, test: Case, sql: string): Promise<Side> {
  const side = await server.open()
  try {
    const connection = await side.connect()
    if (server.kind === 'pglite')
      for (const role of test.roles ?? []) await connection.query(`CREATE ROLE ${quoted(role)}`)
    await at('load', () => load(connection, sql, { lenient: test.lenient ?? false }))
    return side
  } catch (error) {
    await side.close()
    throw error
  }
}

async function prepareServer(server: PairServer, test: Case): Promise<void> {
  if (server.kind !== 'native') return
  for (const role of test.roles ?? [])
    // 42710 and 23505: another lane was quicker.
    await server.administer(`DO $$ BEGIN CREATE ROLE ${quoted(role)};
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
  for (const tablespace of test.tablespaces ?? []) {
    const { rows } = await server.administer(`SELECT FROM pg_tablespace WHERE spcname = '${tablespace}'`)
    if (rows.length > 0) continue
    await server.administer(`CREATE TABLESPACE ${quoted(tablespace)} LOCATION ''`)
  }
}

const words = (test: Case): ReadonlySet<string> => new Set(`${test.from} ${test.to}`.match(/\w+/g))

const ownRoles = (test: Case): string[] => (test.clusterWide ? [...words(test)] : [])

/** Drops the roles and tablespaces that the files of a case name; on a server that others use too nothing else is touched. */
async function dropClusterObjects(server: PairServer, test: Case): Promise<void> {
  if (server.kind !== 'native') return
  const mentioned = words(test)
  const kept = new Set([...(test.roles ?? []), ...(test.tablespaces ?? []), 'postgres'])
  const named = async (sql: string): Promise<string[]> =>
    (await server.administer(sql)).rows
      .map((row) => String(row.name))
      .filter((name) => mentioned.has(name) && !kept.has(name))
  for (const name of await named(`SELECT spcname AS name FROM pg_tablespace WHERE spcname !~ '^pg_'`))
    await server.administer(`DROP TABLESPACE ${quoted(name)}`)
  for (const name of await named(`SELECT rolname AS name FROM pg_roles WHERE rolname !~ '^pg_'`)) {
    await server.administer(`DROP OWNED BY ${quoted(name)}`)
    await server.administer(`DROP ROLE ${quoted(name)}`)
  }
}

const directions: readonly Direction[] = ['forward', 'backward']

/** Every assertion of the fixtures' README over one case, both ways. Resolves to the failures; throws only when the server is gone. */
export async function runCase(server: PairServer, test: Case): Promise<Failure[]> {
  await prepareServer(server, test)
  return collect(test, (attempt) =>
    test.clusterWide && server.kind === 'native' ? runAlone(server, test, attempt) : runBeside(server, test, attempt),
  )
}

async function collect(test: Case, run: (attempt: Attempt) => Promise<void>): Promise<Failure[]> {
  const failures: Failure[] = []
  await run(async (direction, work) => {
    try {
      await work()
    } catch (error) {
      const known = error instanceof StageError ? error : new StageError('clean-up', describeError(error), [], error)
      failures.push({ name: test.name, direction, stage: known.stage, message: known.message, plan: known.plan })
    }
  })
  return failures
}

type Attempt = (direction: Direction, work: () => Promise<void>) => Promise<void>

async function runBeside(server: PairServer, test: Case, attempt: Attempt): Promise<void> {
  const roles = ownRoles(test)
  let sides: Side[] = []
  let readings: Reading[] = []
  await attempt('forward', async () => {
    for (const sql of [test.from, test.to]) {
      const side = await openLoaded(server, test, sql)
      sides.push(side)
      readings.push(await read(side, roles))
    }
  })
  const [from, to] = readings
  // What cannot be read fails both ways.
  if (!from || !to) await attempt('backward', () => Promise.reject(new Error('see forward')))
  for (const direction of directions) {
    const [source, target] = direction === 'forward' ? [from, to] : [to, from]
    const side = direction === 'forward' ? sides[0] : sides[1]
    if (side && source && target)
      await attempt(direction, () => arrive(side, source, target, { noop: test.noop ?? false, roles }))
  }
  for (const side of sides) await attempt('forward', () => side.close())
  if (test.printed && from && to) {
    await attempt('forward', () => reload(server, test, from))
    await attempt('backward', () => reload(server, test, to))
  }
}

/** Loads the first file of a case, and checks only that what `print` makes of it comes out equal. */
export async function runReload(server: PairServer, test: Case): Promise<Failure[]> {
  await prepareServer(server, test)
  return collect(test, async (attempt) => {
    await attempt('forward', async () => {
      const side = await openLoaded(server, test, test.from)
      try {
        await reload(server, test, await read(side, []))
      } finally {
        await side.close()
      }
    })
  })
}

/** What `print` makes of a catalog, run on an empty database, comes out as that catalog. */
async function reload(server: PairServer, test: Case, reading: Reading): Promise<void> {
  const statements = await at('print', () => print(reading.catalog).map(executableSql))
  const side = await openLoaded(server, test, '')
  try {
    const connection = await side.connect()
    await connection.query('SET check_function_bodies = off')
    for (const [index, sql] of statements.entries())
      await connection.query(sql).catch((error: unknown) => {
        throw new StageError('print', describeError(error), statements.slice(0, index + 1), error)
      })
    const after = await read(side, [])
    const seen = compareObservations(after.lines, reading.lines)
    if (seen.length > 0) throw new StageError('print', seen.join('\n'), statements)
    const left = differences(after.catalog, reading.catalog)
    if (left.length > 0) throw new StageError('print', JSON.stringify(left, undefined, 1), statements)
  } finally {
    await side.close()
  }
}

// Roles belong to the server: the two files may not stand beside each other, so each is read, removed, and loaded again.
async function runAlone(server: PairServer, test: Case, attempt: Attempt): Promise<void> {
  const withLoaded = async (sql: string, work: (side: Side) => Promise<void>): Promise<void> => {
    await dropClusterObjects(server, test)
    const side = await openLoaded(server, test, sql)
    try {
      await work(side)
    } finally {
      await side.close()
      await dropClusterObjects(server, test)
    }
  }
  const readings: Reading[] = []
  await attempt('forward', async () => {
    for (const sql of [test.from, test.to])
      await withLoaded(sql, async (side) => {
        readings.push(await read(side, ownRoles(test)))
      })
  })
  const [from, to] = readings
  if (!from || !to) return
  const options = { noop: test.noop ?? false, roles: ownRoles(test) }
  await attempt('forward', () => withLoaded(test.from, (side) => arrive(side, from, to, options)))
  await attempt('backward', () => withLoaded(test.to, (side) => arrive(side, to, from, options)))
}

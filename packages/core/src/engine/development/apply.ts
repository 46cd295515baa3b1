import { setTimeout as startTimer } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import {
  cutSections,
  executableSql,
  isServerError,
  quoteQualified,
  type AnyObject,
  type Catalog,
  type Connection,
  type ObjectId,
  type Plan,
  type Step,
} from '@savepoint/catalog'
import { DiagnosticError, type Diagnostic, type SourceLocation } from '../../diagnostics/index.js'
import { findBlockers, lockTimeout as lockTimeoutDiagnostic, type Blocker } from './blockers.js'
import type { CurrentCatalog } from './current.js'
import { snapshotAfterCommitText, snapshotText } from './drift.js'
import { connectionLost, describeStanding, isConnectionLost, isLockTimeout, type Standing } from './failure.js'
import { countRows } from './rows.js'

export interface ApplyOptions {
  /** Where the plan leads. */
  to: Catalog
  /** Milliseconds. */
  lockTimeout: number
  /** How often a section that got no lock in time is tried again, each time after a longer pause. @default 0 */
  lockRetries?: number
  /** Told before each pause, whose length is in milliseconds. */
  onRetry?(problem: Diagnostic, pause: number): void
  /**
   * How the tables of the plan are locked while they are compared with what it was made for: the weaker mode keeps out other
   * changes of definitions only. @default 'ACCESS EXCLUSIVE'
   */
  guardLock?: 'ACCESS EXCLUSIVE' | 'SHARE UPDATE EXCLUSIVE'
  /** Ids of the destructions that someone said yes to; all others are looked at once more under the lock. */
  accepted: ReadonlySet<string>
  /** Where the files define an object, for errors. */
  locate?(id: ObjectId): SourceLocation | undefined
  /** Awaited before anything becomes final; when it rejects, everything is rolled back. The proof runs meanwhile. */
  confirm(): Promise<void>
  /** A second connection, to see who holds the lock that this one waits for. */
  openMonitor(): Promise<Connection & { close(): Promise<void> }>
}

/** `changed`: the database is not the one that the plan was made for. Nothing was applied; plan again. */
export type ApplyOutcome = { kind: 'applied'; snapshot?: string } | { kind: 'changed' }

/**
 * Runs a plan on the development database in one transaction. What cannot run inside one comes in sections of its own,
 * between transactions: then a failure leaves the sections before it applied.
 *
 * @param from the catalog that the plan starts from, which `current` gave
 * @throws DiagnosticError SP2003 lock timeout, SP2004 connection lost, SP2007 refused; the transaction was rolled back
 */
export async function applyPlan(
  connection: Connection,
  plan: Plan,
  from: Catalog,
  current: CurrentCatalog,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const sections = cutSections(plan.steps)
  const work = { connection, from, current, total: plan.steps.length, options }
  const isCut = sections.some(({ transactional }) => !transactional)
  // Between two sections anybody may change anything, so that only the first look can be one at everything.
  if (isCut) {
    const outcome = await inTransaction([], plan.steps, { ...work, done: 0 })
    if (outcome.kind === 'changed') return outcome
  }
  let snapshot: string | undefined
  let done = 0
  for (const { transactional, steps } of sections) {
    const progress = { ...work, done }
    if (transactional) {
      const outcome = await inTransaction(steps, isCut ? undefined : steps, progress)
      if (outcome.kind === 'changed') return outcome
      snapshot = outcome.snapshot
    } else {
      for (const step of steps) await runAlone(step, progress)
      snapshot = undefined
    }
    done += steps.length
  }
  return snapshot === undefined ? { kind: 'applied' } : { kind: 'applied', snapshot }
}

/** An apply on its way. */
interface Progress extends Standing {
  connection: Connection
  from: Catalog
  current: CurrentCatalog
  options: ApplyOptions
}

/** @param guarded the steps whose tables are to be looked at first */
async function inTransaction(
  steps: readonly Step[],
  guarded: readonly Step[] | undefined,
  progress: Progress,
): Promise<ApplyOutcome> {
  const { from, current, options } = progress
  const guard = guarded && { from, current, steps: guarded }
  return patiently(options, () => watchForBlockers(progress, () => applyTransaction(progress, steps, guard)))
}

/** Tries again what got no lock in time: everything of it was rolled back, and nobody had to queue behind us for longer. */
async function patiently<Result>(
  { lockRetries = 0, onRetry }: ApplyOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; ; attempt++)
    try {
      return await work()
    } catch (error) {
      const [problem] = error instanceof DiagnosticError ? error.diagnostics : []
      if (problem?.code !== 'SP2003' || attempt >= lockRetries) throw error
      const pause = backoff(attempt)
      onRetry?.(problem, pause)
      await setTimeout(pause)
    }
}

/** Doubles each time, up to half a minute; by chance a little less, so that two who wait for each other do not meet again. */
function backoff(attempt: number): number {
  return Math.round(Math.min(30_000, 500 * 2 ** attempt) * (0.75 + Math.random() / 4))
}

/** A batch failed, and which of its statements is not known: run again, one by one, it shows. */
class BatchFailure extends Error {}

/** What a plan was made for, and the steps whose tables show it. */
interface Guard {
  from: Catalog
  current: CurrentCatalog
  steps: readonly Step[]
}

async function applyTransaction(
  progress: Progress,
  steps: readonly Step[],
  guard: Guard | undefined,
  batchSize = largestBatch,
): Promise<ApplyOutcome> {
  const { connection, options } = progress
  try {
    if (!(await begin(connection, guard, options))) {
      await connection.query('ROLLBACK')
      return { kind: 'changed' }
    }
    let snapshot: string | undefined
    for (let first = 0; first < steps.length; first += batchSize)
      snapshot = await runBatch(progress, steps.slice(first, first + batchSize))
    await options.confirm()
    await connection.query('COMMIT')
    return snapshot === undefined ? { kind: 'applied' } : { kind: 'applied', snapshot }
  } catch (error) {
    // On a broken connection there is nothing to roll back: the server has done it.
    if (!isConnectionLost(error)) await connection.query('ROLLBACK').catch(() => undefined)
    if (error instanceof BatchFailure) return applyTransaction(progress, steps, guard, 1)
    throw error
  }
}

// One round trip for many statements. A save has one or two; a first start has thousands.
const largestBatch = 50

/** Runs statements in one round trip. Returns the snapshot that will be when the transaction ends after them. */
async function runBatch(progress: Progress, steps: readonly Step[]): Promise<string | undefined> {
  const text = [...steps.map(executableSql), snapshotAfterCommitText].join(';\n')
  try {
    const { rows } = await progress.connection.query<{ snapshot: string }>(text)
    return rows[0]?.snapshot
  } catch (error) {
    throw describeFailure(error, steps, progress)
  }
}

/**
 * Outside any transaction, and so without another statement beside it, which would make one. What Postgres does concurrently waits
 * for others without keeping anybody waiting, and leaves an invalid index when it is cut off: it may take its time.
 */
async function runAlone(step: Step, progress: Progress): Promise<void> {
  const { connection, options } = progress
  await options.confirm()
  const isPatient = step.hazards.some(({ kind }) => kind === 'non-transactional')
  await connection.query(`SET lock_timeout = ${isPatient ? 0 : Math.round(options.lockTimeout)}`)
  try {
    const run = (): Promise<unknown> =>
      connection.query(executableSql(step)).catch((error: unknown) => {
        throw describeFailure(error, [step], progress)
      })
    await patiently(options, () => (isPatient ? run() : watchForBlockers(progress, run)))
  } finally {
    await connection.query('RESET lock_timeout').catch(() => undefined)
  }
}

function describeFailure(error: unknown, steps: readonly Step[], { options, ...standing }: Progress): unknown {
  if (!isServerError(error) || isConnectionLost(error) || isLockTimeout(error)) return error
  const [step] = steps
  if (!step || steps.length > 1) return new BatchFailure('a batch failed', { cause: error })
  return new DiagnosticError([refused(step, error, standing, options.locate?.(step.object))], { cause: error })
}

/**
 * Begins the transaction, locks the tables that the plan changes, and looks under the lock whether they are what the plan
 * was made for and whether what was empty still is. All of it in one round trip as long as nobody has written anything.
 */
async function begin(
  connection: Connection,
  guard: Guard | undefined,
  { lockTimeout, accepted, to, guardLock = 'ACCESS EXCLUSIVE' }: ApplyOptions,
): Promise<boolean> {
  // The body of a function may name what a later step makes; the proof has seen that it is there in the end.
  const opening = `BEGIN; SET LOCAL lock_timeout = ${Math.round(lockTimeout)}; SET LOCAL check_function_bodies = off`
  if (!guard) {
    await connection.query(opening)
    return true
  }
  const { from, current, steps } = guard
  const tables = changedTables(steps, from, to)
  const lock = tables.length === 0 ? [] : [`LOCK TABLE ${tables.join(', ')} IN ${guardLock} MODE`]
  try {
    const { rows } = await connection.query<{ snapshot: string }>([opening, ...lock, snapshotText].join('; '))
    if (!(await current.isUnchanged(connection, rows[0]?.snapshot))) return false
  } catch (error) {
    // 42P01 undefined_table: dropped since the plan was made.
    if (isServerError(error) && error.code === '42P01') return false
    throw error
  }
  for (const { destroys } of steps) {
    if (!destroys || accepted.has(destroys.id)) continue
    if ((await countRows(connection, destroys, from)) > 0) return false
  }
  return true
}

/** Of what the plan makes, only the end knows which table it belongs to. */
function changedTables(steps: readonly Step[], from: Catalog, to: Catalog): string[] {
  const names = new Set<string>()
  for (const step of steps) {
    const find = (id: ObjectId | undefined): AnyObject | undefined =>
      from.objects.get(id ?? '') ?? to.objects.get(id ?? '')
    let object = find(step.object)
    while (object?.parent !== undefined) object = find(object.parent)
    if (object?.kind === 'table' && object.owner === undefined && from.objects.has(object.id))
      names.add(quoteQualified(object.schema, object.name))
  }
  return [...names].sort()
}

/** Who blocks can only be seen while it blocks, so a second connection looks before the time is up. */
async function watchForBlockers<Result>(progress: Progress, work: () => Promise<Result>): Promise<Result> {
  const { connection, options } = progress
  let blockers: Blocker[] = []
  let looking: Promise<void> | undefined
  const pid = readProcessId(connection)
  const timer = startTimer(() => {
    looking = pid.then(async (number) => {
      const monitor = await options.openMonitor()
      try {
        blockers = await findBlockers(monitor, number)
      } finally {
        await monitor.close()
      }
    })
    // Only the message is poorer without it.
    looking.catch(() => undefined)
  }, options.lockTimeout / 2)
  try {
    return await pid.then(work)
  } catch (error) {
    if (isLockTimeout(error)) {
      await looking?.catch(() => undefined)
      const detail = isServerError(error) ? error.detail : undefined
      throw new DiagnosticError([lockTimeoutDiagnostic(blockers, options.lockTimeout, progress, detail)], {
        cause: error,
      })
    }
    if (isConnectionLost(error))
      throw new DiagnosticError([connectionLost(error, 'while applying', progress)], { cause: error })
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const processIds = new WeakMap<Connection, Promise<number>>()

/** Asked once for each connection. */
function readProcessId(connection: Connection): Promise<number> {
  let pid = processIds.get(connection)
  if (!pid) {
    pid = connection
      .query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid')
      .then(({ rows }) => rows[0]?.pid ?? 0)
    processIds.set(connection, pid)
  }
  return pid
}

const advice: Readonly<Record<string, string>> = {
  '23502':
    'Rows are there already: give the column a default, or leave out NOT NULL until every row has a value. If it is an old column under a new name, write `-- @renamed from=old_name` on the line above it.',
  '23505': 'Rows are there already and some are equal: make them different first.',
  '23503': 'Rows are there already and some point nowhere: mend them first, or add the foreign key NOT VALID.',
  '23514': 'Rows are there already and some break the rule: mend them first, or add it NOT VALID.',
  '42804': 'Postgres cannot convert the values by itself: change the column in two steps.',
  '42501': 'The development role may not do this: connect as the owner of the object.',
}

function refused(
  step: Step,
  error: { message: string; code: string; detail?: string; hint?: string },
  standing: Standing,
  location: SourceLocation | undefined,
): Diagnostic {
  return {
    code: 'SP2007',
    severity: 'error',
    message: `${error.message} (${step.object})`,
    ...(location ? { location } : {}),
    why: [`The statement was: ${step.sql}`, ...(error.detail === undefined ? [] : [error.detail])].join('\n'),
    fix: `${advice[error.code] ?? error.hint ?? 'Change the schema file.'} ${describeStanding(standing) ?? 'Everything was rolled back.'}`,
  }
}

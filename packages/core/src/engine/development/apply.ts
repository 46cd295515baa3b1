import {
  cutSections,
  executableSql,
  isServerError,
  quoteQualified,
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
import { connectionLost, isConnectionLost, isLockTimeout } from './failure.js'
import { countRows } from './rows.js'

export interface ApplyOptions {
  /** Milliseconds. */
  lockTimeout: number
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
  let snapshot: string | undefined
  let isFirst = true
  for (const { transactional, steps } of cutSections(plan.steps)) {
    if (transactional) {
      const guard = isFirst ? { from, current } : undefined
      const outcome = await watchForBlockers(connection, options, () =>
        applyTransaction(connection, steps, guard, options),
      )
      if (outcome.kind === 'changed') return outcome
      snapshot = outcome.snapshot
    } else {
      await options.confirm()
      for (const step of steps) await runAlone(connection, step, options)
      snapshot = undefined
    }
    isFirst = false
  }
  return snapshot === undefined ? { kind: 'applied' } : { kind: 'applied', snapshot }
}

/** A batch failed, and which of its statements is not known: run again, one by one, it shows. */
class BatchFailure extends Error {}

async function applyTransaction(
  connection: Connection,
  steps: readonly Step[],
  guard: { from: Catalog; current: CurrentCatalog } | undefined,
  options: ApplyOptions,
  batchSize = largestBatch,
): Promise<ApplyOutcome> {
  try {
    if (!(await begin(connection, steps, guard, options))) {
      await connection.query('ROLLBACK')
      return { kind: 'changed' }
    }
    let snapshot: string | undefined
    for (let first = 0; first < steps.length; first += batchSize)
      snapshot = await runBatch(connection, steps.slice(first, first + batchSize), options)
    await options.confirm()
    await connection.query('COMMIT')
    return snapshot === undefined ? { kind: 'applied' } : { kind: 'applied', snapshot }
  } catch (error) {
    // On a broken connection there is nothing to roll back: the server has done it.
    if (!isConnectionLost(error)) await connection.query('ROLLBACK').catch(() => undefined)
    if (error instanceof BatchFailure) return applyTransaction(connection, steps, guard, options, 1)
    throw error
  }
}

// One round trip for many statements. A save has one or two; a first start has thousands.
const largestBatch = 50

/** Runs statements in one round trip. Returns the snapshot that will be when the transaction ends after them. */
async function runBatch(
  connection: Connection,
  steps: readonly Step[],
  options: ApplyOptions,
): Promise<string | undefined> {
  const text = [...steps.map(executableSql), snapshotAfterCommitText].join(';\n')
  try {
    const { rows } = await connection.query<{ snapshot: string }>(text)
    return rows[0]?.snapshot
  } catch (error) {
    throw describeFailure(error, steps, options)
  }
}

/** Outside any transaction, and so without another statement beside it, which would make one. */
async function runAlone(connection: Connection, step: Step, options: ApplyOptions): Promise<void> {
  try {
    await connection.query(executableSql(step))
  } catch (error) {
    throw describeFailure(error, [step], options)
  }
}

function describeFailure(error: unknown, steps: readonly Step[], { locate }: ApplyOptions): unknown {
  if (!isServerError(error) || isConnectionLost(error) || isLockTimeout(error)) return error
  const [step] = steps
  if (!step || steps.length > 1) return new BatchFailure('a batch failed', { cause: error })
  return new DiagnosticError([refused(step, error, locate?.(step.object))], { cause: error })
}

/**
 * Begins the transaction, locks the tables that the plan changes, and looks under the lock whether they are what the plan
 * was made for and whether what was empty still is. All of it in one round trip as long as nobody has written anything.
 */
async function begin(
  connection: Connection,
  steps: readonly Step[],
  guard: { from: Catalog; current: CurrentCatalog } | undefined,
  { lockTimeout, accepted }: ApplyOptions,
): Promise<boolean> {
  // The body of a function may name what a later step makes; the proof has seen that it is there in the end.
  const opening = `BEGIN; SET LOCAL lock_timeout = ${Math.round(lockTimeout)}; SET LOCAL check_function_bodies = off`
  if (!guard) {
    await connection.query(opening)
    return true
  }
  const { from, current } = guard
  const tables = changedTables(steps, from)
  const lock = tables.length === 0 ? [] : [`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`]
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

function changedTables(steps: readonly Step[], from: Catalog): string[] {
  const names = new Set<string>()
  for (const step of steps) {
    let object = from.objects.get(step.object)
    while (object?.parent !== undefined) object = from.objects.get(object.parent)
    if (object?.kind === 'table' && object.owner === undefined) names.add(quoteQualified(object.schema, object.name))
  }
  return [...names].sort()
}

/** Who blocks can only be seen while it blocks, so a second connection looks before the time is up. */
async function watchForBlockers<Result>(
  connection: Connection,
  options: ApplyOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  let blockers: Blocker[] = []
  let looking: Promise<void> | undefined
  const pid = readProcessId(connection)
  const timer = setTimeout(() => {
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
      throw new DiagnosticError([lockTimeoutDiagnostic(blockers, options.lockTimeout, detail)], { cause: error })
    }
    if (isConnectionLost(error)) throw new DiagnosticError([connectionLost(error, 'while applying')], { cause: error })
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
  location: SourceLocation | undefined,
): Diagnostic {
  return {
    code: 'SP2007',
    severity: 'error',
    message: `${error.message} (${step.object})`,
    ...(location ? { location } : {}),
    why: [`The statement was: ${step.sql}`, ...(error.detail === undefined ? [] : [error.detail])].join('\n'),
    fix: `${advice[error.code] ?? error.hint ?? 'Change the schema file.'} Everything was rolled back.`,
  }
}

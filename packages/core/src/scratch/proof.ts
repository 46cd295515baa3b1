import {
  differences,
  executableSql,
  isServerError,
  plan as makePlan,
  print,
  type Catalog,
  type Difference,
  type ObjectId,
  type Plan,
  type ServerError,
} from '@savepoint/catalog'
import type { Diagnostic } from '../diagnostics/index.js'
import { tokenize } from '../sources/lexer.js'
import { Scope, dependentsOf, objectAt, readAgain, withParts } from './addresses.js'
import type { ScratchSession } from './session.js'

/** Everything that is needed to see a failed proof again on any server. */
export interface ProofReport {
  version: number
  plan: readonly string[]
  /** SQL that makes the state that the plan starts from, and the one that it should reach. */
  from: readonly string[]
  to: readonly string[]
  /** The step that the server refused. */
  refused?: { step: number; sql: string; message: string }
  /** Seen from the state that the plan reached. */
  differences: readonly Difference[]
}

export type Proof =
  | { status: 'proved' }
  /** SP3003, a warning. */
  | { status: 'unproved'; diagnostic: Diagnostic }
  /** SP3002. */
  | { status: 'failed'; diagnostic: Diagnostic; report: ProofReport }

/** Runs the steps on scratch, all in one round trip. Returns the server's refusal with the step that it is about. */
export async function runPlan(
  session: ScratchSession,
  plan: Plan,
): Promise<{ step: number; error: ServerError } | undefined> {
  const texts = plan.steps.map((step) => withoutConcurrently(executableSql(step)))
  if (texts.length === 0) return undefined
  const { connection, recorder } = session
  const mark = recorder ? recorder.mark(recorder.number()) : ''
  // An empty path, as the plan's own names are qualified, and so that no text depends on what ran before.
  const prefix = `SET LOCAL search_path = '';SET LOCAL check_function_bodies = off;${mark}`
  await connection.query('SAVEPOINT savepoint_plan')
  try {
    await connection.query(`${prefix}${texts.join('\n;')};RELEASE SAVEPOINT savepoint_plan`)
    return undefined
  } catch (error) {
    if (!isServerError(error)) throw error
    await connection.query('ROLLBACK TO SAVEPOINT savepoint_plan')
  }
  await connection.query(prefix === '' ? 'SELECT 1' : prefix)
  for (const [step, text] of texts.entries()) {
    try {
      await connection.query(text)
    } catch (error) {
      if (!isServerError(error)) throw error
      await connection.query('ROLLBACK TO SAVEPOINT savepoint_plan; RELEASE SAVEPOINT savepoint_plan')
      return { step, error }
    }
  }
  await connection.query('RELEASE SAVEPOINT savepoint_plan')
  return undefined
}

// An index that is built without CONCURRENTLY is the same index; only the waiting differs.
function withoutConcurrently(sql: string): string {
  if (!/\bconcurrently\b/i.test(sql)) return sql
  let count = 0
  for (const token of tokenize(sql)) {
    if (token.kind === 'comment') continue
    if (count++ > 8) break
    if (token.kind === 'word' && sql.slice(token.start, token.end).toLowerCase() === 'concurrently')
      return sql.slice(0, token.start) + sql.slice(token.end)
  }
  return sql
}

// What shows a name from elsewhere is printed anew after it changed, although no command touched it.
const renamesRE = /\b(?:RENAME|SET SCHEMA)\b/

/** Runs a plan from `at`, where scratch stands, and reads again what the plan touched. */
export async function follow(
  session: ScratchSession,
  at: Catalog,
  plan: Plan,
  hiddenRoles: readonly string[],
): Promise<{ refused: { step: number; error: ServerError } } | { catalog: Catalog }> {
  const from = session.recorder?.position ?? 0
  const refused = await runPlan(session, plan)
  if (refused) return { refused }
  if (!session.recorder) return { catalog: await session.read(undefined, hiddenRoles) }
  const log = await session.recorder.read(from)
  const scope = new Scope()
  const touched = new Set<ObjectId>(plan.steps.map(({ object }) => object))
  const made = log.filter(({ change }) => change === 'made')
  for (const touch of made) scope.addAddress(touch)
  for (const touch of log) {
    const id = objectAt(at, touch)
    if (id !== undefined) touched.add(id)
  }
  scope.addObjects(at, withParts(at, touched))
  if (plan.steps.some(({ sql }) => renamesRE.test(sql))) scope.addObjects(at, dependentsOf(at, touched))
  return { catalog: await readAgain(session, at, scope, made, hiddenRoles) }
}

/**
 * Brings scratch from `standing` to `from`, by the shortest way that arrives: nothing to do, a plan of our own, or an
 * empty database and the printed catalog. Returns the catalog with scratch's addresses, or why it cannot be there.
 *
 * @param standing where scratch stands; undefined when that is not known
 */
export async function moveTo(
  session: ScratchSession,
  standing: Catalog | undefined,
  from: Catalog,
  hiddenRoles: readonly string[],
): Promise<{ catalog: Catalog; restarted: boolean } | { reason: string }> {
  if (standing) {
    if (differences(standing, from).length === 0) return { catalog: standing, restarted: false }
    if (from.objects.size > 0) {
      const moved = await tryPlan(session, standing, from, hiddenRoles)
      if (moved) return { catalog: moved, restarted: false }
    }
  }
  await session.restart()
  const filled = await fill(from, {
    run: (batch) =>
      session.connection.query(`SET LOCAL search_path = '';SET LOCAL check_function_bodies = off;${batch}`),
    read: () => session.read(undefined, hiddenRoles),
    goOn: (there) => tryPlan(session, there, from, hiddenRoles),
  })
  return 'catalog' in filled ? { ...filled, restarted: true } : filled
}

/** A database that has nothing in it yet. */
interface EmptyDatabase {
  /** Runs statements in one round trip. */
  run(batch: string): Promise<unknown>
  read(): Promise<Catalog>
  /** Goes on by a plan of our own. Returns where that leads; undefined where it does not arrive. */
  goOn(there: Catalog): Promise<Catalog | undefined>
}

/** Makes an empty database what the catalog prints. Returns it with the database's addresses, or why it cannot be there. */
export async function fill(
  from: Catalog,
  { run, read, goOn }: EmptyDatabase,
): Promise<{ catalog: Catalog } | { reason: string }> {
  try {
    for (const batch of batchesOf(print(from).map(executableSql))) await run(batch)
  } catch (error) {
    if (!isServerError(error)) throw error
    return { reason: error.message }
  }
  let catalog = await read()
  // A new database is not quite empty: the schema public is there, which `from` may lack.
  if (differences(catalog, from).length > 0) catalog = (await goOn(catalog)) ?? catalog
  const [first] = differences(catalog, from)
  if (first) return { reason: `${first.id} reads differently there (${first.facts?.join(', ') ?? first.change})` }
  return { catalog }
}

async function tryPlan(
  session: ScratchSession,
  standing: Catalog,
  from: Catalog,
  hiddenRoles: readonly string[],
): Promise<Catalog | undefined> {
  await session.connection.query('SAVEPOINT savepoint_move')
  const moved = await follow(session, standing, makePlan(standing, from), hiddenRoles)
  if ('catalog' in moved && differences(moved.catalog, from).length === 0) {
    await session.connection.query('RELEASE SAVEPOINT savepoint_move')
    return moved.catalog
  }
  await session.connection.query('ROLLBACK TO SAVEPOINT savepoint_move; RELEASE SAVEPOINT savepoint_move')
  return undefined
}

/** Statements as texts for one round trip each. */
function batchesOf(statements: readonly string[], size = 50): string[] {
  const batches: string[] = []
  for (let start = 0; start < statements.length; start += size)
    batches.push(statements.slice(start, start + size).join('\n;'))
  return batches
}

/** SP3002 with everything to see it again. */
export function describeFailure(
  from: Catalog,
  to: Catalog,
  plan: Plan,
  outcome: { refused?: { step: number; error: ServerError }; differences: readonly Difference[] },
): { diagnostic: Diagnostic; report: ProofReport } {
  const { refused } = outcome
  const step = refused ? plan.steps[refused.step] : undefined
  const report: ProofReport = {
    version: to.version,
    plan: plan.steps.map(({ sql }) => sql),
    from: print(from).map(({ sql }) => sql),
    to: print(to).map(({ sql }) => sql),
    differences: outcome.differences,
    ...(refused && step ? { refused: { step: refused.step, sql: step.sql, message: refused.error.message } } : {}),
  }
  const shown = outcome.differences
    .slice(0, 3)
    .map(({ id, change, facts }) => `${id}: ${facts?.join(', ') ?? change}`)
    .join('; ')
  const diagnostic: Diagnostic = {
    code: 'SP3002',
    severity: 'error',
    message: step
      ? `The plan does not run: ${refused?.error.message ?? ''}`
      : `The plan does not arrive at the desired state: ${shown}`,
    why: step
      ? `Step: ${step.sql}`
      : 'After the plan ran on scratch, the catalog was read again and was not the desired one.',
    fix: 'This is a mistake in Savepoint, not in your schema; nothing was changed. Please report it, with the report file if there is one.',
  }
  return { diagnostic, report }
}

/** SP3003: the plan may be right, but nobody has seen it run. */
export function describeUnproved(reason: string): Diagnostic {
  return {
    code: 'SP3003',
    severity: 'warning',
    message: 'The plan could not be proved: scratch cannot hold the schema',
    why: reason,
    fix: 'Set `scratch` in the config to a server like the one that the plan is for, with the same major version and extensions.',
  }
}

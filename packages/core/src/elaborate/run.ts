import { isServerError, type Connection, type ServerError } from '@savepoint/catalog'
import { quoteLiteral, quoteName } from '../sources/quote.js'
import { fromCharacterOffset } from '../sources/positions.js'
import type { OrderedUnit } from './order.js'
import type { Recorder } from './recorder.js'
import { mainStep, splitSteps, type Step } from './steps.js'
import type { Settings, Unit } from './unit.js'

/** A statement that the server refused in the last round. */
export interface Failure {
  unit: Unit
  error: ServerError
  /** UTF-16 offset in the statement; that of its beginning where the server gave no position. */
  offset: number
}

export interface RunResult {
  failures: Failure[]
  /** Roles that statements name and nobody defines; they were made on scratch only. */
  assumedRoles: string[]
  /** Which unit a number in the recorder's log belongs to. */
  numbers: ReadonlyMap<number, Unit>
}

// One round trip for many statements; small, because all of it runs again one by one when a single statement fails.
const batchSize = 40
const batchCharacters = 60_000

const missingRoleRE = /^role "(.+)" does not exist$/
const defaultSearchPath = '"$user", public'

/**
 * Runs statements inside the open transaction of `connection`, in the given order, and those that fail again as long as
 * any other one succeeds: whatever order the hints got wrong comes right that way. Failed statements leave nothing.
 * Throws only what is not an answer of the server.
 */
export async function runUnits(
  connection: Connection,
  ordered: readonly OrderedUnit[],
  recorder: Recorder | undefined,
): Promise<RunResult> {
  const runner = new Runner(connection, recorder)
  const steps = ordered.map(({ unit, splitClauses }) => (splitClauses ? splitSteps(unit) : [mainStep(unit)]))
  const clauses = steps.flatMap((all) => all.slice(1))
  let failures = await runner.runBatched([...steps.flatMap((all) => all.slice(0, 1)), ...clauses])
  while (failures.length > 0) {
    const isProgress = await runner.assumeRoles(failures)
    const next = await runner.runSingly(failures.map(({ step }) => step))
    const progressed = isProgress || next.length < failures.length
    failures = next
    if (!progressed) break
  }
  return {
    failures: failures
      .filter((failure) => !isKnownRole(failure, ordered))
      .map(({ step, error, offset }) => {
        // Without a position, a clause that was split off still has a place of its own.
        return { unit: step.unit, error, offset: step.toStatement(offset ?? 0) }
      }),
    assumedRoles: runner.assumedRoles,
    numbers: runner.numbers,
  }
}

/** Roles belong to the server: one that it has already is as good as one that the statement would have made. */
function isKnownRole({ step, error }: StepFailure, ordered: readonly OrderedUnit[]): boolean {
  if (error.code !== '42710' || step.unit.analysis.kind !== 'CreateRoleStmt') return false
  const [role] = step.unit.analysis.defines
  return ordered.every(
    ({ unit }) =>
      unit === step.unit || !unit.analysis.defines.some(({ space, name }) => space === 'role' && name === role?.name),
  )
}

interface StepFailure {
  step: Step
  error: ServerError
  offset?: number
}

class Runner {
  readonly assumedRoles: string[] = []
  readonly numbers = new Map<number, Unit>()
  readonly #connection: Connection
  readonly #recorder: Recorder | undefined
  readonly #numberOf = new Map<Unit, number>()

  constructor(connection: Connection, recorder: Recorder | undefined) {
    this.#connection = connection
    this.#recorder = recorder
  }

  async runBatched(steps: readonly Step[]): Promise<StepFailure[]> {
    const failures: StepFailure[] = []
    for (const batch of makeBatches(steps)) {
      const failure = await this.#run(batch)
      if (!failure) continue
      failures.push(...(batch.length === 1 ? [failure] : await this.runSingly(batch)))
    }
    return failures
  }

  async runSingly(steps: readonly Step[]): Promise<StepFailure[]> {
    const failures: StepFailure[] = []
    for (const step of steps) {
      const failure = await this.#run([step])
      if (failure) failures.push(failure)
    }
    return failures
  }

  /** Runs steps in one round trip, all or none. Returns the failure, attributed to the step that its position lies in. */
  async #run(steps: readonly Step[]): Promise<StepFailure | undefined> {
    // A text that does not parse on this server's version runs not even its first statement, so the savepoint comes before.
    await this.#connection.query('SAVEPOINT savepoint_batch')
    let text = ''
    // The session's state is not known here: reading catalogs and rolled back batches change it.
    let settings: Settings | undefined
    const starts: number[] = []
    for (const { unit, sql } of steps) {
      if (settings !== unit.settings) text += switchSettings(settings, unit.settings)
      settings = unit.settings
      if (this.#recorder) text += this.#recorder.mark(this.#number(unit, this.#recorder))
      starts.push(text.length)
      text += `${sql}\n;`
    }
    if (settings?.['role'] !== undefined) text += 'SET LOCAL role = none;'
    text += 'RELEASE SAVEPOINT savepoint_batch'
    try {
      await this.#connection.query(text)
      return undefined
    } catch (error) {
      if (!isServerError(error)) throw error
      await this.#connection.query('ROLLBACK TO SAVEPOINT savepoint_batch; RELEASE SAVEPOINT savepoint_batch')
      const position = error.position === undefined ? 0 : Number(error.position)
      const offset = fromCharacterOffset(text, position - 1)
      const index = position > 0 ? starts.findLastIndex((start) => start <= offset) : 0
      const step = steps[Math.max(index, 0)]
      const start = starts[Math.max(index, 0)]
      if (!step || start === undefined) throw error
      return position > 0 && offset >= start ? { step, error, offset: offset - start } : { step, error }
    }
  }

  #number(unit: Unit, recorder: Recorder): number {
    const known = this.#numberOf.get(unit)
    if (known !== undefined) return known
    const number = recorder.number()
    this.#numberOf.set(unit, number)
    this.numbers.set(number, unit)
    return number
  }

  /**
   * Roles belong to the whole server and are often made by someone else; on scratch, which is thrown away, an empty
   * role is as good. Returns whether any was made.
   */
  async assumeRoles(failures: readonly StepFailure[]): Promise<boolean> {
    const missing = new Set(
      failures.flatMap(({ error }) => (error.code === '42704' ? (missingRoleRE.exec(error.message)?.[1] ?? []) : [])),
    )
    let made = false
    for (const role of missing) {
      try {
        await this.#connection.query(
          `SAVEPOINT savepoint_role; CREATE ROLE ${quoteName(role)}; RELEASE SAVEPOINT savepoint_role`,
        )
        this.assumedRoles.push(role)
        made = true
      } catch (error) {
        if (!isServerError(error)) throw error
        await this.#connection.query('ROLLBACK TO SAVEPOINT savepoint_role; RELEASE SAVEPOINT savepoint_role')
      }
    }
    return made
  }
}

function makeBatches(steps: readonly Step[]): Step[][] {
  const batches: Step[][] = []
  let current: Step[] = []
  let characters = 0
  for (const step of steps) {
    if (current.length >= batchSize || characters + step.sql.length > batchCharacters) {
      batches.push(current)
      current = []
      characters = 0
    }
    current.push(step)
    characters += step.sql.length
  }
  if (current.length > 0) batches.push(current)
  return batches.filter((batch) => batch.length > 0)
}

/** SQL that brings the session from one state to another; from an unknown one, everything is set. */
function switchSettings(from: Settings | undefined, to: Settings): string {
  const searchPath = to['search_path']
  let text = ''
  if (from === undefined || from['search_path'] !== searchPath) {
    // An empty list cannot be written in a SET that takes names.
    text += `SELECT set_config('search_path', ${quoteLiteral(searchPath ?? defaultSearchPath)}, true);`
  }
  if (from === undefined) text += 'SET LOCAL check_function_bodies = off;'
  for (const name of ['default_tablespace', 'default_table_access_method', 'role']) {
    const value = to[name]
    if (from?.[name] === value) continue
    if (value !== undefined) text += `SET LOCAL ${name} = ${quoteLiteral(value)};`
    else if (from !== undefined) text += `SET LOCAL ${name} = ${name === 'role' ? 'none' : 'DEFAULT'};`
  }
  return text
}

import {
  differences,
  plan as makePlan,
  type Catalog,
  type Connection,
  type ObjectId,
  type Plan,
} from '@savepoint/catalog'
import type { Diagnostic, SourceLocation } from '../diagnostics/index.js'
import { diagnose, type SourceTexts } from '../elaborate/diagnose.js'
import { findDuplicates } from '../elaborate/duplicates.js'
import { indexUnits } from '../elaborate/order.js'
import type { Failure } from '../elaborate/run.js'
import { UnitBuilder, type Unit } from '../elaborate/unit.js'
import { loadParser } from '../sources/parse.js'
import { locate } from '../sources/positions.js'
import type { Statement } from '../sources/source.js'
import { elaborateFully } from './full.js'
import { elaborateIncrementally } from './incremental.js'
import { describeFailure, describeUnproved, follow, moveTo, type Proof } from './proof.js'
import { writeProofReport } from './report.js'
import { ScratchSession, type ScratchOptions } from './session.js'
import { changesBetween, keyUnits, type State } from './state.js'

/** What the statements of the schema files mean. */
export type Elaboration =
  | {
      status: 'elaborated'
      desired: Catalog
      provenance: ObjectPlaces
      warnings: readonly Diagnostic[]
      /** Roles that statements name and none defines: whoever applies a plan must have them. */
      assumedRoles: readonly string[]
      /** Roles that the statements define: a database to compare with must be read with them. */
      roles: readonly string[]
      /** `unchanged`: nothing ran. `full`: everything ran, for `reason`. */
      way: { kind: 'unchanged' } | { kind: 'incremental' } | { kind: 'full'; reason: string }
    }
  | { status: 'failed'; diagnostics: readonly Diagnostic[] }

/** Where the user wrote what a catalog object is. */
export interface ObjectPlaces {
  /** The statement that made the object or, for a part, what it belongs to. */
  statementOf(id: ObjectId): Statement | undefined
  locationOf(id: ObjectId): SourceLocation | undefined
}

/**
 * A scratch database that stays at the last state it was brought to, inside one open transaction. Calls may overlap;
 * they run one after the other.
 */
export interface WarmScratch {
  /** Lets Postgres say what the statements mean. A failed run leaves everything as it was. */
  elaborate(statements: readonly Statement[], texts: SourceTexts): Promise<Elaboration>
  /**
   * Runs `plan` from `from` on scratch and compares the outcome with `to`. With `to` the last elaborated state, scratch
   * then stands there; with any other it goes back.
   */
  prove(plan: Plan, from: Catalog, to: Catalog): Promise<Proof>
  /**
   * Lets `work` read the database at the last elaborated state, which is `desired`. What it changes it takes back.
   * Undefined when scratch does not stand there and cannot be brought there.
   */
  use<Result>(desired: Catalog, work: (connection: Connection) => Promise<Result>): Promise<Result | undefined>
  /** Reads scratch as a whole and compares it with what the incremental way believes; SP9001 and a fresh start if it is wrong. */
  verify(): Promise<Diagnostic | undefined>
  /** Ends the transaction. The connection stays the caller's. */
  close(): Promise<void>
}

/** @param connection of a superuser to a database that nobody else uses; everything in it is thrown away */
export function createWarmScratch(connection: Connection, options: ScratchOptions = {}): WarmScratch {
  const scratch = new Scratch(connection, options)
  // One session can do one thing at a time.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work)
    last = result.catch(() => {})
    return result
  }
  return {
    elaborate: (statements, texts) => inTurn(() => scratch.elaborate(statements, texts)),
    prove: async (plan, from, to) => {
      const proof = await inTurn(() => scratch.prove(plan, from, to))
      // Whoever waits for the proof need not wait for this.
      void inTurn(() => scratch.advance()).catch(() => scratch.forget())
      return proof
    },
    use: (desired, work) => inTurn(() => scratch.use(desired, work)),
    verify: () => inTurn(() => scratch.verify()),
    close: () => inTurn(() => scratch.close()),
  }
}

class Scratch {
  readonly #session: ScratchSession
  readonly #units = new UnitBuilder()
  /** Where the database stands; undefined when it must be built anew. */
  #standing: State | undefined
  /** The last elaborated state, if the database does not stand there. */
  #pending: State | undefined

  readonly #reportDirectory: string | undefined

  constructor(connection: Connection, options: ScratchOptions) {
    this.#session = new ScratchSession(connection, options)
    this.#reportDirectory = options.reportDirectory
  }

  async elaborate(statements: readonly Statement[], texts: SourceTexts): Promise<Elaboration> {
    await loadParser()
    const built = this.#units.build(statements)
    const { units, diagnostics } = findDuplicates(built, texts)
    if (diagnostics.length > 0) return { status: 'failed', diagnostics }
    const keyed = keyUnits(units)
    const index = indexUnits(units)
    this.#session.definedRoles = rolesOf(units)
    const fail = async (failures: readonly Failure[]): Promise<Elaboration> => ({
      status: 'failed',
      diagnostics: await diagnose(failures, units, index, this.#session.connection, texts),
    })

    await this.advance()
    let reason = 'This is the first run.'
    const standing = this.#standing
    if (standing) {
      const changes = changesBetween(standing.units, keyed)
      if (changes.added.size + changes.removed.size === 0 && standing.invalidBodies.size === 0) {
        this.#standing = { ...standing, units: keyed }
        return this.#succeed(this.#standing, { kind: 'unchanged' })
      }
      await this.#session.connection.query('SAVEPOINT savepoint_save')
      const result = await elaborateIncrementally(this.#session, standing, keyed, changes, index).finally(() =>
        this.#session.connection.query('ROLLBACK TO SAVEPOINT savepoint_save; RELEASE SAVEPOINT savepoint_save'),
      )
      if (result.kind === 'failed') return fail(result.failures)
      if (result.kind === 'elaborated') {
        this.#pending = result.state
        return this.#succeed(result.state, { kind: 'incremental' })
      }
      reason = result.reason
    }
    this.forget()
    const { state, failures } = await elaborateFully(this.#session, keyed, index)
    this.#standing = state
    if (failures.length > 0) return fail(failures)
    return this.#succeed(state, { kind: 'full', reason })
  }

  async prove(plan: Plan, from: Catalog, to: Catalog): Promise<Proof> {
    const target = this.#pending ?? this.#standing
    const hiddenRoles = target?.assumedRoles ?? []
    const version = to.version
    if (Math.floor(from.version / 10_000) !== Math.floor(version / 10_000))
      return unproved(`The database runs Postgres ${majorOf(from.version)}, scratch runs Postgres ${majorOf(version)}.`)
    const before = this.#standing
    if (!before) await this.#session.restart()
    await this.#session.connection.query('SAVEPOINT savepoint_proof')
    let restarted = false
    try {
      const moved = await moveTo(this.#session, before?.catalog, from, hiddenRoles)
      restarted = !('catalog' in moved) || moved.restarted
      if ('reason' in moved) {
        await this.#giveBack(restarted)
        return unproved(moved.reason)
      }
      if (restarted) await this.#session.connection.query('SAVEPOINT savepoint_proof')
      const outcome = await this.#run(moved.catalog, plan, to, hiddenRoles)
      if (!('catalog' in outcome)) {
        await this.#giveBack(restarted)
        return this.#report(describeFailure(from, to, plan, outcome))
      }
      if (target && (to === target.catalog || differences(outcome.catalog, target.catalog).length === 0)) {
        await this.#session.connection.query('RELEASE SAVEPOINT savepoint_proof')
        this.#standing = { ...target, catalog: outcome.catalog }
        this.#pending = undefined
      } else await this.#giveBack(restarted)
      return { status: 'proved' }
    } catch (error) {
      this.forget()
      throw error
    }
  }

  /** Brings the database to the last elaborated state, when no proof has done so. */
  async advance(): Promise<void> {
    const { pending, standing } = { pending: this.#pending, standing: this.#standing }
    if (!pending || !standing) return
    this.#pending = undefined
    const steps = makePlan(standing.catalog, pending.catalog)
    await this.#session.connection.query('SAVEPOINT savepoint_advance')
    const outcome = await this.#run(standing.catalog, steps, pending.catalog, pending.assumedRoles)
    if ('catalog' in outcome) {
      await this.#session.connection.query('RELEASE SAVEPOINT savepoint_advance')
      this.#standing = { ...pending, catalog: outcome.catalog }
    } else
      await this.#session.connection.query(
        'ROLLBACK TO SAVEPOINT savepoint_advance; RELEASE SAVEPOINT savepoint_advance',
      )
  }

  async use<Result>(desired: Catalog, work: (connection: Connection) => Promise<Result>): Promise<Result | undefined> {
    await this.advance()
    const standing = this.#standing
    if (!standing || differences(standing.catalog, desired).length > 0) return undefined
    return work(this.#session.connection)
  }

  async verify(): Promise<Diagnostic | undefined> {
    await this.advance()
    const standing = this.#standing
    if (!standing) return undefined
    const catalog = await this.#session.read(undefined, standing.assumedRoles)
    const [first] = differences(standing.catalog, catalog)
    if (!first) {
      this.#standing = { ...standing, catalog }
      return undefined
    }
    this.forget()
    return {
      code: 'SP9001',
      severity: 'warning',
      message: `The incremental catalog had ${first.id} wrong (${first.facts?.join(', ') ?? first.change})`,
      why: 'Reading the whole scratch database gave something else than the sum of the changes.',
      fix: 'Nothing needs to be done: the next save elaborates everything anew. Please report it with the edit that led here.',
    }
  }

  async close(): Promise<void> {
    this.forget()
    await this.#session.close()
  }

  forget(): void {
    this.#standing = undefined
    this.#pending = undefined
  }

  async #run(
    at: Catalog,
    plan: Plan,
    to: Catalog,
    hiddenRoles: readonly string[],
  ): Promise<
    | { catalog: Catalog }
    | { refused?: { step: number; error: Failure['error'] }; differences: ReturnType<typeof differences> }
  > {
    const followed = await follow(this.#session, at, plan, hiddenRoles)
    if ('refused' in followed) return { refused: followed.refused, differences: [] }
    if (differences(followed.catalog, to).length === 0) return followed
    // The part that was read may have been too small; the whole decides.
    const catalog = await this.#session.read(undefined, hiddenRoles)
    const found = differences(catalog, to)
    return found.length === 0 ? { catalog } : { differences: found }
  }

  async #report({ diagnostic, report }: ReturnType<typeof describeFailure>): Promise<Proof> {
    if (this.#reportDirectory === undefined) return { status: 'failed', diagnostic, report }
    try {
      const file = await writeProofReport(this.#reportDirectory, report)
      return { status: 'failed', diagnostic: { ...diagnostic, fix: `${diagnostic.fix} It is ${file}.` }, report }
    } catch (error) {
      // The failure itself must not be lost to a full disk.
      const why = `${diagnostic.why} (The report could not be written: ${error instanceof Error ? error.message : error})`
      return { status: 'failed', diagnostic: { ...diagnostic, why }, report }
    }
  }

  /** Goes back to where the database stood before a proof; after a restart that is lost. */
  async #giveBack(restarted: boolean): Promise<void> {
    if (restarted) this.forget()
    else
      await this.#session.connection.query('ROLLBACK TO SAVEPOINT savepoint_proof; RELEASE SAVEPOINT savepoint_proof')
  }

  #succeed(state: State, way: Extract<Elaboration, { status: 'elaborated' }>['way']): Elaboration {
    return {
      status: 'elaborated',
      desired: state.catalog,
      provenance: createPlaces(state),
      warnings: state.assumedRoles.map(describeAssumedRole),
      assumedRoles: state.assumedRoles,
      roles: this.#session.definedRoles,
      way,
    }
  }
}

function rolesOf(units: readonly Unit[]): string[] {
  return units.flatMap(({ analysis }) =>
    analysis.kind === 'CreateRoleStmt' ? analysis.defines.map(({ name }) => name) : [],
  )
}

function createPlaces(state: State): ObjectPlaces {
  const statementOf = (id: ObjectId): Statement | undefined => {
    for (
      let current: ObjectId | undefined = id;
      current !== undefined;
      current = state.catalog.objects.get(current)?.parent
    ) {
      const key = state.provenance.makerOf(current)
      const unit = key === undefined ? undefined : state.units.get(key)
      if (unit) return unit.statement
    }
    return undefined
  }
  return {
    statementOf,
    locationOf: (id) => {
      const statement = statementOf(id)
      return statement && locate(statement, 0)
    },
  }
}

function describeAssumedRole(role: string): Diagnostic {
  return {
    code: 'SP1002',
    severity: 'warning',
    message: `Role "${role}" is not defined in any schema file`,
    why: 'Roles belong to the whole server; scratch takes for granted that somebody makes it.',
    fix: `Add \`CREATE ROLE ${role};\` to a schema file, or create it on every server.`,
  }
}

function unproved(reason: string): Proof {
  return { status: 'unproved', diagnostic: describeUnproved(reason) }
}

function majorOf(version: number): number {
  return Math.floor(version / 10_000)
}

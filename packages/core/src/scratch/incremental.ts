import { updateCatalog, type AnyObject, type Catalog, type ObjectId } from '@savepoint/catalog'
import { validateBodies, type Routine } from '../elaborate/bodies.js'
import type { NameIndex } from '../elaborate/names.js'
import { orderUnits } from '../elaborate/order.js'
import type { Recorder } from '../elaborate/recorder.js'
import { runUnits, type Failure } from '../elaborate/run.js'
import { isServerError } from '../elaborate/server-error.js'
import type { Unit } from '../elaborate/unit.js'
import { Scope, dependentsOf, objectAt, rootOf, withParts } from './addresses.js'
import { dropText, putBackText } from './drop.js'
import type { UnitKey } from './provenance.js'
import type { ScratchSession } from './session.js'
import type { State, UnitChanges } from './state.js'

/** `uncertain`: the short way cannot promise the result of the long one, so the long one must be gone. */
export type IncrementalResult =
  | { kind: 'elaborated'; state: State; failures: [] }
  | { kind: 'failed'; failures: Failure[] }
  | { kind: 'uncertain'; reason: string }

// With more than this the drops and the second run cost what running everything costs.
const maximumShare = 0.4
const alwaysFine = 12

// What these do reaches further than the objects that the server names.
const farReaching = new Set([
  'AlterDefaultPrivilegesStmt',
  'CreateExtensionStmt',
  'AlterExtensionStmt',
  'CreateSchemaStmt',
  'CreateRoleStmt',
  'AlterRoleStmt',
  'GrantRoleStmt',
  'CreateEventTrigStmt',
  'AlterEventTrigStmt',
  'CreatePLangStmt',
  'ReassignOwnedStmt',
  'RenameStmt',
  'AlterObjectSchemaStmt',
])
const harmlessToAdd = new Set(['CreateSchemaStmt', 'CreateExtensionStmt'])
// These apply to what exists when they run, so only what comes after them may be run again.
const orderSensitive = new Set(['AlterDefaultPrivilegesStmt', 'CreateEventTrigStmt'])
// Running these once more on an object that is still there changes nothing.
const repeatable = new Set(['GrantStmt', 'CommentStmt', 'AlterOwnerStmt', 'SecLabelStmt'])
// A statement that met one of these is wrong by itself, whichever way it was run.
const certainStates = new Set(['42P01', '42703', '42704', '42883', '3F000', '42P02'])

/**
 * Brings scratch from `state` to the statements `units` by running only what changed: inside the caller's savepoint it
 * drops what changed statements made, with everything that depends on it, runs the new statements and those whose
 * objects went along, puts foreign keys of other tables back, and reads only that part of the catalog.
 *
 * The caller rolls back to its savepoint afterwards, whatever the outcome.
 */
export async function elaborateIncrementally(
  session: ScratchSession,
  state: State,
  units: ReadonlyMap<UnitKey, Unit>,
  changes: UnitChanges,
  index: NameIndex<Unit>,
): Promise<IncrementalResult> {
  const { recorder } = session
  const doubt = recorder
    ? findDoubt(state, units, changes)
    : 'The user of the scratch database cannot create event triggers.'
  if (!recorder || doubt !== undefined) return { kind: 'uncertain', reason: doubt ?? '' }

  const from = recorder.position
  const undo = new Undo(session, state, units, changes, index, recorder)
  const undone = await undo.run()
  if (undone !== undefined) return { kind: 'uncertain', reason: undone }
  const late = findLate(units, undo.toRun)
  if (late !== undefined) return { kind: 'uncertain', reason: late }

  const keys = new Map([...undo.toRun].map(([key, unit]) => [unit, key]))
  const numbers = new Map<number, Unit>()
  // In the order of the files, as a run of everything has them.
  const toRun = [...units].flatMap(([key, unit]) => (undo.toRun.has(key) ? [unit] : []))
  const run = await runUnits(session.connection, orderUnits(toRun, index), recorder)
  for (const [number, unit] of run.numbers) numbers.set(number, unit)
  const putBack = await undo.putBack()
  if (putBack !== undefined && run.failures.length === 0) return { kind: 'uncertain', reason: putBack }
  if (run.failures.length > 0) {
    // A comment on a foreign key that had to be put back first.
    const failed = new Set(run.failures.map(({ unit }) => unit))
    const again = undo.putBackOwners.size > 0 && putBack === undefined
    const ordered = orderUnits(toRun, index).filter(({ unit }) => failed.has(unit))
    const rerun = again ? await runUnits(session.connection, ordered, recorder) : run
    if (rerun.failures.length > 0) return judgeFailures(rerun.failures, keys, changes)
    for (const [number, unit] of rerun.numbers) numbers.set(number, unit)
  }

  const log = await recorder.read(from)
  const made = log.filter(({ change, statement }) => change === 'made' && numbers.has(statement))
  const scope = new Scope()
  for (const touch of made) scope.addAddress(touch)
  scope.addObjects(state.catalog, undo.gone)
  scope.addObjects(state.catalog, undo.putBackOwners)
  const changedInPlace = new Set(
    made.flatMap((touch) => {
      const id = objectAt(state.catalog, touch)
      return id === undefined || undo.gone.has(id) ? [] : [id]
    }),
  )
  if (changedInPlace.size > 0) scope.addObjects(state.catalog, dependentsOf(state.catalog, changedInPlace))
  const grants = [...undo.toRun].map(([key, unit]) => ({ key, unit }))
  for (const { key } of grants) scope.addObjects(state.catalog, state.provenance.changed(key))

  const assumedRoles = [...state.assumedRoles, ...run.assumedRoles]
  let catalog = await readAgain(session, state.catalog, scope, assumedRoles)
  const provenance = state.provenance.derive(
    catalog,
    log,
    (number) => {
      const unit = numbers.get(number)
      const key = unit && keys.get(unit)
      return unit && key !== undefined ? { key, unit } : undefined
    },
    { objects: undo.gone, units: [...changes.removed.keys(), ...undo.toRun.keys()] },
  )
  provenance.addGrants(catalog, grants)
  const granted = new Scope()
  for (const { key, unit } of grants)
    if (unit.analysis.kind === 'GrantStmt') granted.addObjects(catalog, provenance.changed(key))
  catalog = await readAgain(session, catalog, granted, assumedRoles)

  const touched = new Set([...undo.gone, ...changedInPlace, ...made.flatMap((touch) => objectAt(catalog, touch) ?? [])])
  const next: State = { units, catalog, provenance, assumedRoles, invalidBodies: new Set() }
  const failures = await validateBodies(session.connection, findRoutines(next, state, touched, undo.toRun))
  if (failures.length > 0) return { kind: 'failed', failures }
  return { kind: 'elaborated', state: next, failures: [] }
}

async function readAgain(
  session: ScratchSession,
  catalog: Catalog,
  scope: Scope,
  hiddenRoles: readonly string[],
): Promise<Catalog> {
  const { addresses } = scope
  if (addresses.length === 0) return catalog
  return updateCatalog(catalog, await session.read(addresses, hiddenRoles), addresses)
}

function findDoubt(
  state: State,
  units: ReadonlyMap<UnitKey, Unit>,
  { removed, added }: UnitChanges,
): string | undefined {
  const count = removed.size + added.size
  if (count > alwaysFine && count > units.size * maximumShare) return `${count} statements changed.`
  const isFarReaching = ({ analysis }: Unit): boolean => farReaching.has(analysis.kind)
  const changed =
    [...removed.values()].find(isFarReaching) ??
    [...added.values()].find((unit) => isFarReaching(unit) && !harmlessToAdd.has(unit.analysis.kind))
  if (changed) return `A statement of kind ${changed.analysis.kind} changed.`
  for (const [key, { analysis }] of removed)
    if (!repeatable.has(analysis.kind) && state.provenance.made(key).size + state.provenance.changed(key).size === 0)
      return `What a removed ${analysis.kind} did is not known.`
  return undefined
}

/** A statement that must run again although one that applies to everything before it stands after it. */
function findLate(units: ReadonlyMap<UnitKey, Unit>, toRun: ReadonlyMap<UnitKey, Unit>): string | undefined {
  let hasRun = false
  for (const [key, { analysis, statement }] of units) {
    if (toRun.has(key)) hasRun = true
    const appliesToAll =
      orderSensitive.has(analysis.kind) || (analysis.kind === 'GrantStmt' && /\bON\s+ALL\b/i.test(statement.sql))
    if (hasRun && appliesToAll) return `${analysis.kind} applies to what stands before it.`
  }
  return undefined
}

function judgeFailures(failures: Failure[], keys: ReadonlyMap<Unit, UnitKey>, changes: UnitChanges): IncrementalResult {
  const isCertain = failures.every(({ unit, error }) => {
    const key = keys.get(unit)
    return certainStates.has(error.code) || (key !== undefined && changes.added.has(key) && changes.removed.size === 0)
  })
  return isCertain ? { kind: 'failed', failures } : { kind: 'uncertain', reason: failures[0]?.error.message ?? '' }
}

/** Routines that are new, and those whose body speaks of something that changed: the server does not track bodies. */
function findRoutines(
  next: State,
  before: State,
  touched: ReadonlySet<ObjectId>,
  ran: ReadonlyMap<UnitKey, Unit>,
): Routine[] {
  const names = new Set([...touched].flatMap((id) => nameOf(next, before, id)))
  const mentionRE = names.size === 0 ? undefined : new RegExp([...names].map(escapePattern).join('|'), 'i')
  return [...next.units].flatMap(([key, unit]): Routine[] => {
    const { body, kind } = unit.analysis
    if (!body || kind !== 'CreateFunctionStmt') return []
    if (!ran.has(key) && !before.invalidBodies.has(key) && !mentionRE?.test(body.text)) return []
    return [...next.provenance.made(key)].flatMap((id) => {
      const object = next.catalog.objects.get(id)
      return object?.kind === 'function' || object?.kind === 'procedure' ? [{ oid: object.address.objid, unit }] : []
    })
  })
}

function nameOf(next: State, before: State, id: ObjectId): string[] {
  const object: AnyObject | undefined = next.catalog.objects.get(id) ?? before.catalog.objects.get(id)
  return object && object.kind !== 'default' ? [object.name] : []
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Takes away what removed statements made, and finds out what must run again because of it. */
class Undo {
  /** Objects of the old state that are no longer there, with their parts. */
  gone = new Set<ObjectId>()
  readonly putBackOwners = new Set<ObjectId>()
  readonly toRun: Map<UnitKey, Unit>
  readonly #putBack: AnyObject[] = []
  readonly #dropped = new Set<ObjectId>()

  constructor(
    private readonly session: ScratchSession,
    private readonly state: State,
    private readonly units: ReadonlyMap<UnitKey, Unit>,
    private readonly changes: UnitChanges,
    private readonly index: NameIndex<Unit>,
    private readonly recorder: Recorder,
  ) {
    this.toRun = new Map(changes.added)
  }

  /** Returns why the result would be uncertain, undefined when all is well. */
  async run(): Promise<string | undefined> {
    let todo = this.#findFirst()
    while (todo.size > 0) {
      const texts: string[] = []
      for (const id of todo) {
        const object = this.state.catalog.objects.get(id)
        if (!object) continue
        const text = dropText(object, this.state.catalog)
        if (text !== undefined) texts.push(text)
        else if (object.parent === undefined) return `${id} cannot be dropped by itself.`
      }
      const problem = await this.#drop(texts)
      if (problem !== undefined) return problem
      for (const id of todo) this.#dropped.add(id)
      todo = this.#findNext()
    }
    return undefined
  }

  /** Foreign keys of tables that stayed. Returns why the result would be uncertain. */
  async putBack(): Promise<string | undefined> {
    const texts = this.#putBack.flatMap((object) => putBackText(object, this.state.catalog) ?? [])
    if (texts.length === 0) return undefined
    try {
      await this.session.connection.query(`SET LOCAL search_path = '';${texts.join(';')}`)
      return undefined
    } catch (error) {
      if (!isServerError(error)) throw error
      return error.message
    }
  }

  #findFirst(): Set<ObjectId> {
    const { provenance } = this.state
    const ids = new Set<ObjectId>()
    for (const [key, unit] of this.changes.removed) {
      if (this.#isSuperseded(unit)) continue
      for (const id of [...provenance.made(key), ...provenance.changed(key)]) this.#addRoot(ids, id)
    }
    return ids
  }

  /** The new text does everything that must be done: a comment replaces a comment. */
  #isSuperseded(unit: Unit): boolean {
    if (unit.analysis.kind !== 'CommentStmt') return false
    const target = commentTarget(unit)
    return [...this.changes.added.values()].some(
      (other) => other.analysis.kind === 'CommentStmt' && commentTarget(other) === target,
    )
  }

  /** Adds the object, or the one that it can only be dropped with. */
  #addRoot(ids: Set<ObjectId>, id: ObjectId): void {
    const object = this.state.catalog.objects.get(id)
    if (!object) return
    const target = dropText(object, this.state.catalog) === undefined ? rootOf(object, this.state.catalog) : object
    if (!this.#dropped.has(target.id) && !this.gone.has(target.id)) ids.add(target.id)
  }

  async #drop(texts: readonly string[]): Promise<string | undefined> {
    const number = this.recorder.number()
    try {
      await this.session.connection.query(`${this.recorder.mark(number)}${texts.join(';')}`)
    } catch (error) {
      if (!isServerError(error)) throw error
      return error.message
    }
    const dropped = await this.recorder.read(number)
    const ids = new Set(this.gone)
    for (const touch of dropped) {
      const id = objectAt(this.state.catalog, touch)
      // The row type of a table is an address of the table; a part that is unknown must not take the whole along.
      if (id !== undefined && (touch.objsubid === 0 || this.state.catalog.objects.get(id)?.parent !== undefined))
        ids.add(id)
    }
    this.gone = withParts(this.state.catalog, ids)
    return undefined
  }

  #findNext(): Set<ObjectId> {
    const { catalog, provenance } = this.state
    const ids = new Set<ObjectId>()
    this.#putBack.length = 0
    this.putBackOwners.clear()
    for (const id of this.gone) {
      const object = catalog.objects.get(id)
      if (object) this.#judgeGone(object, ids)
      for (const key of provenance.unitsOf(id)) {
        const unit = this.units.get(key)
        if (unit) this.toRun.set(key, unit)
      }
    }
    this.#addCopies()
    for (const [key, unit] of this.toRun) {
      if (this.changes.added.has(key)) continue
      for (const id of provenance.made(key)) if (!this.gone.has(id)) this.#addRoot(ids, id)
      if (repeatable.has(unit.analysis.kind)) continue
      for (const id of provenance.changed(key)) if (!this.gone.has(id)) this.#addRoot(ids, id)
    }
    return ids
  }

  /** A part that went although its owner stayed comes back by its own statement, by its definition, or with the owner. */
  #judgeGone(object: AnyObject, ids: Set<ObjectId>): void {
    const { catalog, provenance } = this.state
    if (object.parent === undefined || this.gone.has(object.parent)) return
    const maker = provenance.makerOf(object.id)
    if (maker !== undefined && provenance.made(maker).has(object.id) && provenance.made(maker).size === 1) return
    if (putBackText(object, catalog) !== undefined) {
      this.#putBack.push(object)
      this.putBackOwners.add(object.parent)
      return
    }
    this.#addRoot(ids, rootOf(object, catalog).id)
  }

  /** LIKE and CREATE TABLE AS took columns over; the server does not remember from where. */
  #addCopies(): void {
    const affected = new Set<Unit>([...this.toRun.values(), ...this.changes.removed.values()])
    for (const [key, unit] of this.units) {
      if (!unit.analysis.copies || this.toRun.has(key)) continue
      const isAffected = unit.analysis.references.some((reference) =>
        this.index.find(reference, unit.searchPath).some((definer) => affected.has(definer)),
      )
      if (isAffected) this.toRun.set(key, unit)
    }
  }
}

function commentTarget(unit: Unit): string {
  return unit.statement.sql.replace(/\s+is\s+(?:null|'(?:[^']|'')*')\s*$/i, '')
}

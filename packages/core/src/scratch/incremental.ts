import type { AnyObject, ObjectId } from '@savepoint/catalog'
import { validateBodies, type Routine } from '../elaborate/bodies.js'
import type { NameIndex } from '../elaborate/names.js'
import { orderUnits } from '../elaborate/order.js'
import { runUnits, type Failure } from '../elaborate/run.js'
import type { Unit } from '../elaborate/unit.js'
import { Scope, objectAt, readAgain } from './addresses.js'
import type { UnitKey } from './provenance.js'
import type { ScratchSession } from './session.js'
import type { State, UnitChanges } from './state.js'
import { Undo, repeatable } from './undo.js'

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

  const keys = new Map([...undo.toRun, ...undo.replaced].map(([key, unit]) => [unit, key]))
  const numbers = new Map(undo.numbers)
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
  const grants = [...undo.toRun].map(([key, unit]) => ({ key, unit }))
  for (const { key } of grants) scope.addObjects(state.catalog, state.provenance.changed(key))

  const assumedRoles = [...state.assumedRoles, ...run.assumedRoles]
  let catalog = await readAgain(session, state.catalog, scope, made, assumedRoles)
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
  catalog = await readAgain(session, catalog, granted, [], assumedRoles)

  const touched = new Set([...undo.gone, ...changedInPlace, ...made.flatMap((touch) => objectAt(catalog, touch) ?? [])])
  const next: State = { units, catalog, provenance, assumedRoles, invalidBodies: new Set() }
  const failures = await validateBodies(
    session.connection,
    findRoutines(next, state, touched, new Map([...undo.toRun, ...undo.replaced])),
  )
  if (failures.length > 0) return { kind: 'failed', failures }
  return { kind: 'elaborated', state: next, failures: [] }
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

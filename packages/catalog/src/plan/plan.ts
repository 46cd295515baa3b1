import { withSecret } from '../executable.js'
import { lockOf } from '../hazards/locks.js'
import type { Statement } from '../kinds/kind.js'
import { sqlOf } from '../kinds/kind.js'
import { kindOf } from '../kinds/registry.js'
import type { AnyObject, Catalog, ObjectId } from '../model/object.js'
import type { Plan, PlanOptions, Step, StepAction } from '../model/plan.js'
import { keepNesting } from '../conditions.js'
import { keepArrayCasts } from './array-casts.js'
import { aspectStatements } from './aspects.js'
import { bodyHints, relaxBodyChecks } from './bodies.js'
import { alterationOf, decideChanges } from './changes.js'
import { PlanState } from './context.js'
import { defaultAclOf, type DefaultAcl } from './default-acl.js'
import { decideInlining } from './inlining.js'
import { applyRenames, originalDestruction } from './renames.js'
import { orderUnits } from './order.js'
import type { Unit } from './units.js'

/**
 * The statements that turn `from` into `to`, in the order in which they must run, each with its hazards. Both catalogs must have
 * been printed by the same major version of Postgres. Empty when they are equal.
 *
 * @throws Error when the objects need each other in a circle that cannot be broken.
 */
export function plan(from: Catalog, to: Catalog, options: PlanOptions = {}): Plan {
  if (isEqual(from, to)) return { steps: [] }
  const renamed = applyRenames(from, to, options.renames ?? [])
  const forced = new Set<ObjectId>()
  for (;;) {
    const state = new PlanState(renamed.catalog, to, to.version, options.strategy ?? 'dev')
    decideChanges(state, forced)
    decideInlining(state)
    const ordered = orderUnits(state, bodyHints(state))
    if (ordered.force.length === 0) {
      const steps = relaxBodyChecks(renderUnits(ordered.units, state), state, ordered.broken)
      for (const step of steps)
        if (step.destroys) step.destroys = originalDestruction(step.destroys, from, renamed.origins)
      return { steps: [...renamed.steps, ...steps].map((step) => withLock(step, state)) }
    }
    for (const id of ordered.force) forced.add(id)
  }
}

/** Changed in place, since what a step runs instead of its text is not copied. */
function withLock(step: Step, state: PlanState): Step {
  const lock = lockOf(step, state)
  if (lock !== undefined) step.lock = lock
  return step
}

function isEqual(from: Catalog, to: Catalog): boolean {
  if (from.objects.size !== to.objects.size) return false
  for (const [id, object] of from.objects) if (to.objects.get(id)?.hash !== object.hash) return false
  return true
}

function renderUnits(units: readonly Unit[], state: PlanState): Step[] {
  const defaultAcl = defaultAclOf(state.from, state.version)
  const steps: Step[] = []
  for (const unit of units)
    for (const { object, statement, action } of statementsOf(unit, state, defaultAcl))
      if (sqlOf(statement) !== '') steps.push(stepOf(object, statement, action))
  return steps
}

/** Columns belong to whom their table does. */
function ownerOf(object: AnyObject, catalog: Catalog): string | undefined {
  const owned = object.kind === 'column' ? catalog.objects.get(object.parent ?? '') : catalog.objects.get(object.id)
  return owned?.owner
}

function newOwnerOf(object: AnyObject, state: PlanState): string | undefined {
  const owner = ownerOf(object, state.to)
  return owner === ownerOf(object, state.from) ? undefined : (owner ?? state.from.user)
}

function keptColumns({ id }: AnyObject, state: PlanState): readonly AnyObject[] {
  return state
    .childrenIn(state.to, id)
    .filter(({ kind, privileges, id: own }) => kind === 'column' && privileges.length > 0 && !state.isCreated(own))
}

const companionOf = (object: AnyObject | undefined): AnyObject | undefined =>
  object && kindOf(object).companion?.(object)

interface Rendered {
  object: ObjectId
  statement: Statement
  action: StepAction
}

function statementsOf(unit: Unit, state: PlanState, defaultAcl: DefaultAcl): Rendered[] {
  const [first] = unit.members
  if (!first) return []
  const render = (object: AnyObject, statements: readonly Statement[], action: StepAction): Rendered[] =>
    statements.map((statement) => ({ object: object.id, statement, action }))
  const aspects = (object: AnyObject, before: AnyObject | undefined): Rendered[] => {
    const surroundings = {
      version: state.version,
      defaultAcl,
      owner: ownerOf(object, state.to),
      newOwner: newOwnerOf(object, state),
      keptColumns: before ? keptColumns(object, state) : [],
    }
    const statements = aspectStatements(kindOf(object), before, object, surroundings)
    const companion = companionOf(object)
    if (companion) statements.push(...aspectStatements(kindOf(companion), companionOf(before), companion, surroundings))
    return render(object, statements, 'alter')
  }
  switch (unit.action) {
    case 'stand in': {
      const columns = state.childrenIn(state.from, first.id)
      const statement = kindOf(first).standIn?.(first, columns, 'CREATE OR REPLACE')
      return statement === undefined ? [] : render(first, [statement], 'alter')
    }
    case 'drop':
      return render(first, dropStatements(first, state), 'drop')
    case 'move':
      return render(first, kindOf(first).moveAway?.(first).statements ?? [], 'rename')
    case 'purge':
      return render(first, kindOf(first).moveAway?.(first).drop ?? [], 'drop')
    case 'create':
      return [
        ...unit.members.flatMap((member) => render(member, createStatements(member, state), 'create')),
        ...unit.members.flatMap((member) => aspects(member, undefined)),
      ]
    case 'alter': {
      const before = state.from.objects.get(first.id)
      if (!before) return []
      const alteration = alterationOf(before, first, state)
      const statements = alteration === 'recreate' ? [] : alteration.statements
      return [...render(first, statements, 'alter'), ...aspects(first, before)]
    }
    case 'late':
      return unit.late ? render(first, [unit.late.statement], 'alter') : []
  }
}

function createStatements(object: AnyObject, state: PlanState): readonly Statement[] {
  const kind = kindOf(object)
  const standIn = state.standIns.has(object.id)
    ? kind.standIn?.(object, state.childrenIn(state.to, object.id), 'CREATE')
    : undefined
  return standIn === undefined ? kind.create(object, state) : [standIn]
}

function dropStatements(object: AnyObject, state: PlanState): readonly Statement[] {
  const kind = kindOf(object)
  return kind.drop ? kind.drop(object, state) : [`DROP ${kind.target(object)}`]
}

/** Kinds whose statements carry expressions as Postgres prints them, and no text of the user's but what is quoted. */
const deparsedRE =
  /^(?:table|foreign table|column|default|constraint|index|view|materialized view|policy|rule|trigger|domain|statistics|publication table) /

function stepOf(object: ObjectId, statement: Statement, action: StepAction): Step {
  const isDeparsed = deparsedRE.test(object) && action !== 'comment'
  const nested = keepNesting(sqlOf(statement))
  const sql = isDeparsed ? keepArrayCasts(nested) : nested
  if (typeof statement === 'string') return { sql, object, action, hazards: [], transactional: true }
  const step: Step = {
    sql,
    object,
    action: statement.action ?? action,
    hazards: statement.hazards ?? [],
    transactional: statement.transactional ?? true,
    ...(statement.destroys && { destroys: statement.destroys }),
  }
  return withSecret(step, statement.run)
}

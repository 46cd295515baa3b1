import { quoteIdentifier, quoteLiteral, quoteQualified } from '../identifier.js'
import { renameColumnHazard, renameLabelHazard, renameTableHazard } from '../kinds/hazards.js'
import { kindOf } from '../kinds/registry.js'
import { movedName } from '../kinds/types.js'
import type { AnyObject, Catalog, ObjectId } from '../model/object.js'
import type { Destruction, Hazard, Rename, Step } from '../model/plan.js'
import { impliedRenames } from './implied-renames.js'
import { rewriteCatalog, type Rewriting } from './rewriting.js'

export interface Renamed {
  /** The old catalog as the renames leave it. */
  catalog: Catalog
  steps: Step[]
  /** Ids of the old catalog by those that the renames gave. */
  origins: ReadonlyMap<ObjectId, ObjectId>
}

/** Schemas first, since they change the names of all that lies in them; then tables, and then what belongs to tables. */
const depths: Partial<Record<AnyObject['kind'], number>> = {
  schema: 0,
  table: 1,
  'foreign table': 1,
  view: 1,
  'materialized view': 1,
}

/**
 * Carries the renames out on the old catalog, first those that were asked for, then those that follow: a key or an index that is the
 * same but for its name is renamed, because making it anew would read the whole table.
 */
export function applyRenames(from: Catalog, to: Catalog, renames: readonly Rename[]): Renamed {
  const state: State = { catalog: from, steps: [], origins: new Map() }
  const depth = (rename: Rename): number => depths[from.objects.get(rename.from)?.kind ?? 'column'] ?? 2
  for (const rename of [...renames].sort((a, b) => depth(a) - depth(b))) applyOne(state, to, rename)
  for (
    let implied = impliedRenames(state.catalog, to);
    implied.length > 0;
    implied = impliedRenames(state.catalog, to)
  ) {
    const before = state.steps.length
    for (const rename of implied) applyOne(state, to, rename)
    if (state.steps.length === before) break
  }
  return state
}

interface State {
  catalog: Catalog
  steps: Step[]
  origins: Map<ObjectId, ObjectId>
}

/** Where an id of the caller's old catalog is by now, after the renames of what it belongs to. */
function currentId(state: State, id: ObjectId): ObjectId {
  for (const [now, origin] of state.origins) if (origin === id && state.catalog.objects.has(now)) return now
  return id
}

function applyOne(state: State, to: Catalog, rename: Rename): void {
  const object = state.catalog.objects.get(currentId(state, rename.from))
  const wanted = to.objects.get(rename.to)
  if (!object || !wanted || object.kind !== wanted.kind) return
  if (rename.label) renameLabel(state, object, rename.label)
  else {
    if (object.id === wanted.id) return
    const taken = state.catalog.objects.get(wanted.id)
    if (taken) makeRoom(state, taken)
    if (object.schema !== wanted.schema && object.kind !== 'schema') moveTo(state, object, wanted)
    const moved = state.catalog.objects.get(currentId(state, rename.from)) ?? object
    if (moved.name !== wanted.name) renameTo(state, moved, wanted.name)
  }
}

/** Another object has the name, which goes or is renamed itself. */
function makeRoom(state: State, object: AnyObject): void {
  renameTo(state, object, movedName(object.name))
}

function renameTo(state: State, object: AnyObject, name: string): void {
  const sql = kindOf(object).rename?.(object, name)
  if (sql === undefined) return
  push(state, object.id, sql, renameHazards(object))
  rewrite(state, { object, schema: object.schema, name })
}

const alterable = new Set([
  'table',
  'view',
  'materialized view',
  'sequence',
  'enum',
  'domain',
  'composite',
  'range',
  'function',
  'procedure',
  'aggregate',
  'foreign table',
  'extension',
  'collation',
  'operator',
  'statistics',
])

function moveTo(state: State, object: AnyObject, wanted: AnyObject): void {
  if (!alterable.has(object.kind) || wanted.schema === undefined || object.parent !== undefined) return
  push(
    state,
    object.id,
    `ALTER ${kindOf(object).target(object)} SET SCHEMA ${quoteIdentifier(wanted.schema)}`,
    renameHazards(object),
  )
  rewrite(state, { object, schema: wanted.schema, name: object.name })
}

function renameHazards(object: AnyObject): Hazard[] {
  if (object.kind === 'table' || object.kind === 'view')
    return [renameTableHazard(quoteQualified(object.schema, object.name))]
  if (object.kind !== 'column') return []
  return [renameColumnHazard((object.parent ?? '').replace(/^[a-z ]*? (?=[^ ]*$)/, ''), object.name)]
}

function renameLabel(state: State, object: AnyObject, label: { from: string; to: string }): void {
  if (object.kind !== 'enum' || !object.facts.labels.includes(label.from)) return
  const sql = `ALTER TYPE ${quoteQualified(object.schema, object.name)} RENAME VALUE ${quoteLiteral(label.from).trim()} TO ${quoteLiteral(label.to).trim()}`
  push(state, object.id, sql, [renameLabelHazard(object.name, label.from)])
  rewrite(state, { object, label })
}

function push(state: State, object: ObjectId, sql: string, hazards: Hazard[]): void {
  state.steps.push({ sql, object, action: 'rename', hazards, transactional: true })
}

function rewrite(state: State, rewriting: Rewriting): void {
  const { catalog, ids } = rewriteCatalog(state.catalog, rewriting)
  for (const [before, now] of ids) {
    const origin = state.origins.get(before) ?? before
    state.origins.delete(before)
    state.origins.set(now, origin)
  }
  state.catalog = catalog
}

/** What a step destroys, by the names that it has before the plan runs: that is when somebody looks whether there is anything. */
export function originalDestruction(
  destruction: Destruction,
  from: Catalog,
  origins: ReadonlyMap<ObjectId, ObjectId>,
): Destruction {
  const origin = origins.get(destruction.id)
  const object = from.objects.get(origin ?? destruction.id)
  if (!object) return destruction
  const parent = object.parent === undefined ? undefined : from.objects.get(object.parent)
  const isPart = object.kind === 'column' && parent !== undefined
  return {
    ...destruction,
    id: object.id,
    ...(destruction.schema !== undefined && object.schema !== undefined && { schema: object.schema }),
    ...(destruction.table !== undefined && object.kind !== 'enum' && { table: isPart ? parent.name : object.name }),
    ...(destruction.column !== undefined && isPart && { column: object.name }),
  }
}

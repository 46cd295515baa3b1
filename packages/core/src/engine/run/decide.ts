import {
  plan,
  renameCandidates,
  retain,
  type Catalog,
  type Destruction,
  type ObjectId,
  type Plan,
  type PlanOptions,
  type RenameCandidate,
  type Step,
} from '@savepoint/catalog'
import type { Diagnostic, SourceLocation } from '../../diagnostics/index.js'
import type { PendingDecision } from '../report.js'

/** What is going to be applied, and what is held back from it. */
export interface Decision {
  plan: Plan
  /** The desired catalog, with what is held back as the database has it. */
  target: Catalog
  pending: PendingDecision[]
  /** SP3001 for each pending decision. */
  warnings: Diagnostic[]
  /** Ids of the accepted decisions that the plan makes use of. */
  used: string[]
  /** Ids of the objects that may lose data, because somebody said so. */
  allowed: ReadonlySet<ObjectId>
}

export interface DecideOptions {
  from: Catalog
  desired: Catalog
  renames: NonNullable<PlanOptions['renames']>
  accepted: ReadonlySet<string>
  /** Rows that would lose a value; -1 when it cannot be counted. */
  count(destruction: Destruction): Promise<number>
  /** Where the files say something about an object, to show the warning there. */
  locate(id: ObjectId): SourceLocation | undefined
  /** The database is not on this machine: nothing is ever destroyed there, whatever was accepted. */
  neverDestroy: boolean
}

// Each round holds back at least one more object, and real changes need one or two.
const mostRounds = 50

/**
 * Plans, and holds back every step that would destroy data which nobody has decided about: the plan is then made anew
 * towards a target that keeps those objects.
 */
export async function decide(options: DecideOptions): Promise<Decision> {
  const { from, desired, renames, accepted } = options
  const held = new Map<ObjectId, { step: Step; destroys: Destruction; rows: number }>()
  const counted = new Map<ObjectId, number>()
  const used = new Set<string>()
  const allowed = new Set<ObjectId>()
  for (let round = 0; round < mostRounds; round++) {
    const target = held.size === 0 ? desired : retainWhole(desired, from, [...held.keys()])
    const planned = plan(from, target, { renames })
    const before = held.size
    for (const step of planned.steps) {
      const { destroys } = step
      if (!destroys || held.has(destroys.id)) continue
      const id = decisionId(destroys)
      if (accepted.has(id) && !options.neverDestroy) {
        used.add(id)
        allowed.add(destroys.id)
        continue
      }
      let rows = options.neverDestroy ? -1 : counted.get(destroys.id)
      if (rows === undefined) {
        rows = await options.count(destroys)
        counted.set(destroys.id, rows)
      }
      if (rows !== 0) held.set(destroys.id, { step, destroys, rows })
    }
    if (held.size === before) {
      const candidates = findCandidates(from, desired, [...held.keys()])
      const pending = [...held.values()].map(({ step, destroys, rows }) => {
        const candidate = candidates.find((one) => one.from === destroys.id)
        return { destroys, candidate, decision: describeDecision(step, destroys, rows, options.neverDestroy) }
      })
      return {
        plan: planned,
        target,
        pending: pending.map(({ decision }) => decision),
        warnings: pending.map(({ destroys, candidate, decision }) =>
          createWarning(decision, destroys, candidate, options),
        ),
        used: [...used],
        allowed,
      }
    }
  }
  throw new Error(`holding back ${[...held.keys()].join(', ')} does not come to an end`)
}

/** What the held objects may have been renamed to. Looked for only where something of their kind is new. */
function findCandidates(from: Catalog, desired: Catalog, held: readonly ObjectId[]): RenameCandidate[] {
  const kinds = new Set(held.map((id) => from.objects.get(id)?.kind))
  for (const [id, { kind }] of desired.objects)
    if (kinds.has(kind) && !from.objects.has(id)) return renameCandidates(from, desired)
  return []
}

/** `retain`, with everything that the kept objects need and the desired state no longer has. */
export function retainWhole(desired: Catalog, from: Catalog, ids: readonly ObjectId[]): Catalog {
  const kept = new Set(ids)
  let grown = true
  while (grown) {
    grown = false
    for (const [id, object] of from.objects) {
      if (kept.has(id) || object.parent === undefined || !kept.has(object.parent)) continue
      kept.add(id)
      grown = true
    }
    for (const { from: dependent, to } of from.dependencies) {
      if (!kept.has(dependent) || kept.has(to) || desired.objects.has(to) || !from.objects.has(to)) continue
      kept.add(to)
      grown = true
    }
    // A member without its table is nothing.
    for (const id of kept) {
      const parent = from.objects.get(id)?.parent
      if (parent === undefined || kept.has(parent) || desired.objects.has(parent)) continue
      kept.add(parent)
      grown = true
    }
  }
  return retain(desired, from, [...kept])
}

const verbs: Readonly<Record<Destruction['kind'], string>> = {
  table: 'drop',
  column: 'drop',
  schema: 'drop',
  sequence: 'drop',
  'materialized-view': 'drop',
  'enum-value': 'remove values of',
  'type-change': 'change type of',
  'composite-attribute': 'drop attributes of',
}

/** Stable between runs and readable: `drop column public.users.email`. */
export function decisionId(destruction: Destruction): string {
  return `${verbs[destruction.kind]} ${destruction.id}`
}

function describeDecision(step: Step, destroys: Destruction, rows: number, neverDestroy: boolean): PendingDecision {
  return {
    id: decisionId(destroys),
    sql: step.sql,
    rows,
    message: neverDestroy
      ? `${gerund(destroys)} could destroy data, and that is never done on save where the database is not on this machine`
      : `${gerund(destroys)} would lose ${describeRows(destroys, rows)}`,
  }
}

export function gerund(destruction: Destruction): string {
  const { id, kind } = destruction
  switch (kind) {
    case 'enum-value':
      return `removing ${(destruction.values ?? []).map((label) => `'${label}'`).join(', ') || 'values'} from ${id}`
    case 'type-change':
      return `changing the type of ${id}`
    case 'composite-attribute':
      return `dropping an attribute of ${id}`
    case 'table':
    case 'column':
    case 'schema':
    case 'sequence':
    case 'materialized-view':
      return `dropping ${id}`
  }
}

export function describeRows({ kind }: Destruction, rows: number): string {
  if (rows < 0) return 'an unknown number of rows'
  const number = rows.toLocaleString('en-US')
  if (kind === 'table') return `${number} ${rows === 1 ? 'row' : 'rows'}`
  if (kind === 'sequence') return 'its position'
  return `${number} ${rows === 1 ? 'value' : 'values'}`
}

function createWarning(
  decision: PendingDecision,
  destroys: Destruction,
  candidate: { from: ObjectId; to: ObjectId } | undefined,
  { from, locate, neverDestroy }: DecideOptions,
): Diagnostic {
  const location = candidate ? locate(candidate.to) : locate(tableOf(destroys))
  const accept = neverDestroy
    ? 'Write a migration for it.'
    : `Run \`savepoint accept "${decision.id}"\`, press \`a\` in the terminal, or put it back into the schema files.`
  const rename = candidate
    ? `If it was renamed to ${candidate.to}, write \`-- @renamed from=${lastName(destroys)}\` before the new name. Otherwise: `
    : ''
  return {
    code: 'SP3001',
    severity: 'warning',
    message: decision.message,
    ...(location ? { location } : {}),
    why: `It is held back, everything else of the save is applied. The statement is: ${decision.sql}${describeNotNull(destroys, from)}`,
    fix: `${rename}${accept}`,
  }
}

/** A column that no file mentions any more still wants a value from every insert. */
function describeNotNull({ id, kind }: Destruction, from: Catalog): string {
  const column = from.objects.get(id)
  if (kind !== 'column' || column?.kind !== 'column') return ''
  const { notNull, default: value, identity, generated } = column.facts
  if (!notNull || value !== undefined || identity || generated) return ''
  return '\nUntil then it is NOT NULL without a default: rows that the app inserts need a value for it.'
}

function tableOf({ id, kind, schema, table }: Destruction): ObjectId {
  return kind === 'column' || kind === 'type-change' ? `table ${schema}.${table}` : id
}

function lastName({ column, table, id }: Destruction): string {
  return column ?? table ?? id.slice(id.lastIndexOf('.') + 1)
}

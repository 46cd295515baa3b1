import {
  differences,
  isServerError,
  plan as makePlan,
  print,
  type Catalog,
  type Destruction,
  type ObjectId,
  type Plan,
  type PlanOptions,
  type Rename,
  type Step,
} from '@savepoint/catalog'
import type { ResolvedConfig } from '../config/config.js'
import { DiagnosticError, type Diagnostic, type SourceLocation } from '../diagnostics/index.js'
import { countRows } from '../engine/development/rows.js'
import { around, isEmpty } from '../engine/run/plugin-objects.js'
import { lintPlan, type PlanFinding } from '../lint/plan.js'
import type { Proof, ProofReport } from '../scratch/proof.js'
import { resolveRenames } from '../scratch/renames.js'
import { readRenames } from '../sources/annotations.js'
import { decideStates, type MissingDecision } from './decisions.js'
import { listLost, type Lost } from './lost.js'
import type { DatabaseSide, Side } from './sides.js'
import type { StateSpec } from './spec.js'
import { openWorkspace } from './workspace.js'

export interface StateOptions {
  /** Gives `scratch`, `include`, `exclude`, `strict`, and the root that relative paths start from. */
  config: ResolvedConfig
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** How the plan is made, see `plan` of the catalog package. @default 'dev' */
  strategy?: PlanOptions['strategy']
  /** Plan the way back too. */
  withDown?: boolean
  /** What was decided about steps that destroy, by key; see `MissingDecision`. @default nothing */
  answers?: ReadonlyMap<string, string>
  /** Asks a person about a decision that has no answer; absent when there is nobody to ask. */
  ask?(decision: MissingDecision): Promise<string | undefined>
}

/** What a state is, as Postgres has it. */
export interface StateReading {
  catalog: Catalog
  warnings: readonly Diagnostic[]
}

/** What leads from one state to another. */
export interface StatePlan {
  from: Catalog
  to: Catalog
  plan: Plan
  strategy: NonNullable<PlanOptions['strategy']>
  /** Roles that the files define and that were compared too. */
  roles: readonly string[]
  /** Where the files define an object of the end. */
  locate(id: ObjectId): SourceLocation | undefined
  /** What must run before the steps in a session of its own: settings that the proof ran with too. */
  preamble: readonly string[]
  /** The way back, proved as well; only where it was asked for. */
  down?: readonly Step[]
  /**
   * Of a plan that leaves its transaction, the way back from each of its sections, in the order of `cutSections`; only where a way back
   * was asked for, and where the proof could look for it.
   */
  sectionDowns?: readonly (readonly Step[])[]
  /** What the way back cannot bring back. */
  lost: readonly Lost[]
  /** What there is to say of the plan, hazards included. */
  findings: readonly PlanFinding[]
  /** What nobody has decided yet and is planned as a drop. */
  missing: readonly MissingDecision[]
  /** SP3003: why nobody has seen the plan run; absent when it was proved. */
  unproved?: Diagnostic
  warnings: readonly Diagnostic[]
}

/**
 * Plans from one state to another and proves the plan on scratch.
 *
 * @throws DiagnosticError for files that do not elaborate, a database that does not answer, SP3002 for a plan that does not arrive;
 *   with `strict` also SP3003 and SP3004
 */
export async function planStates(from: StateSpec, to: StateSpec, options: StateOptions): Promise<StatePlan> {
  const workspace = await openWorkspace([from, to], options)
  try {
    const [first, second] = workspace.sides
    if (!first || !second) throw new Error('two states make two sides')
    // The end first: scratch then stands at the beginning, from where the proof goes on.
    const desired = await workspace.read(second)
    const current = await workspace.read(first)
    const { renames, diagnostics } = resolveRenames(readRenames(desired.statements), current.catalog, desired.catalog)
    const warnings = [...current.warnings, ...desired.warnings, ...diagnostics]
    const unmodelled = describeUnmodelled([current.catalog, desired.catalog])
    const { config, strategy = 'dev' } = options
    const result = {
      strategy,
      from: current.catalog,
      to: desired.catalog,
      roles: workspace.roles,
      locate: desired.locate,
      warnings: [...warnings, ...unmodelled],
    }
    const objects = await workspace.planObjects(current, desired)
    const isEqual = differences(current.catalog, desired.catalog).length === 0
    if (isEqual && isEmpty(objects))
      return { ...result, plan: { steps: [] }, preamble: [], findings: [], missing: [], lost: [] }
    const decided = await decideStates({
      from: current.catalog,
      to: desired.catalog,
      renames,
      strategy,
      answers: options.answers ?? new Map(),
      ...(options.ask && { ask: (decision) => options.ask?.(decision) ?? Promise.resolve(undefined) }),
      ...(first.kind === 'database' && { count: (destruction) => countIn(first, destruction, current.catalog) }),
    })
    const { plan: up, to: target } = decided
    const end = { ...desired, catalog: target }
    const down = options.withDown && makePlan(target, current.catalog, { renames: reverse(decided.renames), strategy })
    const back = options.withDown && (await workspace.planObjects(desired, current))
    const proof = await workspace.prove(up, current, end, { withBack: options.withDown ?? false })
    const doubts = [...unmodelled, ...objects.doubts, ...(back ? back.doubts : []), ...judge(proof)]
    // What plugins add belongs to no section.
    const isWhole = isEmpty(objects)
    if (down) doubts.push(...judge(await workspace.prove(down, end, current)))
    if (config.strict && doubts.length > 0)
      throw new DiagnosticError(doubts.map((diagnostic) => ({ ...diagnostic, severity: 'error' })))
    const unproved = doubts.find(({ code }) => code === 'SP3003')
    const plan = { steps: leaveOwners(up.steps, first, current.catalog, second, target) }
    const { statements, locate } = desired
    const findings = await lintPlan(plan, { from: current.catalog, to: target, config, statements, locate })
    return {
      ...result,
      to: target,
      plan: { steps: around(plan.steps, objects) },
      findings: findings.map((finding) => ({ ...finding, step: finding.step + objects.before.length })),
      missing: decided.missing,
      lost: listLost(up.steps),
      preamble: createPreamble([...up.steps, ...(down ? down.steps : [])], [current.catalog, target]),
      ...(down && back ? { down: around(down.steps, back) } : {}),
      ...(proof.back && isWhole ? { sectionDowns: proof.back } : {}),
      ...(unproved ? { unproved } : {}),
    }
  } finally {
    await workspace.close()
  }
}

/** -1 where the rows cannot be counted, which is no reason to take the table for empty. */
async function countIn({ session }: DatabaseSide, destruction: Destruction, from: Catalog): Promise<number> {
  try {
    return await countRows(session, destruction, from)
  } catch (error) {
    if (isServerError(error)) return -1
    throw error
  }
}

/** Reads one state. */
export async function readState(spec: StateSpec, options: StateOptions): Promise<StateReading> {
  const workspace = await openWorkspace([spec], options)
  try {
    const [side] = workspace.sides
    if (!side) throw new Error('one state makes one side')
    const { catalog, warnings } = await workspace.read(side)
    return { catalog, warnings: [...warnings, ...describeUnmodelled([catalog])] }
  } finally {
    await workspace.close()
  }
}

const ownerStepRE = /^ALTER .+ OWNER TO (?:CURRENT_USER|"(?:[^"]|"")+"|\w+)$/s

/**
 * Files that name no owner do not ask for another one: between files and a database, who owns an object counts only where
 * the files say it. The proof has run with these steps, which no other step waits for.
 */
function leaveOwners(steps: readonly Step[], from: Side, current: Catalog, to: Side, desired: Catalog): Step[] {
  if ((from.kind === 'database') === (to.kind === 'database')) return [...steps]
  const { objects } = from.kind === 'database' ? desired : current
  return steps.filter(({ sql, object }) => !ownerStepRE.test(sql) || objects.get(object)?.owner !== undefined)
}

/** SP3003 for a proof that was not possible. Throws SP3002 for a plan that does not arrive. */
function judge(proof: Proof): Diagnostic[] {
  if (proof.status === 'failed')
    throw new DiagnosticError([proof.diagnostic], { cause: new Error(renderReport(proof.report)) })
  return proof.status === 'unproved' ? [proof.diagnostic] : []
}

/** Everything that is needed to see a failed proof again; `--debug` shows it as the cause. */
function renderReport({ version, from, to, plan, refused, differences: left }: ProofReport): string {
  const part = (title: string, statements: readonly string[]): string =>
    [`-- ${title}`, ...statements.map((sql) => `${sql};`)].join('\n')
  return [
    `a plan failed on Postgres ${version}${refused ? ` at step ${refused.step + 1}: ${refused.message}` : ''}`,
    part('from', from),
    part('to', to),
    part('plan', plan),
    ...(left.length > 0 ? [`-- differences: ${JSON.stringify(left)}`] : []),
  ].join('\n\n')
}

function reverse(renames: readonly Rename[]): Rename[] {
  return renames.map(({ from, to, label }) => ({
    from: to,
    to: from,
    ...(label ? { label: { from: label.to, to: label.from } } : {}),
  }))
}

// Postgres reads the body of an SQL function when it is made, and it may name what a later step makes.
function createPreamble(steps: readonly Step[], catalogs: readonly Catalog[]): string[] {
  const hasBody = steps.some(({ object: id }) =>
    catalogs.some(({ objects }) => {
      const object = objects.get(id)
      return (object?.kind === 'function' || object?.kind === 'procedure') && object.facts.language === 'sql'
    }),
  )
  return hasBody ? ['SET check_function_bodies = off'] : []
}

/** SP3004: what nobody compared, by name. */
function describeUnmodelled(catalogs: readonly Catalog[]): Diagnostic[] {
  const names = new Map(
    catalogs.flatMap(({ unmodelled }) => unmodelled.map((object) => [object.description, object.kind])),
  )
  return [...names].map(([description, kind]) => ({
    code: 'SP3004',
    severity: 'warning',
    message: `${description} is not compared`,
    why: `Objects of the kind ${kind} cannot be read yet.`,
    fix: 'Change it by hand-written migrations.',
  }))
}

/** The statements that make an empty database equal to a catalog. */
export function toStatements(catalog: Catalog): string[] {
  return print(catalog).map(({ sql }) => sql)
}

/** The same as one text, each with its semicolon and an empty line after it. */
export function printCatalog(catalog: Catalog): string {
  return toStatements(catalog)
    .map((sql) => `${sql};\n`)
    .join('\n')
}

/** A catalog as one JSON text, as the page on the catalog describes it: without the numbers that objects have in one database. */
export function catalogToJson({ version, objects, dependencies, unmodelled }: Catalog): string {
  const plain = [...objects.values()].map(({ address: _address, ...object }) => object)
  return `${JSON.stringify({ version, objects: plain, dependencies, unmodelled }, null, 2)}\n`
}

import { differences, plan as makePlan, print, type Catalog, type Plan, type PlanOptions } from '@savepoint/catalog'
import type { ResolvedConfig } from '../config/config.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { resolveRenames } from '../scratch/renames.js'
import { readRenames } from '../sources/annotations.js'
import type { StateSpec } from './spec.js'
import { openWorkspace } from './workspace.js'

export interface StateOptions {
  /** Gives `scratch`, `include`, `exclude`, `strict`, and the root that relative paths start from. */
  config: ResolvedConfig
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** How the plan is made, see `plan` of the catalog package. @default 'dev' */
  strategy?: PlanOptions['strategy']
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
  /** Roles that the files define and that were compared too. */
  roles: readonly string[]
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
    const result = {
      from: current.catalog,
      to: desired.catalog,
      roles: workspace.roles,
      warnings: [...warnings, ...unmodelled],
    }
    if (differences(current.catalog, desired.catalog).length === 0) return { ...result, plan: { steps: [] } }
    const { strategy = 'dev' } = options
    const planned = makePlan(current.catalog, desired.catalog, { renames, strategy })
    const proof = await workspace.prove(planned, current, desired)
    if (proof.status === 'failed') throw new DiagnosticError([proof.diagnostic])
    const doubts = [...unmodelled, ...(proof.status === 'unproved' ? [proof.diagnostic] : [])]
    if (options.config.strict && doubts.length > 0)
      throw new DiagnosticError(doubts.map((diagnostic) => ({ ...diagnostic, severity: 'error' })))
    return { ...result, plan: planned, ...(proof.status === 'unproved' ? { unproved: proof.diagnostic } : {}) }
  } finally {
    await workspace.close()
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

/** The statements that make an empty database equal to a catalog, each with its semicolon and an empty line after it. */
export function printCatalog(catalog: Catalog): string {
  return print(catalog)
    .map(({ sql }) => `${sql};\n`)
    .join('\n')
}

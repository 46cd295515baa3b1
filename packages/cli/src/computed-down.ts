import type { StateOptions } from '@savepoint/core'
import type { MigrationFile } from '@savepoint/migrate'
import type { FoundDirectory } from './migrations.js'

/** Computes ways down of migrations whose files give none, and remembers them: what was shown is what runs. */
export interface ComputedDown {
  createDown(file: MigrationFile): Promise<readonly string[]>
  /** Whether any was computed. */
  readonly used: boolean
  /** What the computed statements throw away and what they do not bring back, in words, in their order. */
  readonly destroyed: readonly string[]
}

/**
 * The way down is the plan from the state after a migration to the state before it, as replays on scratch have them; proved
 * like every plan. Rows that the migration threw away do not come back; they are named.
 */
export function createComputedDown({ directory, path }: FoundDirectory, options: StateOptions): ComputedDown {
  const known = new Map<string, Promise<readonly string[]>>()
  const destroyed: string[] = []
  const compute = async ({ version }: MigrationFile): Promise<readonly string[]> => {
    const { listLost, planStates } = await import('@savepoint/core')
    const { plan: makePlan } = await import('@savepoint/catalog')
    const spec = { kind: 'migrations', directory: path, format: directory.format.name } as const
    const { plan, preamble, from, to } = await planStates({ ...spec, version }, { ...spec, before: version }, options)
    for (const { destroys, object } of plan.steps) if (destroys) destroyed.push(`drops ${object} with what is in it`)
    for (const { what } of listLost(makePlan(to, from).steps)) destroyed.push(`does not bring back ${what}`)
    return [...preamble.map((sql) => sql.replace(/^SET /, 'SET LOCAL ')), ...plan.steps.map(({ sql }) => sql)]
  }
  return {
    destroyed,
    get used() {
      return known.size > 0
    },
    createDown(file) {
      let statements = known.get(file.version)
      if (!statements) known.set(file.version, (statements = compute(file)))
      return statements
    },
  }
}

import { isServerError, type Connection, type Step } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import {
  around,
  describeObjects,
  planObjects,
  readAll,
  withSavepoint,
  type Kinds,
  type PluginObjects,
  type PluginSteps,
} from './plugin-objects.js'

/** Why nobody has seen the statements run, or that they do not arrive. */
export type ObjectsProof = { kind: 'proved' } | Doubt

interface Doubt {
  kind: 'failed' | 'unproved'
  diagnostics: readonly Diagnostic[]
}

/** What is to be run on scratch, and what for. */
export interface ObjectsProofInput {
  from: PluginObjects
  to: PluginObjects
  steps: PluginSteps
  /** False where scratch stands at another schema than the one that the steps lead to: it may then lack what they need. @default true */
  isAtEnd?: boolean
}

/**
 * Runs the statements on scratch: makes what is there now, lets the steps follow, and looks whether that arrives.
 *
 * @param connection of scratch, in a transaction, which is as it was afterwards
 */
export async function proveObjects(
  plugins: Kinds,
  connection: Connection,
  { from, to, steps, isAtEnd = true }: ObjectsProofInput,
): Promise<ObjectsProof> {
  const beginning = await planObjects(plugins, [], from)
  return withSavepoint(connection, async () => {
    const begun = await runAll(connection, beginning.after)
    if (begun) return unproved(begun)
    const refused = await runAll(connection, around([], steps))
    const hasWhatTheyNeed = isAtEnd && from.some((list) => list.length > 0)
    if (refused) return hasWhatTheyNeed ? objectsFailed(refused) : unproved(refused)
    const wrong = describeObjects(plugins, await readAll(plugins, connection), to)
    return wrong.length === 0 ? { kind: 'proved' } : objectsFailed(wrong.join('\n'))
  })
}

async function runAll(connection: Connection, steps: readonly Step[]): Promise<string | undefined> {
  for (const { sql } of steps) {
    try {
      await connection.query(sql)
    } catch (error) {
      if (!isServerError(error)) throw error
      return `${error.message}: ${sql}`
    }
  }
  return undefined
}

export function unproved(reason: string): Doubt {
  return {
    kind: 'unproved',
    diagnostics: [
      {
        code: 'SP3003',
        severity: 'warning',
        message: 'the statements for objects of plugins are not proved',
        why: `Scratch cannot run them: ${reason}`,
        fix: 'Point `scratch` in the config at a server that has what they need, such as the extension.',
      },
    ],
  }
}

export function objectsFailed(reason: string): Doubt {
  return {
    kind: 'failed',
    diagnostics: [
      {
        code: 'SP3002',
        severity: 'error',
        message: 'the statements for objects of plugins do not lead to what was asked for',
        why: reason,
        fix: 'This is a mistake of the plugin: what `create`, `alter` and `drop` do must be what `read` then finds.',
      },
    ],
  }
}

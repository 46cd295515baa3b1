import type { Diagnostic } from '../diagnostics/index.js'

/** A step that would destroy data and waits until someone says yes. */
export interface PendingDecision {
  /** Stable between runs, so that `savepoint accept <id>` means the same thing later: such as `drop column public.users.email`. */
  id: string
  /** The statement that would run. */
  sql: string
  /** How many rows would lose a value; -1 when it could not be counted. */
  rows: number
  /** One sentence for a person. */
  message: string
}

/** What one run of the loop did. Plain data: it crosses processes as JSON. */
export interface SaveReport {
  /** Files whose change started the run, relative to the root; empty for the first run. */
  changed: readonly string[]
  /** Statements that ran on the development database, in order. */
  applied: readonly string[]
  pending: readonly PendingDecision[]
  /** Draft migration file, relative to the root; absent when the migrations directory already says everything. */
  draft?: string
  /** Generated files that changed on disk, relative to the root. */
  written: readonly string[]
  warnings: readonly Diagnostic[]
  /** Whether the plan was proved on scratch. */
  proved: boolean
  /** From the first notice of the save to applied and generated files written. The draft is written after that. */
  milliseconds: number
  /** Milliseconds of each stage, in order. `prove` runs beside `apply`. */
  stages: Readonly<Record<string, number>>
}

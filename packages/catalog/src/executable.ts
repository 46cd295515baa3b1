import type { Step } from './model/plan.js'

/** The statement that carries a step out, secrets included: for a connection, never for a person or a file. */
export function executableSql(step: Step): string {
  return step.run ?? step.sql
}

/** Puts the statement with the secrets beside a step's text where nothing that lists properties finds it. */
export function withSecret(step: Step, run: string | undefined): Step {
  if (run !== undefined) Object.defineProperty(step, 'run', { value: run, enumerable: false })
  return step
}

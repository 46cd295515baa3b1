import type { Hazard } from '@savepoint/catalog'
import type { RuleFinding } from '../rule.js'

/** A hazard of the planner, said of a statement that somebody wrote. */
export function fromHazard({ code, message, fix }: Hazard, object?: string): RuleFinding {
  return { code, message, ...(fix !== undefined && { fix }), ...(object !== undefined && { object }) }
}

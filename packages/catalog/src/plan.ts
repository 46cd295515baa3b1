import type { Catalog } from './model/object.js'
import type { Plan, PlanOptions } from './model/plan.js'

/** The statements that turn `from` into `to`. */
export function plan(_from: Catalog, _to: Catalog, _options: PlanOptions = {}): Plan {
  throw new Error('plan() is being written')
}

export type * from './change.js'
export type * from './rule.js'
export type { SchemaView } from './schema-view.js'
export type { PlanFinding } from './plan.js'

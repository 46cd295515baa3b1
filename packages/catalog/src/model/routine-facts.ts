export interface FunctionFacts {
  /** Input arguments' types, comma separated: what makes the overload. */
  signature: string
  /** Whole argument list with names, modes and defaults. */
  arguments: { name?: string; mode: 'in' | 'out' | 'inout' | 'variadic' | 'table'; type: string; default?: string }[]
  /** Absent for procedures. */
  returns?: string
  language: string
  /** As `pg_get_functiondef` prints it. */
  definition: string
  /** String body, or the SQL-standard body. */
  body: string
  atomic: boolean
  volatility: 'immutable' | 'stable' | 'volatile'
  parallel: 'safe' | 'restricted' | 'unsafe'
  strict: boolean
  securityDefiner: boolean
  leakproof: boolean
  window: boolean
  returnsSet: boolean
  cost: number
  rows: number
  support?: string
  config: string[]
}

export interface AggregateFacts {
  signature: string
  /** Everything between the parentheses of CREATE AGGREGATE, one option each. */
  options: string[]
  returns: string
  parallel: 'safe' | 'restricted' | 'unsafe'
  /** Argument list as `pg_get_function_arguments` prints it. */
  arguments: string
}

export type EnabledState = 'origin' | 'disabled' | 'replica' | 'always'

/** Letters of `tgenabled`, `ev_enabled` and `evtenabled`. */
export const enabledStates: Record<string, EnabledState> = { O: 'origin', D: 'disabled', R: 'replica', A: 'always' }

const clauses: Record<EnabledState, string> = {
  origin: 'ENABLE',
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
}

/** As ALTER TABLE … TRIGGER, … RULE and ALTER EVENT TRIGGER write it. */
export const enableClause = (state: EnabledState): string => clauses[state]

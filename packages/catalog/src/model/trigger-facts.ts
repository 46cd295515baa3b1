export interface TriggerFacts {
  /** As `pg_get_triggerdef` prints it. */
  definition: string
  enabled: 'origin' | 'disabled' | 'replica' | 'always'
  constraint: boolean
  /** Cloned from the partitioned table's trigger. */
  inherited: boolean
}

export interface RuleFacts {
  definition: string
  enabled: 'origin' | 'disabled' | 'replica' | 'always'
}

export interface PolicyFacts {
  command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  permissive: boolean
  /** Sorted; `public` for PUBLIC. */
  roles: string[]
  using?: string
  check?: string
}

export interface ViewFacts {
  /** As `pg_get_viewdef` prints it, without the final semicolon. */
  definition: string
  /** `security_invoker=true`, `check_option=local` …, sorted */
  options: string[]
}

export interface MaterializedViewFacts {
  definition: string
  options: string[]
  accessMethod?: string
  tablespace?: string
  populated: boolean
  clusterOn?: string
}

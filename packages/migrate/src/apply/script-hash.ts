import { createHash } from 'node:crypto'

/** SQL that runs around every apply and must be idempotent. */
export interface Script {
  /** For messages, such as `db/schema_pre.sql`. */
  name: string
  sql: string
}

export function hashScripts(...phases: readonly (readonly Script[])[]): string {
  const hash = createHash('sha256')
  for (const { name, sql } of phases.flat()) hash.update(name).update('\0').update(sql).update('\0')
  return hash.digest('base64').slice(0, 16)
}

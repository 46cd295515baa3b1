import type { Kind } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, type ConventionOptions, type Finding } from '../convention.js'

export interface CommentsOptions extends Omit<ConventionOptions, 'mode'> {
  /** Kinds that must have a comment. @default ['table'] */
  on?: readonly Extract<Kind, 'table' | 'column' | 'view' | 'enum' | 'function' | 'schema'>[]
}

/** What must be explained is explained. Only a person can write it, so this convention reports and never writes. */
export function comments(options: CommentsOptions = {}): Plugin {
  const { on = ['table'] } = options
  return createConvention('comments', options, (_catalog, selection) => {
    const tables = new Set(selection.tables.map(({ id }) => id))
    const findings: Finding[] = []
    for (const kind of on) {
      for (const object of selection.all(kind)) {
        if (object.comment !== undefined) continue
        if (kind === 'table' && !tables.has(object.id)) continue
        if (kind === 'column' && !(object.parent !== undefined && tables.has(object.parent))) continue
        const name = object.id.slice(kind.length + 1)
        findings.push({
          object: object.id,
          message: `the ${kind} ${name} has no comment`,
          fix: `say what it is for: COMMENT ON ${kind === 'enum' ? 'TYPE' : kind.toUpperCase()} ${name} IS '…'`,
        })
      }
    }
    return findings
  })
}

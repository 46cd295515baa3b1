import type { KindDefinition, Statement } from '../kinds/kind.js'
import { quoteIdentifier, quoteLiteral } from '../identifier.js'
import type { AnyObject } from '../model/object.js'
import { privilegeStatements } from './privileges.js'
import type { DefaultAcl } from './default-acl.js'

/** What the privileges of an object depend on besides itself. */
export interface Surroundings {
  version: number
  defaultAcl: DefaultAcl
  /** Absent for the role that runs the plan. */
  owner: string | undefined
  /** Whoever gets what had another owner. */
  newOwner: string | undefined
  /** Columns that stay, with their privileges. */
  keptColumns: readonly AnyObject[]
}

/** Owner, comment, privileges, security labels and the extensions it goes with: written once for all kinds. `from` is absent for an object that the plan makes. */
export function aspectStatements(
  kind: KindDefinition,
  from: AnyObject | undefined,
  to: AnyObject,
  surroundings: Surroundings,
): Statement[] {
  const statements: Statement[] = []
  const ownerTarget = kind.ownerTarget?.(to, from)
  if (ownerTarget !== undefined && from?.owner !== to.owner) {
    // An owner who is not named is the role that runs the plan.
    const owner = to.owner === undefined ? 'CURRENT_USER' : quoteIdentifier(to.owner)
    statements.push({ sql: `ALTER ${ownerTarget} OWNER TO ${owner}`, action: 'alter' })
  }
  const commentable = kind.commentable ?? true
  if (commentable && from?.comment !== to.comment)
    statements.push({
      sql: `COMMENT ON ${kind.target(to)} IS ${to.comment === undefined ? 'NULL' : quoteLiteral(to.comment).trim()}`,
      action: 'comment',
    })
  const grantTarget = kind.grantTarget?.(to)
  if (grantTarget) statements.push(...privilegeStatements(grantTarget, from, to, surroundings))
  statements.push(...labelStatements(kind, from, to), ...extensionStatements(kind, from, to))
  return statements
}

function extensionStatements(kind: KindDefinition, from: AnyObject | undefined, to: AnyObject): Statement[] {
  const before = from?.extensions ?? []
  const after = to.extensions ?? []
  const statement = (words: string, name: string): Statement =>
    `ALTER ${kind.target(to)} ${words} ON EXTENSION ${quoteIdentifier(name)}`
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => statement('NO DEPENDS', name)),
    ...after.filter((name) => !before.includes(name)).map((name) => statement('DEPENDS', name)),
  ]
}

function labelStatements(kind: KindDefinition, from: AnyObject | undefined, to: AnyObject): Statement[] {
  const before = new Map((from?.securityLabels ?? []).map(({ provider, label }) => [provider, label]))
  const after = new Map((to.securityLabels ?? []).map(({ provider, label }) => [provider, label]))
  const statements: Statement[] = []
  const set = (provider: string, label: string): void => {
    statements.push({
      sql: `SECURITY LABEL FOR ${quoteIdentifier(provider)} ON ${kind.target(to)} IS ${label}`,
      action: 'alter',
    })
  }
  for (const [provider, label] of after) if (before.get(provider) !== label) set(provider, quoteLiteral(label).trim())
  for (const provider of before.keys()) if (!after.has(provider)) set(provider, 'NULL')
  return statements
}

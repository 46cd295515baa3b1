import { comparePrivileges, defaultPrivileges, type PrivilegeTarget } from '../extract/privileges.js'
import { quoteIdentifier } from '../identifier.js'
import { authorizationHazard } from '../kinds/hazards.js'
import type { Statement } from '../kinds/kind.js'
import type { AnyObject, Privilege } from '../model/object.js'
import type { Surroundings } from './aspects.js'

interface Target {
  on: string
  target: PrivilegeTarget
  column?: string
}

interface Effective {
  granted: boolean
  grantable: boolean
}

/** GRANT and REVOKE that lead from the privileges of one object to those of the other; those of a new object are the default. */
export function privilegeStatements(
  target: Target,
  from: AnyObject | undefined,
  to: AnyObject,
  { defaultAcl, version, owner, newOwner, keptColumns }: Surroundings,
): Statement[] {
  const before = from
    ? afterOwnerChange(from.privileges, newOwner)
    : target.column === undefined
      ? afterOwnerChange(defaultAcl(to, target.target), owner)
      : []
  const after = to.privileges
  const defaults = defaultPrivileges(target.target, version)
  const isDefault = (grantee: string, privilege: string): boolean =>
    grantee === '$owner'
      ? defaults.owner.includes(privilege)
      : grantee === 'public' && defaults.public.includes(privilege)
  const effective = (list: readonly Privilege[], grantee: string, privilege: string): Effective => {
    const entry = list.find((item) => item.grantee === grantee && item.privilege === privilege)
    if (!entry) return { granted: isDefault(grantee, privilege), grantable: false }
    return { granted: entry.revoked !== true, grantable: entry.grantable }
  }
  const revoke = new Batch()
  const revokeOption = new Batch()
  const grant = new Batch()
  const grantWithOption = new Batch()
  for (const { grantee, privilege } of union(before, after)) {
    const a = effective(before, grantee, privilege)
    const b = effective(after, grantee, privilege)
    if (a.granted && !b.granted) revoke.add(grantee, privilege)
    else if (b.granted && (!a.granted || (b.grantable && !a.grantable)))
      (b.grantable ? grantWithOption : grant).add(grantee, privilege)
    else if (a.grantable && !b.grantable) revokeOption.add(grantee, privilege)
  }
  const list = (privileges: string[], column = target.column): string =>
    privileges.map((name) => (column === undefined ? name : `${name} (${quoteIdentifier(column)})`)).join(', ')
  const role = (grantee: string): string =>
    grantee === 'public'
      ? 'PUBLIC'
      : grantee !== '$owner'
        ? quoteIdentifier(grantee)
        : owner === undefined
          ? 'CURRENT_USER'
          : quoteIdentifier(owner)
  const statement = (sql: string): Statement => ({
    sql,
    action: 'grant',
    hazards: from ? [authorizationHazard(`Who may use ${target.on.toLowerCase()} changes.`)] : [],
  })
  const lost = (privilege: Privilege): boolean =>
    revoke.has(privilege) || (privilege.grantable && revokeOption.has(privilege))
  return [
    ...revoke.map((grantee, names) => statement(`REVOKE ${list(names)} ON ${target.on} FROM ${role(grantee)}`)),
    ...revokeOption.map((grantee, names) =>
      statement(`REVOKE GRANT OPTION FOR ${list(names)} ON ${target.on} FROM ${role(grantee)}`),
    ),
    ...grant.map((grantee, names) => statement(`GRANT ${list(names)} ON ${target.on} TO ${role(grantee)}`)),
    ...grantWithOption.map((grantee, names) =>
      statement(`GRANT ${list(names)} ON ${target.on} TO ${role(grantee)} WITH GRANT OPTION`),
    ),
    // What is revoked for a table is revoked for its columns as well (ExecGrant_Relation in aclchk.c).
    ...keptColumns.flatMap((column) =>
      column.privileges
        .filter(lost)
        .map(({ grantee, privilege, grantable }) =>
          statement(
            `GRANT ${list([privilege], column.name)} ON ${target.on} TO ${role(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`,
          ),
        ),
    ),
  ]
}

/**
 * ALTER … OWNER TO gives the old owner's privileges to the new one, so what that one was granted before becomes a part of them
 * (aclnewowner in acl.c).
 */
function afterOwnerChange(privileges: readonly Privilege[], newOwner: string | undefined): readonly Privilege[] {
  if (newOwner === undefined || privileges.every(({ grantee }) => grantee !== newOwner)) return privileges
  const granted = new Set(privileges.filter(({ grantee }) => grantee === newOwner).map(({ privilege }) => privilege))
  return privileges
    .filter(({ grantee, privilege, revoked }) => !(grantee === '$owner' && revoked && granted.has(privilege)))
    .map((item) => (item.grantee === newOwner ? { ...item, grantee: '$owner', grantable: false } : item))
}

function union(a: readonly Privilege[], b: readonly Privilege[]): Privilege[] {
  const all = new Map([...a, ...b].map((item) => [`${item.grantee} ${item.privilege}`, item]))
  return [...all.values()].sort(comparePrivileges)
}

/** Privileges of one grantee make one statement. */
class Batch {
  readonly #byGrantee = new Map<string, string[]>()

  add(grantee: string, privilege: string): void {
    const list = this.#byGrantee.get(grantee)
    if (list) list.push(privilege)
    else this.#byGrantee.set(grantee, [privilege])
  }

  has({ grantee, privilege }: Privilege): boolean {
    return this.#byGrantee.get(grantee)?.includes(privilege) ?? false
  }

  map<Result>(make: (grantee: string, privileges: string[]) => Result): Result[] {
    return [...this.#byGrantee].map(([grantee, privileges]) => make(grantee, privileges))
  }
}

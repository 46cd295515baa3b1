import type { Privilege } from '../model/object.js'

/** What a list of privileges belongs to. */
export type PrivilegeTarget =
  | 'table'
  | 'column'
  | 'sequence'
  | 'schema'
  | 'public schema'
  | 'function'
  | 'type'
  | 'language'
  | 'foreign data wrapper'
  | 'server'
  | 'large object'

const names: Record<string, string> = {
  r: 'SELECT',
  w: 'UPDATE',
  a: 'INSERT',
  d: 'DELETE',
  D: 'TRUNCATE',
  x: 'REFERENCES',
  t: 'TRIGGER',
  m: 'MAINTAIN',
  X: 'EXECUTE',
  U: 'USAGE',
  C: 'CREATE',
  c: 'CONNECT',
  T: 'TEMPORARY',
  s: 'SET',
  A: 'ALTER SYSTEM',
}

/** What `acldefault()` gives the owner and PUBLIC: src/backend/utils/adt/acl.c. MAINTAIN came with Postgres 17. */
export function defaultPrivileges(target: PrivilegeTarget, version: number): { owner: string[]; public: string[] } {
  switch (target) {
    case 'table':
      return { owner: letters(version >= 170000 ? 'arwdDxtm' : 'arwdDxt'), public: [] }
    case 'column':
      return { owner: [], public: [] }
    case 'sequence':
      return { owner: letters('rwU'), public: [] }
    case 'schema':
      return { owner: letters('UC'), public: [] }
    // The schema that every database is born with: initdb lets everybody use it, and create in it before Postgres 15.
    case 'public schema':
      return { owner: letters('UC'), public: letters(version >= 150000 ? 'U' : 'UC') }
    case 'function':
      return { owner: letters('X'), public: letters('X') }
    case 'type':
    case 'language':
      return { owner: letters('U'), public: letters('U') }
    case 'foreign data wrapper':
    case 'server':
      return { owner: letters('U'), public: [] }
    case 'large object':
      return { owner: letters('rw'), public: [] }
  }
}

const letters = (text: string): string[] => [...text].map((letter) => names[letter] ?? letter)

export interface Grant {
  grantee: string
  privilege: string
  grantable: boolean
}

/** Reads `aclitem[]::text[]`: `grantee=letters/grantor`, `*` after a letter for WITH GRANT OPTION, an empty grantee for PUBLIC. */
export function parseAcl(items: readonly string[]): Grant[] {
  const grants: Grant[] = []
  for (const item of items) {
    const { role, rest } = readRole(item)
    const slash = rest.indexOf('/')
    const marks = rest.slice(1, slash)
    for (let index = 0; index < marks.length; index++) {
      const letter = marks[index] ?? ''
      const grantable = marks[index + 1] === '*'
      if (grantable) index++
      grants.push({ grantee: role === '' ? 'public' : role, privilege: names[letter] ?? letter, grantable })
    }
  }
  return grants
}

// putid() in acl.c: quoted when the name has anything but letters, digits and underscores; quotes are doubled.
function readRole(item: string): { role: string; rest: string } {
  if (!item.startsWith('"')) {
    const equals = item.indexOf('=')
    return { role: item.slice(0, equals), rest: item.slice(equals) }
  }
  let role = ''
  for (let index = 1; index < item.length; index++) {
    if (item[index] !== '"') role += item[index]
    else if (item[index + 1] === '"') role += item[index++]
    else return { role, rest: item.slice(index + 1) }
  }
  return { role, rest: '' }
}

/** How the list differs from the default, sorted. `items` null: nobody granted anything, so it does not differ. */
export function normalisePrivileges(
  items: readonly (string | Grant)[] | null,
  target: PrivilegeTarget,
  owner: string | undefined,
  version: number,
): Privilege[] {
  if (items === null) return []
  const defaults = defaultPrivileges(target, version)
  const wanted = new Map<string, Grant>()
  const grants = items.flatMap((item) => (typeof item === 'string' ? parseAcl([item]) : item))
  for (const grant of grants) {
    const grantee = grant.grantee === owner ? '$owner' : grant.grantee
    const key = `${grantee} ${grant.privilege}`
    // Several grantors may have given the same; the strongest counts. The owner's own grant options are implied.
    const grantable = grantee !== '$owner' && (grant.grantable || (wanted.get(key)?.grantable ?? false))
    wanted.set(key, { grantee, privilege: grant.privilege, grantable })
  }
  const result: Privilege[] = []
  for (const [grantee, privileges] of [
    ['$owner', defaults.owner],
    ['public', defaults.public],
  ] as const)
    for (const privilege of privileges) {
      const grant = wanted.get(`${grantee} ${privilege}`)
      if (!grant) result.push({ grantee, privilege, grantable: false, revoked: true })
      else if (!grant.grantable) wanted.delete(`${grantee} ${privilege}`)
    }
  result.push(...wanted.values())
  return result.sort(comparePrivileges)
}

export function comparePrivileges(a: Grant, b: Grant): number {
  if (a.grantee !== b.grantee) return a.grantee < b.grantee ? -1 : 1
  return a.privilege < b.privilege ? -1 : a.privilege > b.privilege ? 1 : 0
}

import { classes } from '../extract/classes.js'
import {
  comparePrivileges,
  defaultPrivileges,
  parseAcl,
  type Grant,
  type PrivilegeTarget,
} from '../extract/privileges.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier } from '../identifier.js'
import type { DefaultPrivilegeFacts } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import { authorizationHazard } from './hazards.js'
import type { KindDefinition, Statement } from './kind.js'

interface Row {
  oid: number
  role: string
  schema: string | null
  objects: string
  acl: string[]
}

const kindsOfObjects: Record<string, DefaultPrivilegeFacts['objects']> = {
  r: 'tables',
  S: 'sequences',
  f: 'functions',
  T: 'types',
  n: 'schemas',
  L: 'large objects',
}

const targets: Record<DefaultPrivilegeFacts['objects'], PrivilegeTarget> = {
  tables: 'table',
  sequences: 'sequence',
  functions: 'function',
  types: 'type',
  schemas: 'schema',
  'large objects': 'large object',
}

export const defaultPrivilegeReader = defineReader<Row>({
  name: 'default privileges',
  classes: [classes.pg_default_acl],
  sql: (
    context,
  ) => `SELECT d.oid, pg_get_userbyid(d.defaclrole) AS role, n.nspname AS schema, d.defaclobjtype AS objects, d.defaclacl::text[] AS acl
    FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
    WHERE (d.defaclnamespace = 0 OR ${context.inSchemas('d.defaclnamespace')}) AND ${context.inScope([classes.pg_default_acl, 'd.oid'])}`,
  read(row, sink) {
    const objects = kindsOfObjects[row.objects] ?? 'tables'
    const role = row.role === sink.currentUser ? undefined : row.role
    const where = row.schema === null ? '' : ` in ${quoteIdentifier(row.schema)}`
    sink.add({
      kind: 'default privilege',
      identity: `${objects}${where}${role === undefined ? '' : ` of ${quoteIdentifier(role)}`}`,
      schema: row.schema ?? undefined,
      name: objects,
      parent: row.schema === null ? undefined : `schema ${quoteIdentifier(row.schema)}`,
      facts: {
        ...(role !== undefined && { role }),
        objects,
        grants: parseAcl(row.acl)
          .map((grant) => (grant.grantee === row.role ? { ...grant, grantee: '$owner', grantable: false } : grant))
          .sort(comparePrivileges),
      },
      classid: classes.pg_default_acl,
      objid: row.oid,
    })
  },
})

type DefaultPrivilege = CatalogObject<'default privilege'>

/** What new objects get where nobody says otherwise: within a schema, nothing on top of what is said for the whole database. */
function bornGrants(object: DefaultPrivilege, version: number): Grant[] {
  if (object.schema !== undefined) return []
  const defaults = defaultPrivileges(targets[object.facts.objects], version)
  const grant = (grantee: string) => (privilege: string) => ({ grantee, privilege, grantable: false })
  return [...defaults.owner.map(grant('$owner')), ...defaults.public.map(grant('public'))]
}

const keyOf = (grant: Grant): string => JSON.stringify([grant.grantee, grant.privilege, grant.grantable])

function changes(object: DefaultPrivilege, from: readonly Grant[], to: readonly Grant[]): Statement[] {
  const { role, objects } = object.facts
  const head = [
    'ALTER DEFAULT PRIVILEGES',
    ...(role === undefined ? [] : [`FOR ROLE ${quoteIdentifier(role)}`]),
    ...(object.schema === undefined ? [] : [`IN SCHEMA ${quoteIdentifier(object.schema)}`]),
  ].join(' ')
  const before = new Set(from.map(keyOf))
  const after = new Set(to.map(keyOf))
  const statements: Statement[] = []
  const write = (verb: 'REVOKE' | 'GRANT', grants: readonly Grant[], withOption: boolean): void => {
    const byGrantee = new Map<string, string[]>()
    for (const { grantee, privilege, grantable } of grants)
      if (grantable === withOption) byGrantee.set(grantee, [...(byGrantee.get(grantee) ?? []), privilege])
    for (const [grantee, privileges] of byGrantee) {
      const name =
        grantee === 'public'
          ? 'PUBLIC'
          : grantee !== '$owner'
            ? quoteIdentifier(grantee)
            : role === undefined
              ? 'CURRENT_USER'
              : quoteIdentifier(role)
      const tail = verb === 'REVOKE' ? `FROM ${name}` : `TO ${name}${withOption ? ' WITH GRANT OPTION' : ''}`
      statements.push({
        sql: `${head} ${verb} ${privileges.join(', ')} ON ${objects.toUpperCase()} ${tail}`,
        action: 'grant',
        hazards: [authorizationHazard(`Who may use ${objects} that are made from now on changes.`)],
      })
    }
  }
  const gone = from.filter((grant) => !after.has(keyOf(grant)))
  const added = to.filter((grant) => !before.has(keyOf(grant)))
  write('REVOKE', gone, false)
  write('REVOKE', gone, true)
  write('GRANT', added, false)
  write('GRANT', added, true)
  return statements
}

export const defaultPrivilegeKind: KindDefinition<'default privilege'> = {
  kind: 'default privilege',
  // What the plan creates is created under the old rules, so that what new objects get is known.
  weight: 98,
  commentable: false,
  target: (object) => object.id,
  create: (object, context) => changes(object, bornGrants(object, context.version), object.facts.grants),
  alter: (from, to) => ({ statements: changes(to, from.facts.grants, to.facts.grants) }),
  drop: (object, context) => changes(object, object.facts.grants, bornGrants(object, context.version)),
}

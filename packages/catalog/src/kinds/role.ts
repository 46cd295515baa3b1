import { classes } from '../extract/classes.js'
import { quoteIdentifier, quoteLiteral } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { splitOption } from './foreign-options.js'
import { referenceOf, type StandaloneKind, type StandaloneQuery } from './standalone.js'

/** Roles that were asked for; none by default. Predefined roles are the server's. */
function wanted(roles: StandaloneQuery['roles'], column: string): string {
  if (roles === undefined) return 'false'
  if (roles === true) return `${column} !~ '^pg_'`
  return `${column} = ANY (ARRAY[${roles.map(quoteLiteral).join(', ')}]::text[])`
}

// Passwords are neither read nor written: whoever plans could not restore them.
const roleQuery = ({ roles }: StandaloneQuery): string => `
  SELECT r.oid, NULL AS schema, r.rolname AS name, quote_ident(r.rolname) AS reference, shobj_description(r.oid, 'pg_authid') AS comment,
    jsonb_strip_nulls(jsonb_build_object('superuser', r.rolsuper, 'createDatabase', r.rolcreatedb, 'createRole', r.rolcreaterole, 'inherit', r.rolinherit,
      'login', r.rolcanlogin, 'replication', r.rolreplication, 'bypassRowSecurity', r.rolbypassrls, 'connectionLimit', r.rolconnlimit,
      'validUntil', NULLIF(r.rolvaliduntil, 'infinity')::text,
      'settings', coalesce((SELECT jsonb_agg(item ORDER BY item COLLATE "C") FROM pg_db_role_setting s, unnest(s.setconfig) item WHERE s.setrole = r.oid AND s.setdatabase = 0), '[]'))) AS facts
  FROM pg_roles r WHERE r.oid >= 16384 AND ${wanted(roles, 'r.rolname')}`

function attributes({ facts }: CatalogObject<'role'>): string[] {
  const either = (value: boolean, name: string): string => `${value ? '' : 'NO'}${name}`
  return [
    either(facts.superuser, 'SUPERUSER'),
    either(facts.createDatabase, 'CREATEDB'),
    either(facts.createRole, 'CREATEROLE'),
    either(facts.inherit, 'INHERIT'),
    either(facts.login, 'LOGIN'),
    either(facts.replication, 'REPLICATION'),
    either(facts.bypassRowSecurity, 'BYPASSRLS'),
    `CONNECTION LIMIT ${facts.connectionLimit}`,
    `VALID UNTIL ${quoteLiteral(facts.validUntil ?? 'infinity')}`,
  ]
}

// What CREATE ROLE gives by itself.
const born = new Set([
  'NOSUPERUSER',
  'NOCREATEDB',
  'NOCREATEROLE',
  'INHERIT',
  'NOLOGIN',
  'NOREPLICATION',
  'NOBYPASSRLS',
  'CONNECTION LIMIT -1',
  `VALID UNTIL 'infinity'`,
])

function changedSettings(reference: string, from: readonly string[], to: readonly string[]): string[] {
  const after = new Set(to)
  const names = new Set(to.map((setting) => splitOption(setting).name))
  return [
    ...from
      .filter((setting) => !names.has(splitOption(setting).name))
      .map((setting) => `ALTER ROLE ${reference} RESET ${quoteIdentifier(splitOption(setting).name)}`),
    ...[...after]
      .filter((setting) => !from.includes(setting))
      .map(splitOption)
      .map(({ name, value }) => `ALTER ROLE ${reference} SET ${name} TO ${settingValue(name, value)}`),
  ]
}

// GUC_LIST_QUOTE in guc_tables.c: their value is a list of names that are quoted one by one already.
const lists = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
  'unix_socket_directories',
])
const settingValue = (name: string, value: string): string => (lists.has(name) ? value || `''` : quoteLiteral(value))

export const roleKind: StandaloneKind<'role'> = {
  kind: 'role',
  keyword: 'ROLE',
  catalog: 'pg_authid',
  weight: -2,
  owned: false,
  query: roleQuery,
  create(object) {
    const reference = referenceOf(object)
    const list = attributes(object).filter((attribute) => !born.has(attribute))
    return [
      `CREATE ROLE ${reference}${list.length > 0 ? ` ${list.join(' ')}` : ''}`,
      ...changedSettings(reference, [], object.facts.settings),
    ]
  },
  alter(from, to) {
    const reference = referenceOf(to)
    const before = new Set(attributes(from))
    const list = attributes(to).filter((attribute) => !before.has(attribute))
    return [
      ...(list.length > 0 ? [`ALTER ROLE ${reference} ${list.join(' ')}`] : []),
      ...changedSettings(reference, from.facts.settings, to.facts.settings),
    ]
  },
}

const membershipQuery = ({ version, roles }: StandaloneQuery): string => `
  SELECT ${version >= 160000 ? 'm.oid' : `('x' || substr(md5(m.roleid || ' ' || m.member), 1, 7))::bit(28)::int`} AS oid, NULL AS schema, format('%I IN %I', e.rolname, r.rolname) AS name, format('%I IN %I', e.rolname, r.rolname) AS reference,
    jsonb_build_object('role', quote_ident(r.rolname), 'member', quote_ident(e.rolname), 'admin', m.admin_option
      ${version >= 160000 ? `, 'inherit', m.inherit_option, 'set', m.set_option` : ''}) AS facts,
    ${classes.pg_authid} || ':' || e.oid AS parent
  FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles e ON e.oid = m.member
  WHERE e.oid >= 16384 AND ${wanted(roles, 'e.rolname')}`

function grant({ facts }: CatalogObject<'membership'>): string {
  if (facts.set === undefined) return `GRANT ${facts.role} TO ${facts.member}${facts.admin ? ' WITH ADMIN OPTION' : ''}`
  return `GRANT ${facts.role} TO ${facts.member} WITH ADMIN ${facts.admin}, INHERIT ${facts.inherit ?? true}, SET ${facts.set}`
}

export const membershipKind: StandaloneKind<'membership'> = {
  kind: 'membership',
  keyword: 'ROLE',
  catalog: 'pg_auth_members',
  weight: -1,
  owned: false,
  commentable: false,
  query: membershipQuery,
  create: (object) => [grant(object)],
  // A grant over a grant changes its options; one without options needs the old one gone.
  alter: (from, to) =>
    to.facts.set === undefined
      ? from.facts.admin && !to.facts.admin
        ? [`REVOKE ADMIN OPTION FOR ${to.facts.role} FROM ${to.facts.member}`]
        : [grant(to)]
      : [grant(to)],
  drop: ({ facts }) => [`REVOKE ${facts.role} FROM ${facts.member}`],
}

import { quoteLiteral } from '../identifier.js'
import { changedForeignOptions, foreignOptions } from './foreign-options.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT s.oid, NULL AS schema, s.srvname AS name, quote_ident(s.srvname) AS reference, pg_get_userbyid(s.srvowner) AS owner, s.srvacl::text[] AS acl,
    jsonb_strip_nulls(jsonb_build_object('wrapper', quote_ident(w.fdwname), 'type', s.srvtype, 'version', s.srvversion,
      'options', coalesce((SELECT jsonb_agg(item ORDER BY item COLLATE "C") FROM unnest(s.srvoptions) item), '[]'))) AS facts
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw`

export const serverKind: StandaloneKind<'server'> = {
  kind: 'server',
  keyword: 'SERVER',
  catalog: 'pg_foreign_server',
  weight: 31,
  owned: true,
  privileges: { keyword: 'FOREIGN SERVER', target: 'server' },
  query: () => query,
  create(object) {
    const { wrapper, type, version, options } = object.facts
    return [
      `CREATE SERVER ${referenceOf(object)}${type === undefined ? '' : ` TYPE ${quoteLiteral(type)}`}${version === undefined ? '' : ` VERSION ${quoteLiteral(version)}`} FOREIGN DATA WRAPPER ${wrapper}${foreignOptions(options)}`,
    ]
  },
  alter(from, to) {
    const { facts } = to
    if (from.facts.wrapper !== facts.wrapper || from.facts.type !== facts.type) return undefined
    // ALTER SERVER can replace a version, not remove it.
    if (from.facts.version !== undefined && facts.version === undefined) return undefined
    const version =
      facts.version === undefined || from.facts.version === facts.version
        ? ''
        : ` VERSION ${quoteLiteral(facts.version)}`
    return [`ALTER SERVER ${referenceOf(to)}${version}${changedForeignOptions(from.facts.options, facts.options)}`]
  },
}

import { classes } from '../extract/classes.js'
import type { CatalogObject } from '../model/object.js'
import type { Hazard } from '../model/plan.js'
import { changedForeignOptions, foreignOptions, splitOption } from './foreign-options.js'
import { isSecretOption, keepSecret, secretOf } from './secrets.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

// The view shows options only to those who may see them; the catalog itself is closed to all but superusers.
const query = `
  SELECT m.umid AS oid, NULL AS schema, format('FOR %s SERVER %I', u.name, m.srvname) AS name, format('FOR %s SERVER %I', u.name, m.srvname) AS reference,
    jsonb_build_object('user', u.name, 'server', quote_ident(m.srvname),
      'options', coalesce((SELECT jsonb_agg(item ORDER BY item COLLATE "C") FROM unnest(m.umoptions) item), '[]')) AS facts,
    ${classes.pg_foreign_server} || ':' || m.srvid AS parent
  FROM pg_user_mappings m, LATERAL (SELECT CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END AS name) u`

const hiddenHazard = (object: CatalogObject<'user mapping'>): Hazard => ({
  code: 'SH701',
  kind: 'untracked',
  message: `The user mapping ${referenceOf(object)} has secret options, which are not shown. Where this statement is run from a file they are missing.`,
  fix: `ALTER USER MAPPING ${referenceOf(object)} OPTIONS (ADD password '…')`,
})

export const userMappingKind: StandaloneKind<'user mapping'> = {
  kind: 'user mapping',
  keyword: 'USER MAPPING',
  catalog: 'pg_user_mapping',
  weight: 32,
  owned: false,
  commentable: false,
  dropsWithParent: false,
  query: () => query,
  conceal(facts) {
    const secret = facts.options.filter((option) => isSecretOption(splitOption(option).name))
    facts.options = facts.options.filter((option) => !secret.includes(option))
    keepSecret(facts, secret)
  },
  create(object) {
    const statement = `CREATE USER MAPPING ${referenceOf(object)}`
    const secret = secretOf(object.facts) ?? []
    const { options } = object.facts
    if (secret.length === 0) return [`${statement}${foreignOptions(options)}`]
    return [
      {
        sql: `${statement}${foreignOptions(options)}`,
        run: `${statement}${foreignOptions([...options, ...secret])}`,
        hazards: [hiddenHazard(object)],
      },
    ]
  },
  alter: (from, to) => [
    `ALTER USER MAPPING ${referenceOf(to)}${changedForeignOptions(from.facts.options, to.facts.options)}`,
  ],
}

import { changedForeignOptions, foreignOptions } from './foreign-options.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT w.oid, NULL AS schema, w.fdwname AS name, quote_ident(w.fdwname) AS reference, pg_get_userbyid(w.fdwowner) AS owner, w.fdwacl::text[] AS acl,
    jsonb_strip_nulls(jsonb_build_object('handler', NULLIF(w.fdwhandler, 0)::regproc::text, 'validator', NULLIF(w.fdwvalidator, 0)::regproc::text,
      'options', coalesce((SELECT jsonb_agg(item ORDER BY item COLLATE "C") FROM unnest(w.fdwoptions) item), '[]'))) AS facts
  FROM pg_foreign_data_wrapper w`

export const foreignDataWrapperKind: StandaloneKind<'foreign data wrapper'> = {
  kind: 'foreign data wrapper',
  keyword: 'FOREIGN DATA WRAPPER',
  catalog: 'pg_foreign_data_wrapper',
  weight: 30,
  owned: true,
  privileges: { keyword: 'FOREIGN DATA WRAPPER', target: 'foreign data wrapper' },
  query: () => query,
  create(object) {
    const { handler, validator, options } = object.facts
    return [
      `CREATE FOREIGN DATA WRAPPER ${referenceOf(object)}${handler ? ` HANDLER ${handler}` : ''}${validator ? ` VALIDATOR ${validator}` : ''}${foreignOptions(options)}`,
    ]
  },
  alter(from, to) {
    const { facts } = to
    const changes = [
      ...(from.facts.handler === facts.handler ? [] : [facts.handler ? ` HANDLER ${facts.handler}` : ' NO HANDLER']),
      ...(from.facts.validator === facts.validator
        ? []
        : [facts.validator ? ` VALIDATOR ${facts.validator}` : ' NO VALIDATOR']),
      changedForeignOptions(from.facts.options, facts.options),
    ]
    return [`ALTER FOREIGN DATA WRAPPER ${referenceOf(to)}${changes.join('')}`]
  },
}

import type { CatalogObject } from '../model/object.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT l.oid, NULL AS schema, l.lanname AS name, quote_ident(l.lanname) AS reference, pg_get_userbyid(l.lanowner) AS owner, l.lanacl::text[] AS acl,
    jsonb_strip_nulls(jsonb_build_object('trusted', l.lanpltrusted, 'handler', l.lanplcallfoid::regproc::text,
      'inline', NULLIF(l.laninline, 0)::regproc::text, 'validator', NULLIF(l.lanvalidator, 0)::regproc::text)) AS facts
  FROM pg_language l WHERE l.lanispl AND l.oid >= 16384`

function write(verb: string, object: CatalogObject<'language'>): string {
  const { trusted, handler, inline, validator } = object.facts
  return [
    `${verb}${trusted ? ' TRUSTED' : ''} LANGUAGE ${referenceOf(object)} HANDLER ${handler}`,
    ...(inline ? [`INLINE ${inline}`] : []),
    ...(validator ? [`VALIDATOR ${validator}`] : []),
  ].join(' ')
}

export const languageKind: StandaloneKind<'language'> = {
  kind: 'language',
  keyword: 'LANGUAGE',
  catalog: 'pg_language',
  weight: 2,
  owned: true,
  privileges: { keyword: 'LANGUAGE', target: 'language' },
  query: () => query,
  create: (object) => [write('CREATE', object)],
  alter: (_from, to) => [write('CREATE OR REPLACE', to)],
}

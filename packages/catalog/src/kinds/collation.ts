import { quoteLiteral } from '../identifier.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

// The version of the library's collation is left out: it belongs to the machine and not to the schema.
const query = `
  SELECT k.oid, n.nspname AS schema, k.collname AS name, format('%I.%I', n.nspname, k.collname) AS reference, pg_get_userbyid(k.collowner) AS owner,
    jsonb_strip_nulls(jsonb_build_object(
      'provider', CASE k.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
      'deterministic', k.collisdeterministic,
      'locale', coalesce(to_jsonb(k) ->> 'colllocale', to_jsonb(k) ->> 'colliculocale', CASE WHEN k.collprovider = 'i' THEN k.collcollate END),
      'collate', CASE WHEN k.collprovider = 'c' THEN k.collcollate END, 'characterType', CASE WHEN k.collprovider = 'c' THEN k.collctype END,
      'anyEncoding', CASE WHEN k.collprovider = 'c' AND k.collencoding = -1 THEN true END,
      'rules', to_jsonb(k) ->> 'collicurules')) AS facts
  FROM pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace WHERE k.oid >= 16384`

export const collationKind: StandaloneKind<'collation'> = {
  kind: 'collation',
  keyword: 'COLLATION',
  renames: true,
  catalog: 'pg_collation',
  weight: 4,
  owned: true,
  query: () => query,
  create(object) {
    const { provider, deterministic, locale, collate, characterType, rules, anyEncoding } = object.facts
    // Only a copy of one of the two built-in collations is good for every encoding.
    if (anyEncoding && (collate === 'C' || collate === 'POSIX') && collate === characterType)
      return [`CREATE COLLATION ${referenceOf(object)} FROM pg_catalog."${collate}"`]
    const options = [
      `provider = ${provider}`,
      ...(locale === undefined ? [] : [`locale = ${quoteLiteral(locale)}`]),
      ...(collate !== undefined && collate === characterType ? [`locale = ${quoteLiteral(collate)}`] : []),
      ...(collate !== undefined && collate !== characterType
        ? [`lc_collate = ${quoteLiteral(collate)}`, `lc_ctype = ${quoteLiteral(characterType ?? '')}`]
        : []),
      ...(deterministic ? [] : ['deterministic = false']),
      ...(rules === undefined ? [] : [`rules = ${quoteLiteral(rules)}`]),
    ]
    return [`CREATE COLLATION ${referenceOf(object)} (${options.join(', ')})`]
  },
  alter: () => undefined,
}

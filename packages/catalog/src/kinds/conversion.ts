import { quoteLiteral } from '../identifier.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT k.oid, n.nspname AS schema, k.conname AS name, format('%I.%I', n.nspname, k.conname) AS reference, pg_get_userbyid(k.conowner) AS owner,
    jsonb_build_object('from', pg_encoding_to_char(k.conforencoding), 'to', pg_encoding_to_char(k.contoencoding),
      'function', k.conproc::regproc::text, 'default', k.condefault) AS facts
  FROM pg_conversion k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.oid >= 16384`

export const conversionKind: StandaloneKind<'conversion'> = {
  kind: 'conversion',
  keyword: 'CONVERSION',
  renames: true,
  catalog: 'pg_conversion',
  weight: 24,
  owned: true,
  query: () => query,
  create(object) {
    const { facts } = object
    return [
      `CREATE ${facts.default ? 'DEFAULT ' : ''}CONVERSION ${referenceOf(object)} FOR ${quoteLiteral(facts.from)} TO ${quoteLiteral(facts.to)} FROM ${facts.function}`,
    ]
  },
  alter: () => undefined,
}

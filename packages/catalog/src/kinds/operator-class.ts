import { functionItem, functionMembers, memberAddresses, operatorItem, operatorMembers } from './operator-family.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const mine = `d.refclassid = 'pg_opclass'::regclass AND d.refobjid = o.oid`

const query = `
  SELECT o.oid, n.nspname AS schema, o.opcname AS name, format('%I.%I USING %I', n.nspname, o.opcname, m.amname) AS reference, pg_get_userbyid(o.opcowner) AS owner,
    jsonb_strip_nulls(jsonb_build_object('method', quote_ident(m.amname),
      'family', (SELECT format('%I.%I', fn.nspname, f.opfname) FROM pg_opfamily f JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE f.oid = o.opcfamily),
      'type', format_type(o.opcintype, NULL), 'default', o.opcdefault, 'storage', format_type(NULLIF(o.opckeytype, 0), NULL),
      'operators', ${operatorMembers(mine)}, 'functions', ${functionMembers(mine)})) AS facts,
    ${memberAddresses(mine)} AS aliases
  FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod
  WHERE o.oid >= 16384`

export const operatorClassKind: StandaloneKind<'operator class'> = {
  kind: 'operator class',
  keyword: 'OPERATOR CLASS',
  catalog: 'pg_opclass',
  weight: 22,
  owned: true,
  query: () => query,
  create(object) {
    const { facts } = object
    const reference = referenceOf(object)
    const name = reference.slice(0, reference.length - ` USING ${facts.method}`.length)
    const items = [
      ...facts.operators.map(operatorItem),
      ...facts.functions.map(functionItem),
      ...(facts.storage ? [`STORAGE ${facts.storage}`] : []),
    ]
    // The list may not be empty; to store the type itself is what no STORAGE means.
    if (items.length === 0) items.push(`STORAGE ${facts.type}`)
    return [
      `CREATE OPERATOR CLASS ${name}${facts.default ? ' DEFAULT' : ''} FOR TYPE ${facts.type} USING ${facts.method} FAMILY ${facts.family} AS\n  ${items.join(',\n  ')}`,
    ]
  },
  alter: () => undefined,
}

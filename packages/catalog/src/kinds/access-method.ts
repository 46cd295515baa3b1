import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT m.oid, NULL AS schema, m.amname AS name, quote_ident(m.amname) AS reference,
    jsonb_build_object('type', CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, 'handler', m.amhandler::regproc::text) AS facts
  FROM pg_am m WHERE m.oid >= 16384`

export const accessMethodKind: StandaloneKind<'access method'> = {
  kind: 'access method',
  keyword: 'ACCESS METHOD',
  catalog: 'pg_am',
  weight: 3,
  owned: false,
  query: () => query,
  create: (object) => [
    `CREATE ACCESS METHOD ${referenceOf(object)} TYPE ${object.facts.type} HANDLER ${object.facts.handler}`,
  ],
  alter: () => undefined,
}

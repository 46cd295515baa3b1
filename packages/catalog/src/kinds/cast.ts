import type { StandaloneKind } from './standalone.js'

// The cast from a range to its multirange comes and goes with the type.
const query = `
  SELECT k.oid, NULL AS schema, format('(%s AS %s)', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)) AS name,
    format('(%s AS %s)', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)) AS reference,
    jsonb_strip_nulls(jsonb_build_object('source', format_type(k.castsource, NULL), 'target', format_type(k.casttarget, NULL),
      'function', NULLIF(k.castfunc, 0)::regprocedure::text,
      'method', CASE k.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END,
      'context', CASE k.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END)) AS facts
  FROM pg_cast k WHERE k.oid >= 16384
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = k.oid AND d.deptype = 'i')`

const contexts = { explicit: '', assignment: ' AS ASSIGNMENT', implicit: ' AS IMPLICIT' }

export const castKind: StandaloneKind<'cast'> = {
  kind: 'cast',
  keyword: 'CAST',
  catalog: 'pg_cast',
  weight: 23,
  owned: false,
  query: () => query,
  create({ name, facts }) {
    const by =
      facts.method === 'function'
        ? `WITH FUNCTION ${facts.function ?? ''}`
        : facts.method === 'inout'
          ? 'WITH INOUT'
          : 'WITHOUT FUNCTION'
    return [`CREATE CAST ${name} ${by}${contexts[facts.context]}`]
  },
  alter: () => undefined,
}

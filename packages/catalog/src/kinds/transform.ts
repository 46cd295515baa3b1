import type { CatalogObject } from '../model/object.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT t.oid, NULL AS schema, format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname) AS name,
    format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname) AS reference,
    jsonb_strip_nulls(jsonb_build_object('type', format_type(t.trftype, NULL), 'language', quote_ident(l.lanname),
      'fromSql', NULLIF(t.trffromsql, 0)::regprocedure::text, 'toSql', NULLIF(t.trftosql, 0)::regprocedure::text)) AS facts
  FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384`

function write(verb: string, object: CatalogObject<'transform'>): string {
  const { fromSql, toSql } = object.facts
  const parts = [
    ...(fromSql ? [`FROM SQL WITH FUNCTION ${fromSql}`] : []),
    ...(toSql ? [`TO SQL WITH FUNCTION ${toSql}`] : []),
  ]
  return `${verb} TRANSFORM ${referenceOf(object)} (${parts.join(', ')})`
}

export const transformKind: StandaloneKind<'transform'> = {
  kind: 'transform',
  keyword: 'TRANSFORM',
  catalog: 'pg_transform',
  weight: 25,
  owned: false,
  query: () => query,
  create: (object) => [write('CREATE', object)],
  alter: (_from, to) => [write('CREATE OR REPLACE', to)],
}

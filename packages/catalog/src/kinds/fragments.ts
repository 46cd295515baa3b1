/**
 * SQL for the id of the user's own type behind a type, in the form of `ObjectId`'s parts: kind, schema and name. An array counts
 * for its elements. Null for built-in types.
 */
export function typeReference(type: string): string {
  return `(SELECT json_build_object('kind', CASE rt.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range'
      WHEN 'c' THEN CASE rc.relkind WHEN 'c' THEN 'composite' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
        WHEN 'f' THEN 'foreign table' ELSE 'table' END ELSE 'type' END, 'schema', rn.nspname, 'name', rt.typname)
    FROM pg_catalog.pg_type rt JOIN pg_catalog.pg_namespace rn ON rn.oid = rt.typnamespace
    LEFT JOIN pg_catalog.pg_class rc ON rc.oid = rt.typrelid
    WHERE rt.oid = CASE WHEN ${type}.typelem <> 0 AND ${type}.typcategory = 'A' THEN ${type}.typelem ELSE ${type}.oid END
      AND rt.oid >= 16384)`
}

/** SQL for a collation's quoted and qualified name; `oid` as text of an expression. */
export function collationName(oid: string): string {
  return `(SELECT quote_ident(kn.nspname) || '.' || quote_ident(kc.collname) FROM pg_catalog.pg_collation kc
    JOIN pg_catalog.pg_namespace kn ON kn.oid = kc.collnamespace WHERE kc.oid = ${oid})`
}

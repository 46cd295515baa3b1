import { MigrateError } from '../error.js'
import type { Target } from './session.js'

// Atlas's rule: tables and schemas count, views, types and functions do not. What an extension brought is nobody's work.
const findObjects = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_namespace n
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
  ORDER BY n.nspname <> 'public', 1, 2`

/**
 * Throws SP4013 where a database without history is not empty.
 * @param boundSchema schema that the connection is bound to
 */
export async function requireClean({ connection, name }: Target, boundSchema: string | undefined): Promise<void> {
  const { rows } = await connection.query<{ schema: string; name: string | null }>(findObjects)
  const found = rows.find(({ schema, name: table }) => {
    // A connection that is bound to a schema answers for that one only.
    if (boundSchema !== undefined && (schema !== boundSchema || table === null)) return false
    if (schema === name.schema && (table === null || table === name.name)) return false
    return table !== null || schema !== 'public'
  })
  if (!found) return
  const reason =
    found.name === null ? `found schema "${found.schema}"` : `found table "${found.name}" in schema "${found.schema}"`
  throw new MigrateError(
    'SP4013',
    `connected database is not clean: ${reason}. baseline version or allow-dirty is required`,
    {
      why: 'It has no migration history, so nobody knows which of the files are applied.',
      fix: 'Say at which version it stands with `--baseline VERSION`, or `--allow-dirty` if what is there is another matter.',
    },
  )
}

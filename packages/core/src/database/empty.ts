import type { Connection } from '@savepoint/catalog'

const schemasText = `
SELECT quote_ident(nspname) AS name FROM pg_catalog.pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`

const othersText = `
SELECT format('DROP EVENT TRIGGER IF EXISTS %I', evtname) AS text FROM pg_catalog.pg_event_trigger
UNION ALL SELECT format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_catalog.pg_publication
UNION ALL SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'`

// As initdb leaves it; before version 15 everybody could create objects in it.
const publicText = `
CREATE SCHEMA public;
COMMENT ON SCHEMA public IS 'standard public schema';
GRANT USAGE ON SCHEMA public TO PUBLIC;
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN ALTER SCHEMA public OWNER TO pg_database_owner;
  ELSE GRANT CREATE ON SCHEMA public TO PUBLIC; END IF;
END $$`

/**
 * Drops everything that users defined in a database, in one transaction, and leaves it as a new one is. Sessions of others
 * stay connected. Whoever calls this has asked.
 *
 * @throws the server's error; nothing is dropped then
 */
export async function emptyDatabase(connection: Connection): Promise<void> {
  await connection.query('BEGIN')
  try {
    const others = await connection.query<{ text: string }>(othersText)
    for (const { text } of others.rows) await connection.query(text)
    const schemas = await connection.query<{ name: string }>(schemasText)
    for (const { name } of schemas.rows) await connection.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
    await connection.query(publicText)
    await connection.query('COMMIT')
  } catch (error) {
    await connection.query('ROLLBACK')
    throw error
  }
}

import type { Connection } from '@savepoint/catalog'

/** Address of an object, as `pg_depend` and the event trigger functions give it. */
export interface Address {
  classid: number
  objid: number
  objsubid: number
}

/** One object that a statement made, changed or dropped. */
export interface Touch extends Address {
  /** Number that was given to `mark`. */
  statement: number
  change: 'made' | 'dropped'
  /** The command, such as `CREATE TABLE`. */
  tag: string
  /** Of a dropped object: its type as the server names it, such as `table constraint`. */
  type: string
  /** Of a dropped object: its identity as the server writes it. */
  identity: string
}

/** Our own objects on scratch all start like this; whoever reads its catalogs leaves them out. */
export const scratchPrefix = 'savepoint_scratch_'

// Everything is temporary or inside the transaction that scratch never commits, so that nothing of it can stay behind.
// SECURITY DEFINER because a schema file may SET ROLE to someone who cannot write our table.
const installText = `
CREATE TEMPORARY TABLE ${scratchPrefix}log (
  statement integer, change "char", classid oid, objid oid, objsubid integer, tag text, type text, identity text
) ON COMMIT DROP;
CREATE FUNCTION pg_temp.${scratchPrefix}made() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO pg_temp.${scratchPrefix}log
  SELECT current_setting('savepoint.statement')::integer, 'm', classid, objid, objsubid, command_tag, '', ''
  FROM pg_catalog.pg_event_trigger_ddl_commands() WHERE NOT in_extension AND objid IS NOT NULL;
END $$;
CREATE FUNCTION pg_temp.${scratchPrefix}dropped() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO pg_temp.${scratchPrefix}log
  SELECT current_setting('savepoint.statement')::integer, 'd', classid, objid, objsubid, tg_tag, object_type, object_identity
  FROM pg_catalog.pg_event_trigger_dropped_objects() WHERE NOT is_temporary;
END $$;
SET LOCAL "savepoint.statement" = '0';
CREATE EVENT TRIGGER ${scratchPrefix}made ON ddl_command_end EXECUTE FUNCTION pg_temp.${scratchPrefix}made();
CREATE EVENT TRIGGER ${scratchPrefix}dropped ON sql_drop EXECUTE FUNCTION pg_temp.${scratchPrefix}dropped();
`

// One text instead of rows: thousands of small rows cost the driver more than the server.
const readText = `
SELECT coalesce(string_agg(concat_ws(E'\\x1f', statement, change, classid, objid, objsubid, tag, type, identity), E'\\x1e'), '') AS log
FROM pg_temp.${scratchPrefix}log WHERE statement >= $1`

/**
 * Records which statement touched which objects, by event triggers. GRANT and REVOKE are not in such a log: the server
 * gives no address for them.
 */
export class Recorder {
  readonly #connection: Connection
  #next = 1

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Inside an open transaction of a superuser. Throws the server's error otherwise. */
  static async install(connection: Connection): Promise<Recorder> {
    await connection.query(installText)
    return new Recorder(connection)
  }

  /** A number for the next statement: put `mark(number)` in front of its text. */
  number(): number {
    return this.#next++
  }

  /** SQL that says which statement the next commands belong to. */
  mark(number: number): string {
    return `SET LOCAL "savepoint.statement" = '${number}';`
  }

  /** The next number that will be given: everything from now on has it or a higher one. */
  get position(): number {
    return this.#next
  }

  /** Forgets what is in the log; whoever wanted it has read it. A short log is read faster. */
  async clear(): Promise<void> {
    await this.#connection.query(`TRUNCATE pg_temp.${scratchPrefix}log`)
  }

  /** What the statements numbered `from` and higher touched, in no particular order. Rolled back ones are not in it. */
  async read(from: number): Promise<Touch[]> {
    const { rows } = await this.#connection.query<{ log: string }>(readText, [from])
    const log = rows[0]?.log ?? ''
    if (log === '') return []
    return log.split('\x1e').map((line) => {
      const [statement, change, classid, objid, objsubid, tag = '', type = '', identity = ''] = line.split('\x1f')
      return {
        statement: Number(statement),
        change: change === 'd' ? 'dropped' : 'made',
        classid: Number(classid),
        objid: Number(objid),
        objsubid: Number(objsubid),
        tag,
        type,
        identity,
      }
    })
  }
}

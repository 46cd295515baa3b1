import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import type { Phase } from '../sources/source.js'
import { validateBodies } from './bodies.js'
import { diagnose } from './diagnose.js'
import { findDuplicates } from './duplicates.js'
import { indexUnits, orderUnits } from './order.js'
import { Recorder } from './recorder.js'
import { runUnits } from './run.js'
import { UnitBuilder } from './unit.js'

type Files = Record<string, string>
const servers = availableServers().filter((server) => server === 'pglite' || server === '18')

describe.each(servers)('elaborating schema files on %s', (server) => {
  let database: TestDatabase
  beforeAll(async () => {
    await loadParser()
    database = await createTestDatabase(server)
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.query('ROLLBACK')
    await database.query('BEGIN')
  })

  /** Runs the files; what a user would read of each mistake. Names that start with `pre` or `post` are of that phase. */
  const findings = async (files: Files): Promise<string[]> => {
    const phaseOf = (path: string): Phase =>
      path.startsWith('pre') ? 'pre' : path.startsWith('post') ? 'post' : 'schema'
    const statements = Object.entries(files).flatMap(
      ([path, text]) => readStatements({ path, phase: phaseOf(path), text, hash: '' }).statements,
    )
    const texts = new Map(Object.entries(files))
    const duplicates = findDuplicates(new UnitBuilder().build(statements), texts)
    const index = indexUnits(duplicates.units)
    const recorder = await Recorder.install(database)
    const { failures, numbers } = await runUnits(database, orderUnits(duplicates.units, index), recorder)
    if (failures.length === 0) {
      const routines = (await recorder.read(0)).flatMap(({ statement, tag, objid }) => {
        const unit = numbers.get(statement)
        return unit && /^CREATE (?:FUNCTION|PROCEDURE)$/.test(tag) ? [{ oid: objid, unit }] : []
      })
      failures.push(...(await validateBodies(database, routines)))
    }
    const found = [...duplicates.diagnostics, ...(await diagnose(failures, duplicates.units, index, database, texts))]
    return found.map(
      ({ code, message, location, fix }) =>
        `${code} ${location?.file}:${location?.line}:${location?.column} ${message}${fix === undefined ? '' : ` -> ${fix}`}`,
    )
  }
  const countOf = async (query: string): Promise<number> =>
    (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${query}`)).rows[0]?.n ?? -1

  it('runs statements in any order and across files', async () => {
    expect(
      await findings({
        'a.sql': `
          CREATE VIEW app.names AS SELECT name FROM app.users;
          CREATE TRIGGER touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch();
          CREATE INDEX users_mood ON app.users (mood);
          COMMENT ON COLUMN app.users.name IS 'full';
          CREATE TABLE app.users (id app.id PRIMARY KEY, name text, mood app.mood);`,
        'b.sql': `
          CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
          CREATE DOMAIN app.id AS bigint;
          CREATE TYPE app.mood AS ENUM ('ok');
          CREATE SCHEMA app;`,
      }),
    ).toEqual([])
  })

  it('lets tables refer to each other, and a sequence to its table', async () => {
    expect(
      await findings({
        'a.sql': `
          CREATE TABLE teams (
            id int PRIMARY KEY DEFAULT nextval('team_ids'),
            lead int CONSTRAINT lead_fk REFERENCES users (id) ON DELETE SET NULL (lead) DEFERRABLE INITIALLY DEFERRED NOT NULL,
            -- the comma before the constraint goes with it
            CONSTRAINT deputy_fk FOREIGN KEY (lead) REFERENCES users (id) ON UPDATE CASCADE
          );
          CREATE SEQUENCE team_ids OWNED BY teams.id;
          CREATE TABLE users (id int PRIMARY KEY, team int NOT NULL REFERENCES teams MATCH FULL ON DELETE CASCADE CHECK (team > 0));`,
      }),
    ).toEqual([])
    expect(await countOf(`pg_constraint WHERE contype = 'f'`)).toBe(3)
    expect(await countOf(`pg_constraint WHERE contype = 'c' AND conrelid = 'users'::regclass`)).toBe(1)
  })

  it('keeps the order of the files where it matters', async () => {
    expect(
      await findings({
        'a.sql': `
          CREATE TABLE a (id int);
          ALTER TABLE a ALTER COLUMN id SET DEFAULT 1;
          ALTER TABLE a ALTER COLUMN id SET DEFAULT 2;`,
      }),
    ).toEqual([])
    const { rows } = await database.query(
      `SELECT column_default FROM information_schema.columns WHERE table_name = 'a'`,
    )
    expect(rows).toEqual([{ column_default: '2' }])
  })

  it('takes each file with its own search_path', async () => {
    expect(
      await findings({
        'a.sql': `SET search_path = app; CREATE TABLE t (id int);`,
        'b.sql': `CREATE SCHEMA app; CREATE TABLE t (id int);`,
      }),
    ).toEqual([])
    expect(await countOf(`pg_class WHERE relname = 't' AND relkind = 'r'`)).toBe(2)
  })

  it('takes an empty search_path, of a file and of a function', async () => {
    expect(
      await findings({
        'a.sql': `
          SET search_path = '';
          CREATE TABLE public.a (id int);
          CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql SET search_path = '' AS 'SELECT count(*) FROM public.a';`,
      }),
    ).toEqual([])
  })

  it('is content with a role that the server has already', async () => {
    await database.query('CREATE ROLE was_here')
    expect(
      await findings({ 'a.sql': 'CREATE ROLE was_here; CREATE TABLE a (); GRANT SELECT ON a TO was_here;' }),
    ).toEqual([])
  })

  it('takes the usual idioms of hand-written and dumped files', async () => {
    expect(
      await findings({
        'a.sql': `
          BEGIN;
          SET client_min_messages = warning;
          SELECT pg_catalog.set_config('search_path', '', false);
          CREATE SCHEMA public;
          CREATE EXTENSION IF NOT EXISTS plpgsql;
          DROP TABLE IF EXISTS public.a CASCADE;
          CREATE TABLE IF NOT EXISTS public.a (mood public.mood);
          CREATE INDEX CONCURRENTLY a_mood ON public.a (mood);
          ALTER TABLE public.a OWNER TO nobody_knows;
          DO $$ BEGIN CREATE TYPE public.mood AS ENUM ('ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
          CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
          COMMIT;`,
        'b.sql': `CREATE TABLE IF NOT EXISTS public.a (mood public.mood);`,
      }),
    ).toEqual([])
  })

  describe('says what is wrong', () => {
    it.each<[string, Files, string[]]>([
      [
        'an unknown type, by the nearest name',
        { 'a.sql': `CREATE TYPE mood AS ENUM ('ok');\nCREATE TABLE a (\n  id int,\n  mood moood\n);` },
        ['SP1002 a.sql:4:8 Type "moood" does not exist -> Did you mean "mood"?'],
      ],
      [
        'an unknown column, by the nearest name',
        { 'a.sql': `CREATE TABLE users (id int, email text);\nCREATE VIEW v AS SELECT id, emial FROM users;` },
        ['SP1002 a.sql:2:29 Column "emial" does not exist -> Did you mean column "email"?'],
      ],
      [
        'a table of another schema',
        { 'a.sql': 'CREATE SCHEMA app; CREATE TABLE app.users (id int); CREATE VIEW v AS TABLE users;' },
        [
          'SP1002 a.sql:1:76 Relation "users" does not exist -> It exists as "app.users": write the schema, or set the search_path at the top of the file.',
        ],
      ],
      [
        'a type of an extension',
        { 'a.sql': 'CREATE TABLE a (name citext);' },
        ['SP1002 a.sql:1:22 Type "citext" does not exist -> Add `CREATE EXTENSION citext;` to a schema file.'],
      ],
      [
        'a missing schema',
        { 'a.sql': 'CREATE TABLE app.a ();' },
        ['SP1002 a.sql:1:14 Schema "app" does not exist -> Add `CREATE SCHEMA app;` to a schema file.'],
      ],
      [
        'two files that define one table',
        { 'a.sql': 'CREATE TABLE users (id int);', 'b.sql': '\n  CREATE TABLE public.users (id int);' },
        [
          'SP1003 b.sql:2:3 "public.users" is defined twice: here and in a.sql:1:1 -> Remove one of the two definitions, or merge them.',
        ],
      ],
      [
        'two definitions of which the server would drop one without a word',
        { 'a.sql': 'CREATE TABLE users (id int);', 'b.sql': 'CREATE TABLE IF NOT EXISTS users (name text);' },
        [
          'SP1003 b.sql:1:1 "users" is defined twice: here and in a.sql:1:1 -> Remove one of the two definitions, or merge them.',
        ],
      ],
      [
        'one role in two files',
        { 'a.sql': 'CREATE ROLE defined_twice;', 'b.sql': 'CREATE ROLE defined_twice LOGIN;' },
        [
          'SP1003 b.sql:1:1 "defined_twice" is defined twice: here and in a.sql:1:1 -> Remove one of the two definitions, or merge them.',
        ],
      ],
      [
        'one function in two files',
        {
          'a.sql': `CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
          'b.sql': `CREATE OR REPLACE FUNCTION f(b integer) RETURNS int LANGUAGE sql AS 'SELECT 2';`,
        },
        [
          'SP1003 b.sql:1:1 "f" is defined twice: here and in a.sql:1:1 -> Remove one of the two definitions, or merge them.',
        ],
      ],
      [
        'an extension that is not there',
        {
          'a.sql':
            'CREATE EXTENSION no_such_extension; CREATE TABLE a (b int); COMMENT ON EXTENSION no_such_extension IS $$x$$;',
        },
        [
          `SP1011 a.sql:1:1 Extension "no_such_extension" is not available where the schema is elaborated -> Set \`scratch\` (or \`database\`) in the config to a server that has it, such as 'docker://…' with an image that includes it, or a postgres:// URL.`,
        ],
      ],
      [
        'the cause only, not what follows from it',
        {
          'a.sql':
            'CREATE TABLE a (x nope);\nCREATE VIEW v AS TABLE a;\nCREATE VIEW w AS TABLE v;\nCREATE INDEX ON a (x);',
        },
        [
          'SP1002 a.sql:1:19 Type "nope" does not exist -> Define "nope" in one of the schema files, or check that its file matches the globs of `schema`.',
        ],
      ],
      [
        'the body of an SQL function, at its line',
        {
          'a.sql': `CREATE TABLE users (email text);\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\n  SELECT emial\n  FROM users\n$$;`,
        },
        ['SP1002 a.sql:3:10 Column "emial" does not exist -> Did you mean column "email"?'],
      ],
      [
        'the body of a PL/pgSQL function, at its line',
        { 'a.sql': `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURNN 1;\nEND\n$$;` },
        ['SP1006 a.sql:3:3 Syntax error at or near "RETURNN"'],
      ],
      [
        'a foreign key without a key to point to',
        { 'a.sql': 'CREATE TABLE a (id int); CREATE TABLE b (id int REFERENCES a (id));' },
        [
          'SP1006 a.sql:1:26 There is no unique constraint matching given keys for referenced table "a" -> Make the referenced columns the primary key, or put a UNIQUE constraint on them.',
        ],
      ],
      [
        'a fault inside of a foreign key that was split off',
        {
          'a.sql':
            'CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b (id));\nCREATE TABLE b (\n id int PRIMARY KEY,\n a int REFERENCES a (idd)\n);',
        },
        [
          'SP1002 a.sql:4:22 Column "idd" referenced in foreign key constraint does not exist -> Did you mean column "id"?',
        ],
      ],
    ])('%s', async (_, files, expected) => {
      expect(await findings(files)).toEqual(expected)
    })
  })
})

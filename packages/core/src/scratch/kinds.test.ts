import { differences, plan, type Catalog } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import { createWarmScratch, type Elaboration } from './warm-scratch.js'

const table = 'CREATE TABLE t (id int PRIMARY KEY, a text);'
const wider = 'CREATE TABLE t (id int PRIMARY KEY, a text, b int);'
const partitioned = (columns: string, end = '2025'): string => `
  CREATE TABLE m (id int, ${columns} at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('${end}-01-01');`
const target = (columns: string): string => `
  CREATE TABLE c (id int, at date, ${columns} PRIMARY KEY (id, at)) PARTITION BY LIST (at);
  CREATE TABLE c1 PARTITION OF c DEFAULT;
  ALTER TABLE m ADD FOREIGN KEY (id, at) REFERENCES c;`
const using = (type: string): string => `
  CREATE TYPE c AS (${type}); CREATE TABLE t (id int, c c);
  CREATE FUNCTION f(c) RETURNS int LANGUAGE sql AS $$ SELECT ($1).x $$; CREATE VIEW v AS SELECT f(c) FROM t;`
const materialized = (columns: string): string => `
  CREATE TABLE t (id int, ${columns}); CREATE MATERIALIZED VIEW m AS SELECT id FROM t; CREATE UNIQUE INDEX mu ON m (id);
  CREATE VIEW v AS SELECT * FROM m; COMMENT ON COLUMN m.id IS 'x';`
const operators = (column: string, body: string): string => `
  CREATE TABLE t (id int${column}); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;
  CREATE FUNCTION eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT ${body} $$;
  CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = eq);
  CREATE STATISTICS st (dependencies) ON id, (id + 1) FROM t;`
const watched = (column: string): string => `
  CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
  CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION et(); CREATE TABLE t (${column} int);`
const guarded = (labels: string): string => `
  DO $$ BEGIN CREATE TYPE mood AS ENUM (${labels}); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
  CREATE TABLE t (id int, m mood);`
const odd = (column: string): string => `
  CREATE TABLE "We ird""é🙂" ("Id" int PRIMARY KEY, "a b" text${column}); CREATE VIEW "V" AS SELECT "a b" FROM "We ird""é🙂";
  CREATE FUNCTION "F x"("We ird""é🙂") RETURNS int LANGUAGE sql AS 'SELECT 1';`

/** States that follow each other, as edits of one project. */
const histories: [string, string[]][] = [
  ['schemas come and go', [table, `CREATE SCHEMA app; CREATE TABLE app.x (id int); ${table}`, table]],
  [
    'partitions take over what their parent gets',
    [
      table + partitioned(''),
      table + partitioned('extra text,'),
      `${table + partitioned('extra text,')} CREATE INDEX mi ON m (extra);`,
      `${table + partitioned('extra text,', '2026')} CREATE INDEX mi ON m (extra);`,
    ],
  ],
  ['a foreign key between partitioned tables', [partitioned('') + target(''), partitioned('') + target('note text,')]],
  [
    'default privileges reach the tables after them',
    [
      table,
      `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; ${table}`,
      `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; ${table} CREATE TABLE z (i int);`,
      `${table} CREATE TABLE z (i int);`,
    ],
  ],
  [
    'a publication keeps its tables',
    [`${table} CREATE PUBLICATION p FOR TABLE t;`, `${wider} CREATE PUBLICATION p FOR TABLE t;`, wider],
  ],
  [
    'a domain and the tables that use it',
    [0, 1].map((limit) => `CREATE DOMAIN d AS int CHECK (value > ${limit}); CREATE TABLE t (id d PRIMARY KEY);`),
  ],
  ['a composite type, a function and a view on it', [using('x int'), using('x int, y int')]],
  ['materialized views with an index and a view on top', [materialized('a text'), materialized('a text, b text')]],
  ['operators, rules and statistics', [operators('', '$1 = $2'), operators(', z int', '$2 = $1'), table]],
  ["the user's own event triggers", [watched('a'), watched('b'), table]],
  ['types that a DO block makes', [guarded(`'a'`), guarded(`'a', 'b'`)]],
  ['names that need quotes', [odd(''), odd(', "C" int')]],
]

/** Their statements run with what no text shows. */
const secretHistories: [string, string[]][] = [
  [
    'a subscription and a user mapping with secrets',
    [
      table,
      `${table} CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
       CREATE USER MAPPING FOR public SERVER s OPTIONS ("user" 'me', password 'hush');
       CREATE SUBSCRIPTION sub CONNECTION 'host=h dbname=d password=hush' PUBLICATION p WITH (connect = false, slot_name = NONE);`,
      table,
    ],
  ],
]

describe.each(availableServers().filter((server) => server === 'pglite' || server === '18'))(
  'edits on %s',
  (server) => {
    let warmDatabase: TestDatabase
    let freshDatabase: TestDatabase
    beforeAll(async () => {
      await loadParser()
      warmDatabase = await createTestDatabase(server)
      freshDatabase = await createTestDatabase(server)
    })
    afterAll(async () => {
      await warmDatabase.close()
      await freshDatabase.close()
    })

    // PGlite has not the library that reads connection strings.
    it.each(server === 'pglite' ? histories : [...histories, ...secretHistories])('%s', async (_, states) => {
      const warm = createWarmScratch(warmDatabase)
      try {
        let before: Catalog | undefined
        for (const text of states) {
          const { statements } = readStatements({ path: '/a.sql', phase: 'schema', text, hash: '' })
          const fresh = createWarmScratch(freshDatabase)
          const expected = desiredOf(await fresh.elaborate(statements, new Map()).finally(() => fresh.close()))
          const desired = desiredOf(await warm.elaborate(statements, new Map()))
          expect(differences(desired, expected), text).toEqual([])
          if (before)
            expect(await warm.prove(plan(before, desired), before, desired), text).toEqual({ status: 'proved' })
          expect(await warm.verify(), text).toBeUndefined()
          before = desired
        }
      } finally {
        await warm.close()
      }
    })
  },
)

function desiredOf(elaboration: Elaboration): Catalog {
  if (elaboration.status === 'failed') throw new Error(JSON.stringify(elaboration.diagnostics, null, 2))
  return elaboration.desired
}

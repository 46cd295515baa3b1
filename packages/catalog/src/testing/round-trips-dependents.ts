import type { RoundTrip } from './round-trip.js'

/** What stands in the way of a change, circles, and names of every ugliness. */
export const dependentTrips: readonly RoundTrip[] = [
  {
    name: 'alter type under everything',
    since: 15,
    from: `
      CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL DEFAULT 3, s text);
      CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a(id) ON DELETE CASCADE);
      CREATE VIEW v1 WITH (security_invoker=true, security_barrier=true) AS SELECT id, n FROM a;
      CREATE VIEW v2 AS SELECT v1.id FROM v1 JOIN b ON b.a_id = v1.id; GRANT SELECT (id) ON v2 TO PUBLIC;
      CREATE RULE r AS ON INSERT TO v1 DO INSTEAD INSERT INTO a(id,n) VALUES (new.id, new.n);
      CREATE FUNCTION fa() RETURNS int BEGIN ATOMIC SELECT n FROM a; END;
      CREATE STATISTICS st ON id, n FROM a;`,
    to: `
      CREATE TABLE a (id bigint PRIMARY KEY, n numeric(10,2) NOT NULL DEFAULT 3.5, s varchar(30));
      CREATE TABLE b (id int PRIMARY KEY, a_id bigint NOT NULL REFERENCES a(id) ON DELETE CASCADE);
      CREATE VIEW v1 WITH (security_invoker=true, security_barrier=true) AS SELECT id, n FROM a;
      CREATE VIEW v2 AS SELECT v1.id FROM v1 JOIN b ON b.a_id = v1.id; GRANT SELECT (id) ON v2 TO PUBLIC;
      CREATE RULE r AS ON INSERT TO v1 DO INSTEAD INSERT INTO a(id,n) VALUES (new.id, new.n);
      CREATE FUNCTION fa() RETURNS int BEGIN ATOMIC SELECT n FROM a; END;
      CREATE STATISTICS st ON id, n FROM a;`,
    rows: `INSERT INTO a VALUES (1,2,'x'); INSERT INTO b VALUES (1,1);`,
  },
  {
    name: 'id int to uuid both sides',
    from: `
      CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a, c int);`,
    to: `
      CREATE TABLE a (id uuid PRIMARY KEY DEFAULT gen_random_uuid()); CREATE TABLE b (a_id uuid REFERENCES a, c timestamptz);`,
  },
  {
    name: 'group by pk view',
    from: `
      CREATE TABLE t (id int, name text, CONSTRAINT t_pk PRIMARY KEY (id)); CREATE VIEW v AS SELECT id, name FROM t GROUP BY id;`,
    to: `
      CREATE TABLE t (id int, name text, z int, CONSTRAINT t_pk2 PRIMARY KEY (id) INCLUDE (z)); CREATE VIEW v AS SELECT id, name FROM t GROUP BY id;`,
  },
  {
    name: 'function table view cycle',
    from: `
      SELECT 1;`,
    to: `
      CREATE TABLE t (id int PRIMARY KEY, n int);
      CREATE FUNCTION g() RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM public.t $$;
      CREATE FUNCTION cnt() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM public.t $$;
      ALTER TABLE t ALTER n SET DEFAULT cnt(); 
      ALTER TABLE t ADD CHECK (n < cnt() + 100);
      CREATE FUNCTION fi(a t) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT a.n $$;
      CREATE INDEX ON t (fi(t));
      CREATE VIEW v AS SELECT * FROM g();
      CREATE FUNCTION h() RETURNS SETOF v LANGUAGE sql AS $$ SELECT * FROM public.v $$;
      CREATE VIEW w AS SELECT * FROM h();
      CREATE FUNCTION gen(i int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT i*2 $$;
      CREATE TABLE t2 (a int, b int GENERATED ALWAYS AS (gen(a)) STORED);
      CREATE FUNCTION mut1(i int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
      CREATE FUNCTION mut2(i int) RETURNS int LANGUAGE sql AS $$ SELECT public.mut1(i) $$;
      CREATE OR REPLACE FUNCTION mut1(i int) RETURNS int LANGUAGE sql AS $$ SELECT public.mut2(i) $$;`,
  },
  {
    name: 'function argument rename and default use',
    from: `
      CREATE FUNCTION f(a int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT a $$; CREATE TABLE t (x int DEFAULT f(1), CHECK (f(x) > 0), y int GENERATED ALWAYS AS (f(3)) STORED); CREATE INDEX ON t (f(x)); CREATE VIEW v AS SELECT f(x) FROM t;`,
    to: `
      CREATE FUNCTION f(b int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT b $$; CREATE TABLE t (x int DEFAULT f(1), CHECK (f(x) > 0), y int GENERATED ALWAYS AS (f(3)) STORED); CREATE INDEX ON t (f(x)); CREATE VIEW v AS SELECT f(x) FROM t;`,
  },
  {
    name: 'table to view and back',
    from: `
      CREATE TABLE x (id int, n text); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ select 1 $$;`,
    to: `
      CREATE TABLE base (id int, n text); CREATE VIEW x AS SELECT * FROM base; CREATE PROCEDURE f() LANGUAGE sql AS $$ select 1 $$;`,
  },
  {
    name: 'ugly names',
    since: 15,
    from: `
      CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."Tab""le 🚀" ("select" int PRIMARY KEY, "Üpper" text, "a.b" int); CREATE INDEX "idx ""q""" ON "My Schema"."Tab""le 🚀" ("a.b");`,
    to: `
      CREATE SCHEMA "My Schema"; CREATE TYPE "My Schema"."E num" AS ENUM ('a''b','c"d','back\\slash'); CREATE TABLE "My Schema"."Tab""le 🚀" ("select" bigint PRIMARY KEY, "Üpper" "My Schema"."E num" DEFAULT 'back\\slash', "a.b" int CHECK ("a.b" > 0), "new col" int REFERENCES "My Schema"."Tab""le 🚀"); CREATE INDEX "idx ""q""" ON "My Schema"."Tab""le 🚀" ("a.b", "new col"); COMMENT ON COLUMN "My Schema"."Tab""le 🚀"."new col" IS 'it''s \\ odd'; CREATE TABLE aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg (aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg int primary key); CREATE FUNCTION "My Schema"."F n"("A b" int DEFAULT 3, OUT "O ut" text) LANGUAGE sql AS $$ select 'x' $$; CREATE VIEW "V w" AS SELECT "select" AS "group" FROM "My Schema"."Tab""le 🚀"; GRANT SELECT ("group") ON "V w" TO PUBLIC; ALTER TABLE "My Schema"."Tab""le 🚀" ENABLE ROW LEVEL SECURITY; CREATE POLICY "p p" ON "My Schema"."Tab""le 🚀" USING ("select" > 0);`,
  },
  {
    name: 'matview',
    from: `
      CREATE TABLE t (id int, n int); CREATE MATERIALIZED VIEW m AS SELECT id, sum(n) s FROM t GROUP BY id; CREATE UNIQUE INDEX mi ON m (id); CREATE MATERIALIZED VIEW m2 AS SELECT * FROM m WITH NO DATA; CREATE VIEW v AS SELECT * FROM m2;`,
    to: `
      CREATE TABLE t (id bigint, n int); CREATE MATERIALIZED VIEW m WITH (fillfactor=50) AS SELECT id, sum(n) s FROM t GROUP BY id; CREATE UNIQUE INDEX mi ON m (id); ALTER MATERIALIZED VIEW m CLUSTER ON mi; CREATE MATERIALIZED VIEW m2 AS SELECT * FROM m WITH NO DATA; CREATE VIEW v AS SELECT * FROM m2;`,
  },
  {
    name: 'drop schema with contents and recreate elsewhere',
    from: `
      CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int PRIMARY KEY); CREATE TABLE b.t (id int REFERENCES a.t); CREATE VIEW a.v AS SELECT * FROM b.t; CREATE TYPE a.e AS ENUM ('x'); CREATE TABLE public.u (e a.e);`,
    to: `
      CREATE SCHEMA b; CREATE TABLE b.t (id int); CREATE TABLE public.u (e text);`,
  },
  {
    name: 'view and parsed function that need each other',
    from: `SELECT 1`,
    to: `CREATE VIEW v AS SELECT 1 AS a; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT a FROM v; END;
CREATE OR REPLACE VIEW v AS SELECT 1 AS a WHERE f() IS NOT NULL OR true;`,
  },
]

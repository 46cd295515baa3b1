import type { RoundTrip } from './round-trip.js'

/** User types that change under the columns that hold them. */
export const typeTrips: readonly RoundTrip[] = [
  {
    name: 'enum removal through every dependent',
    from: `
      CREATE TYPE mood AS ENUM ('sad','ok','happy');
      CREATE DOMAIN moodd AS mood CHECK (VALUE <> 'ok');
      CREATE TYPE comp AS (m mood, n int);
      CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', arr mood[] DEFAULT '{ok}', d moodd, c comp, g text GENERATED ALWAYS AS (CASE m WHEN 'sad'::mood THEN 'x' ELSE 'y' END) STORED, CHECK (m <> 'sad'));
      CREATE INDEX ON t (m) WHERE m = 'happy';
      CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok';
      CREATE VIEW v2 AS SELECT * FROM v; GRANT SELECT ON v2 TO PUBLIC; COMMENT ON VIEW v2 IS 'hi'; COMMENT ON COLUMN v2.m IS 'col';
      CREATE MATERIALIZED VIEW mv AS SELECT m, count(*) FROM t GROUP BY m; CREATE UNIQUE INDEX ON mv (m);
      CREATE FUNCTION f(a mood) RETURNS mood LANGUAGE sql AS $$ select a $$;
      CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
      CREATE TRIGGER tt BEFORE UPDATE ON t FOR EACH ROW WHEN (new.m = 'sad') EXECUTE FUNCTION trg();
      ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (m <> 'sad');`,
    to: `
      CREATE TYPE mood AS ENUM ('happy','ok');
      CREATE DOMAIN moodd AS mood CHECK (VALUE <> 'ok');
      CREATE TYPE comp AS (m mood, n int);
      CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', arr mood[] DEFAULT '{ok}', d moodd, c comp, g text GENERATED ALWAYS AS (CASE m WHEN 'happy'::mood THEN 'x' ELSE 'y' END) STORED, CHECK (m <> 'ok'));
      CREATE INDEX ON t (m) WHERE m = 'happy';
      CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok';
      CREATE VIEW v2 AS SELECT * FROM v; GRANT SELECT ON v2 TO PUBLIC; COMMENT ON VIEW v2 IS 'hi'; COMMENT ON COLUMN v2.m IS 'col';
      CREATE MATERIALIZED VIEW mv AS SELECT m, count(*) FROM t GROUP BY m; CREATE UNIQUE INDEX ON mv (m);
      CREATE FUNCTION f(a mood) RETURNS mood LANGUAGE sql AS $$ select a $$;
      CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
      CREATE TRIGGER tt BEFORE UPDATE ON t FOR EACH ROW WHEN (new.m = 'happy') EXECUTE FUNCTION trg();
      ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (m <> 'happy');`,
    rows: `INSERT INTO t VALUES (1,'happy','{ok,happy}','happy','(ok,3)');`,
  },
  {
    name: 'enum value used at once',
    from: `
      CREATE TYPE e AS ENUM ('a','b'); CREATE TABLE t (x e DEFAULT 'a', y int);`,
    to: `
      CREATE TYPE e AS ENUM ('a','b','c'); CREATE TABLE t (x e DEFAULT 'c', y int, CHECK (x <> 'b'));`,
    rows: `INSERT INTO t VALUES ('a',1),('b',2); DELETE FROM t WHERE x='b';`,
  },
  {
    name: 'composites',
    from: `
      CREATE TYPE c AS (a int, b text); CREATE TABLE t (x c, y c[]); CREATE TABLE ty OF c; CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS $$ select $1 $$;`,
    to: `
      CREATE TYPE c AS (a int, b text, d date); CREATE TABLE t (x c, y c[]); CREATE TABLE ty OF c; CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS $$ select $1 $$;`,
  },
  {
    name: 'composites retype',
    from: `
      CREATE TYPE c AS (a int, b text); CREATE TABLE t (x c, y c[]); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS $$ select $1 $$;`,
    to: `
      CREATE TYPE c AS (a bigint, q int, b text); CREATE TABLE t (x c, y c[]); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS $$ select $1 $$;`,
  },
  {
    name: 'domain base',
    from: `
      CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (x d DEFAULT 3, y d[]); CREATE VIEW v AS SELECT x FROM t; CREATE INDEX ON t (x);`,
    to: `
      CREATE DOMAIN d AS bigint DEFAULT 7 NOT NULL CHECK (VALUE > 0) CONSTRAINT big CHECK (VALUE < 1000); CREATE TABLE t (x d DEFAULT 3, y d[]); CREATE VIEW v AS SELECT x FROM t; CREATE INDEX ON t (x);`,
    rows: `INSERT INTO t VALUES (4, '{5}');`,
  },
  {
    name: 'range',
    from: `
      CREATE TYPE r AS RANGE (subtype = int); CREATE TABLE t (x r, m r[]);`,
    to: `
      CREATE FUNCTION sd(float8, float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$ SELECT $1-$2 $$; CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = sd, multirange_type_name = rmulti); CREATE TABLE t (x r, m r[]);`,
    rows: `INSERT INTO t VALUES ('[1,5)', '{"[1,2)"}');`,
  },
]

import type { RoundTrip } from './round-trip.js'

/** Views, routines, triggers and policies with what they use. */
export const routineTrips: readonly RoundTrip[] = [
  {
    name: 'view replaced in place grows',
    from: `
CREATE TABLE t (a int, b int, c text); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; GRANT SELECT ON v TO PUBLIC; ALTER VIEW v ALTER a SET DEFAULT 5;`,
    to: `
CREATE TABLE t (a int, b int, c text); CREATE VIEW v AS SELECT a, b FROM t WHERE b > 0; CREATE VIEW w AS SELECT a, b FROM v; GRANT SELECT ON v TO PUBLIC; COMMENT ON COLUMN v.b IS 'x';`,
  },
  {
    name: 'recursive view and values',
    from: `
CREATE TABLE t (id int, p int);`,
    to: `
CREATE TABLE t (id int, p int); CREATE RECURSIVE VIEW r (a, b) AS SELECT id, p FROM t WHERE p IS NULL UNION ALL SELECT t.id, t.p FROM t JOIN r ON r.a = t.p; CREATE VIEW vv (x, y) AS VALUES (1, 'a'), (2, 'b'); CREATE VIEW wc WITH (check_option = cascaded) AS SELECT * FROM t WHERE p > 1; CREATE VIEW lat AS SELECT t.id, s.n FROM t, LATERAL (SELECT count(*) n FROM t t2 WHERE t2.p = t.id) s;`,
  },
  {
    name: 'drop column used by many',
    since: 15,
    from: `
CREATE TABLE t (id int PRIMARY KEY, x int UNIQUE, y text); CREATE TABLE r (x int REFERENCES t(x)); CREATE INDEX ON t (x, y); CREATE VIEW v AS SELECT id, x FROM t; ALTER TABLE t ADD CHECK (x > id); CREATE SEQUENCE s OWNED BY t.x; CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER a AFTER UPDATE OF x ON t FOR EACH ROW EXECUTE FUNCTION tr(); CREATE PUBLICATION pub FOR TABLE t (id, x);`,
    to: `
CREATE TABLE t (id int PRIMARY KEY, y text); CREATE TABLE r (x int); CREATE VIEW v AS SELECT id FROM t; CREATE SEQUENCE s; CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE PUBLICATION pub FOR TABLE t (id);`,
  },
  {
    name: 'triggers',
    from: `
CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return null; end'; CREATE TRIGGER x AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION f(); CREATE CONSTRAINT TRIGGER c AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();`,
    to: `
CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return null; end'; CREATE TRIGGER x AFTER INSERT OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION f('arg'); ALTER TABLE t DISABLE TRIGGER x; CREATE CONSTRAINT TRIGGER c AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); COMMENT ON TRIGGER c ON t IS 'c'; CREATE VIEW v AS SELECT * FROM t; CREATE TRIGGER io INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();`,
  },
  {
    name: 'function return type and dependents',
    from: `
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'; CREATE VIEW v AS SELECT f() x; CREATE TABLE t (a int DEFAULT f()); CREATE AGGREGATE ag(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0'); CREATE VIEW av AS SELECT ag(a) FROM t;`,
    to: `
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'select 1::bigint'; CREATE VIEW v AS SELECT f() x; CREATE TABLE t (a int DEFAULT f()); CREATE FUNCTION sf(bigint, int) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'select $1+$2'; CREATE AGGREGATE ag(int) (SFUNC = sf, STYPE = bigint, INITCOND = '0', PARALLEL = SAFE); CREATE VIEW av AS SELECT ag(a) FROM t;`,
  },
  {
    name: 'function out params and table results',
    from: `
CREATE FUNCTION f(a int, OUT b int, OUT c text) LANGUAGE sql AS $$ select 1, 'x' $$; CREATE FUNCTION g(VARIADIC a int[]) RETURNS SETOF int LANGUAGE sql AS $$ select unnest(a) $$; CREATE FUNCTION h() RETURNS TABLE (x int) LANGUAGE sql AS $$ select 1 $$; CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$ begin a := 1; end $$;`,
    to: `
CREATE FUNCTION f(a int, OUT b int, OUT d text) LANGUAGE sql AS $$ select 1, 'x' $$; CREATE FUNCTION g(VARIADIC a int[] DEFAULT '{1,2}') RETURNS SETOF int LANGUAGE sql ROWS 10 COST 5 STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '1MB' AS $$ select unnest(a) $$; CREATE FUNCTION h() RETURNS TABLE (x int, y text) LANGUAGE sql AS $$ select 1, 'it''s' $$; CREATE PROCEDURE p(INOUT a int, b text DEFAULT 'x,y(z') LANGUAGE plpgsql AS $$ begin a := 1; end $$; COMMENT ON PROCEDURE p(int, text) IS 'p';`,
  },
  {
    name: 'self reference and policies',
    from: `
CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t ON DELETE SET NULL); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY a ON t FOR SELECT TO PUBLIC USING (id > 0);`,
    to: `
CREATE TABLE t (id bigint PRIMARY KEY, parent bigint REFERENCES t ON DELETE CASCADE); ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY a ON t FOR UPDATE USING (id > 0) WITH CHECK (parent IN (SELECT id FROM t)); CREATE POLICY r ON t AS RESTRICTIVE USING (true);`,
  },
  {
    name: 'table moves kind of key',
    from: `
CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT k PRIMARY KEY (a)); CREATE TABLE r (a int REFERENCES t, b int);`,
    to: `
CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT k UNIQUE (a), CONSTRAINT k2 PRIMARY KEY (b)); CREATE TABLE r (a int REFERENCES t(a), b int REFERENCES t(b));`,
  },
  {
    name: 'index to constraint and back',
    from: `
CREATE TABLE t (a int); CREATE UNIQUE INDEX u ON t (a);`,
    to: `
CREATE TABLE t (a int, CONSTRAINT u UNIQUE (a));`,
  },
  {
    name: 'text search and collation in columns',
    from: `
CREATE TABLE t (a text COLLATE "C", b tsvector);`,
    to: `
CREATE COLLATION c1 FROM "C"; CREATE TABLE t (a text COLLATE c1, b tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(a,''))) STORED); CREATE INDEX ON t USING gin (b); CREATE INDEX ON t (a COLLATE "C");`,
  },
  {
    name: 'nested domains arrays and ranges',
    from: `
CREATE DOMAIN d1 AS text; CREATE DOMAIN d2 AS d1 CHECK (VALUE <> ''); CREATE TABLE t (x d2[], y d1);`,
    to: `
CREATE DOMAIN d1 AS varchar(20) NOT NULL; CREATE DOMAIN d2 AS d1 CHECK (VALUE <> 'a'); CREATE TABLE t (x d2[], y d1); CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d3 AS e DEFAULT 'a'; CREATE TYPE c AS (e e[], d d3); CREATE TABLE u (c c DEFAULT ROW('{a}','a'), e e[] DEFAULT ARRAY['a'::e]);`,
  },
  {
    name: 'default partitions three levels drop',
    from: `
CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY RANGE (b); CREATE TABLE p1a PARTITION OF p1 DEFAULT PARTITION BY HASH (b); CREATE TABLE p1a0 PARTITION OF p1a FOR VALUES WITH (MODULUS 1, REMAINDER 0); CREATE INDEX ON p (b); ALTER TABLE p ADD PRIMARY KEY (a, b);`,
    to: `
CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE p1a (a int, b int);`,
  },
  {
    name: 'attach existing tables',
    from: `
CREATE TABLE p (a int NOT NULL, b text DEFAULT 'x', CHECK (a > 0)) PARTITION BY LIST (a); CREATE INDEX pi ON p (b); CREATE TABLE q (a int NOT NULL, b text DEFAULT 'y'); CREATE INDEX qi ON q (b);`,
    to: `
CREATE TABLE p (a int NOT NULL, b text DEFAULT 'x', CHECK (a > 0)) PARTITION BY LIST (a); CREATE INDEX pi ON p (b); CREATE TABLE q PARTITION OF p FOR VALUES IN (1,2); ALTER TABLE q ALTER b SET DEFAULT 'z'; CREATE TABLE q3 PARTITION OF p (b NOT NULL) FOR VALUES IN (3);`,
    rows: `INSERT INTO q VALUES (1,'a');`,
  },
]

import type { Case } from '../run-pair.js'
import { both } from './both.js'

const roles = { roles: ['pair_reader', 'pair_owner'] }

/** Kind by kind what Postgres can change where it stands, with owners, comments and privileges. */
export const inPlace: readonly Case[] = [
  both('public comment gone', ``, `COMMENT ON SCHEMA public IS NULL;`),
  both('public comment other', ``, `COMMENT ON SCHEMA public IS 'mine';`),
  both(
    'view column default',
    `CREATE TABLE t(a int, b int);
     CREATE VIEW v AS SELECT a,b FROM t;
     ALTER VIEW v ALTER a SET DEFAULT 3;`,
    `CREATE TABLE t(a int, b int);
     CREATE VIEW v AS SELECT a,b FROM t;
     ALTER VIEW v ALTER b SET DEFAULT 4;
     COMMENT ON COLUMN v.a IS 'x';`,
  ),
  both(
    'identity sequence privileges',
    `CREATE TABLE t(a int GENERATED ALWAYS AS IDENTITY);`,
    `CREATE TABLE t(a int GENERATED ALWAYS AS IDENTITY);
     GRANT USAGE ON SEQUENCE t_a_seq TO pair_reader;
     COMMENT ON SEQUENCE t_a_seq IS 'x';`,
    roles,
  ),
  both(
    'serial sequence privileges',
    `CREATE TABLE t(a serial);`,
    `CREATE TABLE t(a serial);
     GRANT USAGE ON SEQUENCE t_a_seq TO pair_reader;
     COMMENT ON SEQUENCE t_a_seq IS 'x';`,
    roles,
  ),
  both(
    'identity owner changes',
    `CREATE TABLE t(a int GENERATED ALWAYS AS IDENTITY, b serial);`,
    `CREATE TABLE t(a int GENERATED ALWAYS AS IDENTITY, b serial);
     ALTER TABLE t OWNER TO pair_owner;`,
    roles,
  ),
  both(
    'foreign key and check validated',
    `CREATE TABLE a(id int PRIMARY KEY);
     CREATE TABLE b(a int);
     ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES a NOT VALID;
     ALTER TABLE b ADD CONSTRAINT ck CHECK (a>0) NOT VALID;`,
    `CREATE TABLE a(id int PRIMARY KEY);
     CREATE TABLE b(a int);
     ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES a;
     ALTER TABLE b ADD CONSTRAINT ck CHECK (a>0);`,
  ),
  both(
    'foreign key: match and actions',
    `CREATE TABLE a(x int, y int, PRIMARY KEY(x,y));
     CREATE TABLE b(x int,y int, CONSTRAINT f FOREIGN KEY (x,y) REFERENCES a MATCH FULL ON UPDATE CASCADE ON DELETE RESTRICT);`,
    `CREATE TABLE a(x int, y int, PRIMARY KEY(x,y));
     CREATE TABLE b(x int,y int, CONSTRAINT f FOREIGN KEY (x,y) REFERENCES a ON DELETE SET NULL (y) ON UPDATE SET DEFAULT);`,
  ),
  both(
    'exclude',
    `CREATE TABLE t(a int4range, b circle, CONSTRAINT e EXCLUDE USING gist (a WITH &&));`,
    `CREATE TABLE t(a int4range, b circle, CONSTRAINT e EXCLUDE USING gist (a WITH &&, b WITH &&) WITH (fillfactor=70) WHERE (lower(a) > 3) DEFERRABLE);
     COMMENT ON CONSTRAINT e ON t IS 'q';`,
  ),
  both(
    'index options in place',
    `CREATE TABLE t(a int, b tsvector);
     CREATE INDEX i ON t(a) WITH (fillfactor=50);
     CREATE INDEX g ON t USING gist (b tsvector_ops(siglen=100));`,
    `CREATE TABLE t(a int, b tsvector);
     CREATE INDEX i ON t(a) WITH (fillfactor=60, deduplicate_items=off);
     CREATE INDEX g ON t USING gist (b tsvector_ops(siglen=200));
     COMMENT ON INDEX g IS 'g';`,
  ),
  both(
    'index collations nulls',
    `CREATE TABLE t(a text, b text);
     CREATE INDEX i ON t(a COLLATE "C" DESC NULLS LAST, lower(b) text_pattern_ops);`,
    `CREATE TABLE t(a text, b text);
     CREATE UNIQUE INDEX i ON t(a COLLATE "POSIX", lower(b)) NULLS NOT DISTINCT; `,
  ),
  both(
    'function support window leakproof',
    `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select 1';`,
    `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE COST 7 SET search_path = public, "Odd" SET work_mem='1MB' AS 'select 2';
     CREATE FUNCTION g(int[]) RETURNS SETOF int LANGUAGE sql ROWS 5 SUPPORT generate_series_int4_support AS 'select 1';
     CREATE FUNCTION w() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';`,
  ),
  both(
    'procedure overload variadic',
    `CREATE PROCEDURE p(int) LANGUAGE sql AS 'select 1';
     CREATE FUNCTION v(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'select 1';`,
    `CREATE PROCEDURE p(INOUT x int) LANGUAGE sql AS 'select 1';
     CREATE PROCEDURE p(text, y int DEFAULT 2) LANGUAGE plpgsql SECURITY DEFINER SET client_min_messages='error' AS 'begin end';
     CREATE FUNCTION v(VARIADIC a int[]) RETURNS int LANGUAGE sql AS 'select 1';
     COMMENT ON PROCEDURE p(int) IS 'x';
     GRANT EXECUTE ON PROCEDURE p(text,int) TO pair_reader;
     REVOKE ALL ON FUNCTION v FROM PUBLIC;`,
    roles,
  ),
  both(
    'function kinds switch',
    `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'select 1';
     CREATE PROCEDURE g(int) LANGUAGE sql AS 'select 1';
     CREATE AGGREGATE h(int) (SFUNC=int4pl, STYPE=int);`,
    `CREATE PROCEDURE f(int) LANGUAGE sql AS 'select 1';
     CREATE AGGREGATE g(int) (SFUNC=int4pl, STYPE=int);
     CREATE FUNCTION h(int) RETURNS int LANGUAGE sql AS 'select 1';`,
  ),
  both(
    'set function attribute order of config',
    `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET a.b='x' SET work_mem='4MB' AS 'select 1';`,
    `CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem='4MB' SET a.b='it''s, "q"' AS 'select 1';`,
  ),
  both(
    'domain over domain not valid',
    `CREATE DOMAIN a AS int CHECK (value > 0);
     CREATE DOMAIN b AS a;
     CREATE TABLE t(x b);`,
    `CREATE DOMAIN a AS int CHECK (value > 0);
     ALTER DOMAIN a ADD CONSTRAINT big CHECK (value > 10) NOT VALID;
     CREATE DOMAIN b AS a DEFAULT 20 CHECK (value < 100);
     CREATE TABLE t(x b);
     COMMENT ON CONSTRAINT big ON DOMAIN a IS 'b';
     GRANT USAGE ON DOMAIN b TO pair_reader;
     REVOKE USAGE ON DOMAIN a FROM PUBLIC;
     COMMENT ON DOMAIN b IS 'bb';`,
    roles,
  ),
  both(
    'domain constraint validated',
    `CREATE DOMAIN a AS int;
     ALTER DOMAIN a ADD CONSTRAINT big CHECK (value > 10) NOT VALID;`,
    `CREATE DOMAIN a AS int CONSTRAINT big CHECK (value > 10);`,
  ),
  both(
    'composite collate comments',
    `CREATE TYPE c AS (a text COLLATE "C", b int);`,
    `CREATE TYPE c AS (a text COLLATE "POSIX", b int, d text);
     COMMENT ON COLUMN c.a IS 'att';
     COMMENT ON TYPE c IS 'ty';
     ALTER TYPE c OWNER TO pair_owner;
     GRANT USAGE ON TYPE c TO pair_reader;`,
    roles,
  ),
  both(
    'rules ordering states',
    `CREATE TABLE t(a int);
     CREATE RULE r AS ON INSERT TO t WHERE new.a>1 DO ALSO NOTHING;
     ALTER TABLE t DISABLE RULE r;`,
    `CREATE TABLE t(a int);
     CREATE RULE r AS ON INSERT TO t WHERE new.a>2 DO ALSO (DELETE FROM t WHERE a=1;
     DELETE FROM t WHERE a=2);
     ALTER TABLE t ENABLE ALWAYS RULE r;
     COMMENT ON RULE r ON t IS 'x';`,
  ),
  both(
    'rule event changes',
    `CREATE TABLE t(a int);
     CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING;`,
    `CREATE TABLE t(a int);
     CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;`,
  ),
  both(
    'trigger forms',
    `CREATE TABLE t(a int,b int);
     CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
     CREATE TRIGGER x AFTER UPDATE ON t REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION f('a','it''s');`,
    `CREATE TABLE t(a int,b int);
     CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
     CREATE TRIGGER x AFTER INSERT OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();
     ALTER TABLE t ENABLE REPLICA TRIGGER x;
     COMMENT ON TRIGGER x ON t IS 'c';
     CREATE CONSTRAINT TRIGGER y AFTER INSERT ON t DEFERRABLE FOR EACH ROW WHEN (new.a>0) EXECUTE FUNCTION f();
     CREATE TRIGGER z BEFORE TRUNCATE ON t EXECUTE FUNCTION f();`,
  ),
  both(
    'default privileges all kinds',
    ``,
    `CREATE SCHEMA s;
     ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pair_reader WITH GRANT OPTION;
     ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT USAGE ON SEQUENCES TO PUBLIC;
     ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
     ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO pair_reader;
     ALTER DEFAULT PRIVILEGES FOR ROLE pair_owner GRANT USAGE ON TYPES TO pair_reader;
     CREATE TABLE s.t(a serial);
     CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'select 1';`,
    roles,
  ),
  both(
    'column privileges',
    `CREATE TABLE t(a int,b int);
     GRANT SELECT(a), INSERT(a,b), UPDATE(b), REFERENCES(a) ON t TO pair_reader;`,
    `CREATE TABLE t(a int,b int);
     GRANT SELECT(b) ON t TO PUBLIC;
     GRANT UPDATE(b) ON t TO pair_reader WITH GRANT OPTION;`,
    roles,
  ),
  both(
    'statistics',
    `CREATE TABLE t(a int,b int);
     CREATE STATISTICS s (ndistinct) ON a,b FROM t;`,
    `CREATE SCHEMA q;
     CREATE TABLE t(a int,b int);
     CREATE STATISTICS s ON (a+b), a FROM t;
     ALTER STATISTICS s SET STATISTICS 30;
     COMMENT ON STATISTICS s IS 'x';
     ALTER STATISTICS s OWNER TO pair_owner;
     CREATE STATISTICS q.s (mcv) ON a,b FROM t;`,
    roles,
  ),
  both(
    'matview no data',
    `CREATE TABLE t(a int);
     CREATE MATERIALIZED VIEW m AS SELECT a FROM t WITH NO DATA;`,
    `CREATE TABLE t(a int);
     CREATE MATERIALIZED VIEW m AS SELECT a+1 AS a FROM t WITH DATA;
     CREATE INDEX mi ON m(a);
     ALTER MATERIALIZED VIEW m CLUSTER ON mi;`,
  ),
  both(
    'publication owner etc',
    `CREATE TABLE t(a int PRIMARY KEY);
     CREATE PUBLICATION p FOR TABLE t;`,
    `CREATE TABLE t(a int PRIMARY KEY);
     CREATE PUBLICATION p FOR ALL TABLES WITH (publish='insert,update', publish_via_partition_root);
     ALTER PUBLICATION p OWNER TO pair_owner;
     COMMENT ON PUBLICATION p IS 'x';`,
    roles,
  ),
  both(
    'user mapping roles',
    `CREATE FOREIGN DATA WRAPPER w;
     CREATE SERVER s FOREIGN DATA WRAPPER w;`,
    `CREATE FOREIGN DATA WRAPPER w;
     CREATE SERVER s FOREIGN DATA WRAPPER w;
     CREATE USER MAPPING FOR pair_reader SERVER s OPTIONS (a 'b');
     ALTER SERVER s OWNER TO pair_owner;
     ALTER FOREIGN DATA WRAPPER w OWNER TO postgres;`,
    roles,
  ),
  both(
    'sequence everything',
    `CREATE SEQUENCE s AS int START 5 MINVALUE 2 MAXVALUE 90 INCREMENT 3 CACHE 4 CYCLE;`,
    `CREATE UNLOGGED SEQUENCE s AS bigint START 1 NO CYCLE;
     COMMENT ON SEQUENCE s IS 's';
     GRANT UPDATE ON SEQUENCE s TO pair_reader;
     ALTER SEQUENCE s OWNER TO pair_owner;`,
    roles,
  ),
  both(
    'constraint options order',
    `CREATE TABLE t(a int, CONSTRAINT k UNIQUE (a) WITH (fillfactor=70, deduplicate_items=off));`,
    `CREATE TABLE t(a int, CONSTRAINT k UNIQUE (a) WITH (deduplicate_items=off, fillfactor=70));`,
  ),
  both(
    'constraint options change',
    `CREATE TABLE t(a int, CONSTRAINT k UNIQUE (a) WITH (fillfactor=70));`,
    `CREATE TABLE t(a int, CONSTRAINT k UNIQUE (a) WITH (deduplicate_items=off, fillfactor=80));`,
  ),
  both(
    'view options order',
    `CREATE TABLE t(a int);
     CREATE VIEW v WITH (security_barrier=true, check_option=local) AS SELECT a FROM t;`,
    `CREATE TABLE t(a int);
     CREATE VIEW v WITH (check_option=local, security_barrier=true) AS SELECT a FROM t;`,
  ),
  both(
    'unlogged to logged with identity and partitions',
    `CREATE UNLOGGED TABLE t(a int GENERATED ALWAYS AS IDENTITY, b serial);`,
    `CREATE TABLE t(a int GENERATED ALWAYS AS IDENTITY, b serial);`,
  ),
  both(
    'partitioned table with an identity column',
    `CREATE TABLE p(a int GENERATED ALWAYS AS IDENTITY, b int) PARTITION BY LIST(b);
     CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);`,
    `CREATE TABLE p(a int GENERATED BY DEFAULT AS IDENTITY (START 5), b int) PARTITION BY LIST(b);
     CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
     CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
     GRANT USAGE ON SEQUENCE p_a_seq TO pair_reader;`,
    roles,
  ),
  both(
    'comment everywhere with quotes',
    `CREATE TABLE "a'b"("c""d" int);`,
    `CREATE TABLE "a'b"("c""d" int CONSTRAINT "k'1" CHECK ("c""d">0));
     COMMENT ON TABLE "a'b" IS E'line\\n''q'' \\\\ $$';
     COMMENT ON COLUMN "a'b"."c""d" IS '';
     COMMENT ON CONSTRAINT "k'1" ON "a'b" IS ' ';`,
  ),
  both(
    'enum without labels, and owners',
    `CREATE TYPE e AS ENUM ();`,
    `CREATE TYPE e AS ENUM ('a', 'b'); COMMENT ON TYPE e IS 'x'; REVOKE USAGE ON TYPE e FROM PUBLIC; ALTER TYPE e OWNER TO pair_owner;`,
    roles,
  ),
]

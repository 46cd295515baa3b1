import type { Case } from '../run-pair.js'
import { both } from './both.js'

const widgets = `CREATE TABLE w (id integer PRIMARY KEY, a integer NOT NULL, b text, c varchar(20));`

/** What other tools' users complain about, one case each. */
export const coreKinds: readonly Case[] = [
  both(
    'column type under a view, a policy, an index, a rule, a trigger and a generated column',
    `CREATE TABLE t (id integer PRIMARY KEY, a integer, g integer GENERATED ALWAYS AS (a + 1) STORED);
     CREATE INDEX t_a ON t (a) WHERE a > 3;
     CREATE VIEW v WITH (security_invoker = true) AS SELECT id, a FROM t;
     CREATE VIEW vv AS SELECT a FROM v;
     COMMENT ON VIEW v IS 'kept'; GRANT SELECT ON v TO public; COMMENT ON COLUMN v.a IS 'kept too'; GRANT SELECT (a) ON vv TO public;
     ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 1);
     CREATE RULE r AS ON UPDATE TO t WHERE new.a > 5 DO INSTEAD NOTHING;
     CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
     CREATE TRIGGER tg BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION tf();
     ALTER TABLE t DISABLE TRIGGER tg;
     CREATE STATISTICS st ON id, a FROM t;`,
    `CREATE TABLE t (id integer PRIMARY KEY, a bigint, g integer GENERATED ALWAYS AS (a + 1) STORED);
     CREATE INDEX t_a ON t (a) WHERE a > 3;
     CREATE VIEW v WITH (security_invoker = true) AS SELECT id, a FROM t;
     CREATE VIEW vv AS SELECT a FROM v;
     COMMENT ON VIEW v IS 'kept'; GRANT SELECT ON v TO public; COMMENT ON COLUMN v.a IS 'kept too'; GRANT SELECT (a) ON vv TO public;
     ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 1);
     CREATE RULE r AS ON UPDATE TO t WHERE new.a > 5 DO INSTEAD NOTHING;
     CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
     CREATE TRIGGER tg BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION tf();
     ALTER TABLE t DISABLE TRIGGER tg;
     CREATE STATISTICS st ON id, a FROM t;`,
  ),
  both(
    'primary key behind a view with GROUP BY',
    `CREATE TABLE t (id integer PRIMARY KEY, a text); CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id;`,
    `CREATE TABLE t (id integer, a text, CONSTRAINT other PRIMARY KEY (id)); CREATE VIEW v AS SELECT id, a, count(*) FROM t GROUP BY id;`,
  ),
  both(
    'primary key replaced under foreign keys',
    `CREATE TABLE a (id integer PRIMARY KEY, code text UNIQUE); CREATE TABLE b (a_id integer REFERENCES a ON DELETE CASCADE, code text REFERENCES a (code) DEFERRABLE INITIALLY DEFERRED);`,
    `CREATE TABLE a (id integer, code text, PRIMARY KEY (id) INCLUDE (code), UNIQUE NULLS NOT DISTINCT (code)); CREATE TABLE b (a_id integer REFERENCES a ON DELETE SET NULL, code text REFERENCES a (code));`,
  ),
  both(
    'mutual foreign keys',
    ``,
    `CREATE TABLE a (id integer PRIMARY KEY, b integer); CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;`,
  ),
  both(
    'type of both sides of a foreign key',
    `CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a, self integer REFERENCES b);`,
    `CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a, self bigint REFERENCES b);`,
  ),
  both(
    'enum: values added in the middle, and used at once as default and in a check',
    `CREATE TYPE e AS ENUM ('a', 'z'); CREATE TABLE t (id integer, e e DEFAULT 'a');`,
    `CREATE TYPE e AS ENUM ('0', 'a', 'm', 'z', 'zz'); CREATE TABLE t (id integer, e e DEFAULT 'm' CHECK (e <> 'zz')); CREATE VIEW v AS SELECT * FROM t WHERE e = '0';`,
  ),
  both(
    'enum: value removed and reordered under everything',
    `CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE DOMAIN d AS e DEFAULT 'a'; CREATE TYPE comp AS (x e, y integer);
     CREATE TABLE t (id integer, e e DEFAULT 'a' NOT NULL, list e[] DEFAULT '{a,b}', d d, CHECK (e <> 'b'));
     CREATE INDEX ON t (e) WHERE e = 'a'; CREATE VIEW v AS SELECT e, count(*) FROM t WHERE e > 'a' GROUP BY e;
     CREATE FUNCTION f(e) RETURNS e LANGUAGE sql AS 'SELECT $1'; CREATE MATERIALIZED VIEW m AS SELECT f(e) AS x FROM t; CREATE UNIQUE INDEX ON m (x);
     COMMENT ON TYPE e IS 'e'; GRANT USAGE ON TYPE e TO public;`,
    `CREATE TYPE e AS ENUM ('c', 'a'); CREATE DOMAIN d AS e DEFAULT 'a'; CREATE TYPE comp AS (x e, y integer);
     CREATE TABLE t (id integer, e e DEFAULT 'a' NOT NULL, list e[] DEFAULT '{a}', d d, CHECK (e <> 'c'));
     CREATE INDEX ON t (e) WHERE e = 'a'; CREATE VIEW v AS SELECT e, count(*) FROM t WHERE e > 'a' GROUP BY e;
     CREATE FUNCTION f(e) RETURNS e LANGUAGE sql AS 'SELECT $1'; CREATE MATERIALIZED VIEW m AS SELECT f(e) AS x FROM t; CREATE UNIQUE INDEX ON m (x);
     COMMENT ON TYPE e IS 'e'; GRANT USAGE ON TYPE e TO public;`,
  ),
  both(
    'enum turned into text, and text into an enum',
    `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id integer, e e DEFAULT 'a', s text DEFAULT 'a');`,
    `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id integer, e text DEFAULT 'a', s e DEFAULT 'a');`,
  ),
  both(
    'domain: base type, constraints, default, not null, under columns and functions',
    `CREATE DOMAIN d AS integer DEFAULT 3 CHECK (VALUE > 0); CREATE TABLE t (x d, y d[]); CREATE FUNCTION f(d) RETURNS d LANGUAGE sql AS 'SELECT $1'; CREATE VIEW v AS SELECT x FROM t;`,
    `CREATE DOMAIN d AS bigint DEFAULT 4 CONSTRAINT pos CHECK (VALUE > 1) CHECK (VALUE < 1000); CREATE TABLE t (x d, y d[]); CREATE FUNCTION f(d) RETURNS d LANGUAGE sql AS 'SELECT $1'; CREATE VIEW v AS SELECT x FROM t;`,
  ),
  both(
    'domain: in place',
    `CREATE DOMAIN d AS text DEFAULT 'x' CONSTRAINT c CHECK (VALUE <> ''); CREATE DOMAIN e AS text NOT NULL;`,
    `CREATE DOMAIN d AS text NOT NULL CONSTRAINT c CHECK (length(VALUE) > 1); CREATE DOMAIN e AS text DEFAULT 'q'; COMMENT ON CONSTRAINT c ON DOMAIN d IS 'why';`,
  ),
  both(
    'composite: attributes added, dropped, retyped under a table, a view and a function',
    `CREATE TYPE c AS (a integer, b text); CREATE TABLE t (x c, list c[]); CREATE VIEW v AS SELECT (x).a FROM t; CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1'; COMMENT ON COLUMN c.a IS 'a';`,
    `CREATE TYPE c AS (a bigint, n numeric(8,2)); CREATE TABLE t (x c, list c[]); CREATE VIEW v AS SELECT (x).a FROM t; CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1'; COMMENT ON COLUMN c.n IS 'n';`,
  ),
  both(
    'range: subtype changed under a column',
    `CREATE TYPE r AS RANGE (subtype = float8); CREATE TABLE t (x r, m r_multi);`.replace(', m r_multi', ''),
    `CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = r_many); CREATE TABLE t (x r, m r_many);`,
  ),
  both(
    'view: columns removed, renamed, retyped, with views over it',
    `${widgets} CREATE VIEW v AS SELECT id, a, b FROM w; CREATE VIEW v2 AS SELECT a FROM v; CREATE VIEW v3 AS SELECT * FROM v2;`,
    `${widgets} CREATE VIEW v AS SELECT id, a::bigint AS a FROM w; CREATE VIEW v2 AS SELECT a FROM v; CREATE VIEW v3 AS SELECT * FROM v2;`,
  ),
  both(
    'view: column added at the end',
    `${widgets} CREATE VIEW v AS SELECT id FROM w; CREATE VIEW o AS SELECT * FROM v; GRANT SELECT ON v TO public;`,
    `${widgets} CREATE VIEW v AS SELECT id, a FROM w; CREATE VIEW o AS SELECT * FROM v; GRANT SELECT ON v TO public;`,
  ),
  both(
    'view: options only',
    `${widgets} CREATE VIEW v WITH (security_barrier) AS SELECT id FROM w;`,
    `${widgets} CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM w WITH CASCADED CHECK OPTION;`,
  ),
  both(
    'view becomes materialized, table becomes view',
    `${widgets} CREATE VIEW v AS SELECT id FROM w; CREATE TABLE o (id integer);`,
    `${widgets} CREATE MATERIALIZED VIEW v AS SELECT id FROM w; CREATE UNIQUE INDEX v_id ON v (id); CREATE VIEW o AS SELECT id FROM v;`,
  ),
  both(
    'views over functions over tables',
    `CREATE TABLE t (id integer, a integer); CREATE FUNCTION f(integer) RETURNS SETOF t LANGUAGE sql STABLE AS 'SELECT * FROM public.t WHERE id = $1'; CREATE VIEW v AS SELECT * FROM f(3);`,
    `CREATE TABLE t (id integer, a integer, b text); CREATE FUNCTION f(integer) RETURNS SETOF t LANGUAGE sql STABLE AS 'SELECT * FROM public.t WHERE id > $1'; CREATE VIEW v AS SELECT id, b FROM f(4);`,
  ),
  both(
    'function in a default, a check, an index, a policy and a generated column changes its signature',
    `CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
     CREATE TABLE t (id integer DEFAULT f(1), g integer GENERATED ALWAYS AS (f(id)) STORED, CHECK (f(id) > 0)); CREATE INDEX i ON t (f(id));
     ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (f(id) = 1);`.replace(
      'g integer GENERATED ALWAYS AS (f(id)) STORED, ',
      '',
    ),
    `CREATE FUNCTION f(y integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
     CREATE TABLE t (id integer DEFAULT f(1), CHECK (f(id) > 0)); CREATE INDEX i ON t (f(id));
     ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (f(id) = 1);`,
  ),
  both(
    'function: return type, OUT arguments, defaults removed, language changed',
    `CREATE FUNCTION f(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g(OUT x integer, OUT y text) LANGUAGE sql AS $$ SELECT 1, 'a'::text $$; CREATE PROCEDURE p(a integer) LANGUAGE sql AS ''; COMMENT ON FUNCTION f IS 'f';`,
    `CREATE FUNCTION f(a integer, b integer) RETURNS bigint LANGUAGE plpgsql STRICT COST 5 AS 'BEGIN RETURN 1; END'; CREATE FUNCTION g(OUT x integer, OUT z text) LANGUAGE sql AS $$ SELECT 1, 'a'::text $$; CREATE FUNCTION p(a integer) RETURNS void LANGUAGE sql AS ''; COMMENT ON FUNCTION f IS 'f';`,
  ),
  both(
    'SQL-standard bodies that need each other and a table',
    `CREATE TABLE t (id integer);`,
    `CREATE TABLE t (id integer, n integer);
     CREATE FUNCTION zz() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t WHERE n > 0; END;
     CREATE FUNCTION aa() RETURNS bigint LANGUAGE sql RETURN zz() + 1;
     CREATE VIEW v AS SELECT aa() AS a;`,
  ),
  both(
    'string bodies that name what comes later',
    ``,
    `SET check_function_bodies = off;
     CREATE FUNCTION aa() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.zz_table';
     CREATE FUNCTION ab() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM public.aa(); RETURN new; END';
     CREATE TABLE zz_table (id bigint DEFAULT public.aa());
     CREATE TRIGGER tg BEFORE INSERT ON zz_table FOR EACH ROW EXECUTE FUNCTION ab();`,
  ),
  both(
    'aggregate: every option, changed and made anew under a view',
    `CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0'); CREATE TABLE t (a integer); CREATE VIEW v AS SELECT total(a) FROM t;`,
    `CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '1', COMBINEFUNC = int4pl, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, PARALLEL = SAFE); CREATE TABLE t (a integer); CREATE VIEW v AS SELECT total(a) FROM t;
     CREATE AGGREGATE pick(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);`,
  ),
  both(
    'identity, serial, plain: each into the other',
    `CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY, b serial, c integer NOT NULL, d bigint GENERATED BY DEFAULT AS IDENTITY (START 5), e integer GENERATED ALWAYS AS IDENTITY);`,
    `CREATE TABLE t (a serial, b integer GENERATED BY DEFAULT AS IDENTITY, c integer GENERATED ALWAYS AS IDENTITY (INCREMENT 3), d bigint GENERATED ALWAYS AS IDENTITY (START 7 CACHE 2), e integer);`,
  ),
  both(
    'sequence: type, bounds, owner column',
    `CREATE SEQUENCE s AS smallint; CREATE SEQUENCE own; CREATE TABLE t (a integer DEFAULT nextval('s')); ALTER SEQUENCE own OWNED BY t.a;`,
    `CREATE SEQUENCE s INCREMENT -1 MAXVALUE -5 CYCLE; CREATE SEQUENCE own MINVALUE 0 START 0; CREATE TABLE t (a integer DEFAULT nextval('own'), b integer); ALTER SEQUENCE s OWNED BY t.b;`,
  ),
  both(
    'generated columns: expression, stored or plain',
    `CREATE TABLE t (a integer, g integer GENERATED ALWAYS AS (a * 2) STORED, h integer GENERATED ALWAYS AS (a) STORED, p integer); CREATE INDEX ON t (g);`,
    `CREATE TABLE t (a integer, g integer GENERATED ALWAYS AS (a * 3) STORED, h integer, p integer GENERATED ALWAYS AS (a + 1) STORED); CREATE INDEX ON t (g);`,
  ),
  both(
    'columns: storage, compression, statistics, options, collation',
    `CREATE TABLE t (a text, b text COLLATE "C", c text, d integer, e varchar(10)); ALTER TABLE t ALTER a SET STORAGE external, ALTER c SET COMPRESSION pglz, ALTER d SET STATISTICS 10, ALTER d SET (n_distinct = 5);`,
    `CREATE TABLE t (a text COLLATE "POSIX", b text, c text, d integer, e varchar(20) COLLATE "C"); ALTER TABLE t ALTER b SET STORAGE main, ALTER d SET (n_distinct_inherited = -0.5), ALTER e SET STATISTICS 0;`,
  ),
  both(
    'table: persistence, options, replica identity, cluster',
    `CREATE UNLOGGED TABLE t (id integer PRIMARY KEY, a integer NOT NULL UNIQUE) WITH (fillfactor = 50, toast.autovacuum_enabled = false); ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_key; ALTER TABLE t CLUSTER ON t_pkey;`,
    `CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, b text) WITH (autovacuum_vacuum_scale_factor = 0.1); CREATE UNIQUE INDEX t_a ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX t_a; ALTER TABLE t CLUSTER ON t_a;`,
  ),
  both(
    'partitions: bounds, default, nesting, attach and detach',
    `CREATE TABLE p (id integer, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
     CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id); CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN (1);
     CREATE TABLE pd PARTITION OF p DEFAULT; CREATE TABLE alone (id integer NOT NULL, at date NOT NULL); CREATE INDEX p_at ON p (at); CREATE INDEX p1_own ON p1 (id);`,
    `CREATE TABLE p (id integer, at date NOT NULL, note text DEFAULT 'x', PRIMARY KEY (id, at), CHECK (id > 0)) PARTITION BY RANGE (at);
     CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-07-01'); CREATE TABLE p2 (id integer NOT NULL, at date NOT NULL);
     CREATE TABLE alone PARTITION OF p FOR VALUES FROM ('2024-07-01') TO ('2025-01-01'); CREATE INDEX p_at ON p (at, id); CREATE INDEX p1_own ON p1 (note); COMMENT ON INDEX p_at IS 'at';`,
  ),
  both(
    'partitions: key changed',
    `CREATE TABLE p (id integer, at date) PARTITION BY RANGE (at); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE VIEW v AS SELECT * FROM p;`,
    `CREATE TABLE p (id integer, at date) PARTITION BY HASH (id); CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE VIEW v AS SELECT * FROM p;`,
  ),
  both(
    'partitions: unique and foreign keys, triggers, from plain to partitioned',
    `CREATE TABLE ref (id integer PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, r integer REFERENCES ref); CREATE TABLE child (p integer REFERENCES p);`,
    `CREATE TABLE ref (id integer PRIMARY KEY); CREATE TABLE p (id integer PRIMARY KEY, r integer REFERENCES ref) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE child (p integer REFERENCES p);
     CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TRIGGER tg AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf(); ALTER TABLE p1 DISABLE TRIGGER tg;`,
  ),
  both(
    'inheritance: columns and constraints from parents, parent changed',
    `CREATE TABLE a (id integer NOT NULL, x text, CHECK (id > 0)); CREATE TABLE b (y text) INHERITS (a); CREATE TABLE c (id integer NOT NULL, x text, z text);`,
    `CREATE TABLE a (id integer NOT NULL, x varchar(30), n integer DEFAULT 3, CHECK (id > 1)); CREATE TABLE b (y text, n integer DEFAULT 4) INHERITS (a); CREATE TABLE c (z text) INHERITS (a);`,
  ),
  both(
    'inheritance removed',
    `CREATE TABLE a (id integer, x text); CREATE TABLE b (y text) INHERITS (a); CREATE TABLE d () INHERITS (a, b);`,
    `CREATE TABLE a (id integer, x text); CREATE TABLE b (id integer, x text, y text); CREATE TABLE d () INHERITS (b);`,
  ),
  both(
    'triggers: constraint, transition tables, state, recreated function',
    `CREATE TABLE t (id integer); CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
     CREATE CONSTRAINT TRIGGER a AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tf(); CREATE TRIGGER b AFTER UPDATE ON t REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION tf(); CREATE TRIGGER c BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION tf('x');`,
    `CREATE TABLE t (id integer); CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN old; END';
     CREATE CONSTRAINT TRIGGER a AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); CREATE TRIGGER b AFTER UPDATE ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION tf(); CREATE TRIGGER c BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION tf('x'); ALTER TABLE t ENABLE ALWAYS TRIGGER c; COMMENT ON TRIGGER c ON t IS 'c';`,
  ),
  both(
    'instead-of triggers and rules on a view that is made anew',
    `CREATE TABLE t (id integer, a text); CREATE VIEW v AS SELECT id, a FROM t; CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TRIGGER tg INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION tf(); CREATE RULE r AS ON DELETE TO v DO INSTEAD DELETE FROM t WHERE t.id = old.id; ALTER VIEW v ALTER a SET DEFAULT 'x';`,
    `CREATE TABLE t (id integer, a text); CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TRIGGER tg INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION tf(); CREATE RULE r AS ON DELETE TO v DO INSTEAD DELETE FROM t WHERE t.a = old.a; ALTER VIEW v ALTER a SET DEFAULT 'y';`,
  ),
  both(
    'policies and row-level security, in place and anew',
    `${widgets} ALTER TABLE w ENABLE ROW LEVEL SECURITY; CREATE POLICY a ON w USING (a > 1); CREATE POLICY b ON w FOR SELECT USING (true); CREATE POLICY c ON w FOR UPDATE USING (a > 1) WITH CHECK (a > 2);`,
    `${widgets} ALTER TABLE w FORCE ROW LEVEL SECURITY; CREATE POLICY a ON w AS RESTRICTIVE USING (a > 1); CREATE POLICY b ON w FOR SELECT TO CURRENT_USER USING (EXISTS (SELECT FROM w x WHERE x.id = w.a)); CREATE POLICY c ON w FOR UPDATE USING (a > 1);`,
  ),
  both(
    'privileges on every kind, revoked from public and from the owner',
    `CREATE SCHEMA s; CREATE TABLE s.t (a integer, b integer); CREATE SEQUENCE s.q; CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE s.e AS ENUM ('a'); CREATE DOMAIN s.d AS text;
     GRANT SELECT ON s.t TO public; GRANT UPDATE (a) ON s.t TO soak_reader WITH GRANT OPTION; REVOKE ALL ON FUNCTION s.f() FROM public; GRANT USAGE ON SCHEMA s TO soak_reader;`,
    `CREATE SCHEMA s; CREATE TABLE s.t (a integer, b integer); CREATE SEQUENCE s.q; CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE s.e AS ENUM ('a'); CREATE DOMAIN s.d AS text;
     REVOKE INSERT ON s.t FROM CURRENT_USER; GRANT SELECT (b) ON s.t TO public; GRANT USAGE, SELECT ON SEQUENCE s.q TO soak_reader WITH GRANT OPTION; REVOKE USAGE ON TYPE s.e FROM public; GRANT USAGE ON DOMAIN s.d TO soak_reader; GRANT CREATE ON SCHEMA s TO public;`,
    { roles: ['soak_reader', 'soak_owner'] },
  ),
  both(
    'default privileges decide what new objects have',
    `CREATE SCHEMA s;`,
    `CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO soak_reader; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public; ALTER DEFAULT PRIVILEGES FOR ROLE soak_owner GRANT USAGE ON SEQUENCES TO public;
     CREATE TABLE s.t (a integer); CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TABLE s.plain (a integer); REVOKE ALL ON s.plain FROM soak_reader;`,
    { roles: ['soak_reader', 'soak_owner'] },
  ),
  both(
    'owners changed, with what their default privileges are',
    `CREATE SCHEMA s; CREATE TABLE s.t (id serial); CREATE VIEW s.v AS SELECT 1 AS a; CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE s.e AS ENUM ('a'); GRANT SELECT ON s.t TO soak_reader;`,
    `CREATE SCHEMA s AUTHORIZATION soak_owner; CREATE TABLE s.t (id serial); CREATE VIEW s.v AS SELECT 1 AS a; CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE s.e AS ENUM ('a');
     ALTER TABLE s.t OWNER TO soak_owner; ALTER VIEW s.v OWNER TO soak_owner; ALTER FUNCTION s.f() OWNER TO soak_owner; ALTER TYPE s.e OWNER TO soak_owner; GRANT SELECT ON s.t TO soak_reader;`,
    { roles: ['soak_reader', 'soak_owner'] },
  ),
  both(
    'indexes: everything that can differ, with comments and statistics',
    `${widgets} CREATE INDEX i1 ON w (a); CREATE INDEX i2 ON w (lower(b)); CREATE UNIQUE INDEX i3 ON w (b) WHERE a > 1; CREATE INDEX i4 ON w USING hash (b); CREATE INDEX i5 ON w (b text_pattern_ops, a DESC); ALTER INDEX i2 ALTER COLUMN 1 SET STATISTICS 50;`,
    `${widgets} CREATE INDEX i1 ON w (a) INCLUDE (b) WITH (fillfactor = 70); CREATE INDEX i2 ON w (upper(b)); CREATE UNIQUE INDEX i3 ON w (b) WHERE a > 2; CREATE INDEX i4 ON w USING brin (a) WITH (pages_per_range = 16); CREATE INDEX i5 ON w (b, a NULLS FIRST); COMMENT ON INDEX i1 IS 'i1'; ALTER INDEX i2 ALTER COLUMN 1 SET STATISTICS 70;`,
  ),
  both(
    'constraints: every attribute',
    `CREATE TABLE r (id integer PRIMARY KEY, k integer UNIQUE);
     CREATE TABLE t (a integer, b integer, c integer, d int4range, CONSTRAINT k UNIQUE (a) DEFERRABLE, CONSTRAINT f FOREIGN KEY (b) REFERENCES r ON DELETE CASCADE, CONSTRAINT ch CHECK (c > 0) NO INHERIT, CONSTRAINT ex EXCLUDE USING gist (d WITH &&));
     ALTER TABLE t ADD CONSTRAINT nv CHECK (a > 0) NOT VALID;`,
    `CREATE TABLE r (id integer PRIMARY KEY, k integer UNIQUE);
     CREATE TABLE t (a integer, b integer, c integer, d int4range, CONSTRAINT k UNIQUE (a) INCLUDE (b), CONSTRAINT f FOREIGN KEY (b) REFERENCES r ON DELETE SET NULL (b) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, CONSTRAINT ch CHECK (c > 0), CONSTRAINT ex EXCLUDE USING gist (d WITH &&) WHERE (a > 1));
     ALTER TABLE t ADD CONSTRAINT nv CHECK (a > 0); ALTER TABLE t ADD CONSTRAINT f2 FOREIGN KEY (c) REFERENCES r (k) NOT VALID; COMMENT ON CONSTRAINT f ON t IS 'why';`,
  ),
  both(
    'names that need quotes everywhere',
    ``,
    `CREATE SCHEMA "My Schema"; CREATE TYPE "My Schema"."E""num" AS ENUM ('a''b', 'c\\d', '"'); CREATE TABLE "My Schema"."Select" ("from" integer PRIMARY KEY, "a ""b""" "My Schema"."E""num" DEFAULT 'a''b', "ünï" text[]);
     CREATE INDEX "i.x" ON "My Schema"."Select" ("ünï"); CREATE VIEW "My Schema"."user" AS SELECT "from", "a ""b""" AS "AS" FROM "My Schema"."Select"; COMMENT ON COLUMN "My Schema"."Select"."a ""b""" IS E'back\\\\slash and ''quote''';
     CREATE FUNCTION "My Schema"."do it"("the arg" integer, "My Schema"."E""num") RETURNS text LANGUAGE sql AS $f$ SELECT '$$'::text $f$;`,
  ),
  both(
    'schema dropped with everything in it, another made of the same names',
    `CREATE SCHEMA a; CREATE TABLE a.t (id integer PRIMARY KEY); CREATE TABLE public.u (t integer REFERENCES a.t); CREATE VIEW a.v AS SELECT * FROM public.u;`,
    `CREATE SCHEMA b; CREATE TABLE b.t (id integer PRIMARY KEY); CREATE TABLE public.u (t integer REFERENCES b.t); CREATE VIEW b.v AS SELECT * FROM public.u;`,
  ),
  both(
    'one kind takes the name of another',
    `CREATE TABLE x (id integer); CREATE SEQUENCE y; CREATE TYPE z AS ENUM ('a'); CREATE INDEX n ON x (id); CREATE DOMAIN q AS text; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';`,
    `CREATE SEQUENCE x; CREATE TABLE y (id integer); CREATE TYPE z AS (a integer); CREATE TABLE n (id integer); CREATE TABLE q (id integer); CREATE PROCEDURE f() LANGUAGE sql AS '';`,
  ),
  both(
    'index and constraint swap their sort',
    `CREATE TABLE t (a integer NOT NULL, b integer); CREATE UNIQUE INDEX t_a_key ON t (a); ALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE (b);`,
    `CREATE TABLE t (a integer NOT NULL, b integer); CREATE UNIQUE INDEX t_b_key ON t (b); ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a);`,
  ),
  both(
    'rowtype used elsewhere',
    `CREATE TABLE t (id integer, a text); CREATE TABLE u (r t, l t[]); CREATE FUNCTION f(t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE VIEW v AS SELECT f(t) FROM t;`,
    `CREATE TABLE t (id integer, b text); CREATE TABLE u (r t, l t[]); CREATE FUNCTION f(t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE VIEW v AS SELECT f(t) FROM t;`,
  ),
  both(
    'materialized view: query, options, indexes, over one another',
    `${widgets} CREATE MATERIALIZED VIEW m AS SELECT id, a FROM w; CREATE UNIQUE INDEX m_id ON m (id); CREATE MATERIALIZED VIEW m2 AS SELECT a FROM m; CREATE VIEW v AS SELECT * FROM m2; GRANT SELECT ON m TO public;`,
    `${widgets} CREATE MATERIALIZED VIEW m WITH (fillfactor = 60) AS SELECT id, a, b FROM w; CREATE UNIQUE INDEX m_id ON m (id); CREATE MATERIALIZED VIEW m2 AS SELECT a FROM m; CREATE VIEW v AS SELECT * FROM m2; GRANT SELECT ON m TO public; COMMENT ON MATERIALIZED VIEW m IS 'm';`,
  ),
  both(
    'recursive view and a view that uses a whole row',
    `${widgets} CREATE RECURSIVE VIEW n (x) AS VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 5; CREATE VIEW v AS SELECT w FROM w;`,
    `CREATE TABLE w (id integer PRIMARY KEY, a bigint NOT NULL, b text, c varchar(20)); CREATE RECURSIVE VIEW n (x) AS VALUES (2) UNION ALL SELECT x + 1 FROM n WHERE x < 5; CREATE VIEW v AS SELECT w FROM w;`,
  ),
  both(
    'typed table and its type',
    `CREATE TYPE c AS (a integer, b text); CREATE TABLE t OF c (a PRIMARY KEY);`,
    `CREATE TYPE c AS (a integer, b text, n integer); CREATE TABLE t OF c (a PRIMARY KEY, b DEFAULT 'x'); CREATE TABLE plain (a integer, b text);`,
  ),
]

/** What Postgres has since 18 only. */
export const since18: readonly Case[] = [
  both(
    'temporal keys',
    `CREATE TABLE r (id int4range, at daterange); CREATE TABLE f (id int4range, at daterange, r int4range);`,
    `CREATE TABLE r (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS)); CREATE TABLE f (id int4range, at daterange, r int4range, UNIQUE (id, at WITHOUT OVERLAPS), FOREIGN KEY (r, PERIOD at) REFERENCES r (id, PERIOD at));`,
  ),
  both(
    'constraints that are not enforced',
    `CREATE TABLE r (id integer PRIMARY KEY); CREATE TABLE t (a integer, CONSTRAINT c CHECK (a > 0), CONSTRAINT f FOREIGN KEY (a) REFERENCES r);`,
    `CREATE TABLE r (id integer PRIMARY KEY); CREATE TABLE t (a integer, CONSTRAINT c CHECK (a > 0) NOT ENFORCED, CONSTRAINT f FOREIGN KEY (a) REFERENCES r NOT ENFORCED);`,
  ),
  both(
    'virtual generated columns',
    `CREATE TABLE t (a integer, v integer GENERATED ALWAYS AS (a + 1) VIRTUAL, s integer GENERATED ALWAYS AS (a) STORED, p integer);`,
    `CREATE TABLE t (a integer, v integer GENERATED ALWAYS AS (a + 2) VIRTUAL, s integer GENERATED ALWAYS AS (a) VIRTUAL, p integer GENERATED ALWAYS AS (a) VIRTUAL);`,
  ),
  both(
    'named NOT NULL constraints',
    `CREATE TABLE t (a integer NOT NULL, b integer CONSTRAINT b_there NOT NULL, c integer, d integer); ALTER TABLE t ADD CONSTRAINT c_there NOT NULL c NOT VALID;`,
    `CREATE TABLE t (a integer CONSTRAINT a_there NOT NULL, b integer NOT NULL, c integer, d integer CONSTRAINT d_there NOT NULL NO INHERIT); ALTER TABLE t ADD CONSTRAINT c_there NOT NULL c; COMMENT ON CONSTRAINT c_there ON t IS 'why';`,
  ),
  both(
    'publication of generated columns',
    `CREATE TABLE a (id integer PRIMARY KEY); CREATE PUBLICATION p FOR TABLE a;`,
    `CREATE TABLE a (id integer PRIMARY KEY); CREATE PUBLICATION p FOR TABLE a WITH (publish_generated_columns = stored);`,
  ),
]

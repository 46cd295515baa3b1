import type { Case } from '../run-pair.js'
import { both } from './both.js'

/** Kinds that stand alone: each made, changed where Postgres can change it, and made anew where it cannot. */
export const lateKinds: readonly Case[] = [
  both(
    'operator: made, estimators changed, commutator and negator',
    `CREATE FUNCTION near(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) < 3';
     CREATE OPERATOR ~~~ (FUNCTION = near, LEFTARG = integer, RIGHTARG = integer);`,
    `CREATE FUNCTION near(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) < 3';
     CREATE FUNCTION far(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) >= 3';
     CREATE OPERATOR ~~~ (FUNCTION = near, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = ~~~, NEGATOR = !~~~, RESTRICT = eqsel, JOIN = eqjoinsel);
     CREATE OPERATOR !~~~ (FUNCTION = far, LEFTARG = integer, RIGHTARG = integer, NEGATOR = ~~~);
     COMMENT ON OPERATOR ~~~ (integer, integer) IS 'close by';`,
  ),
  both(
    'operator: estimator only',
    `CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer, RESTRICT = eqsel);`,
    `CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer, RESTRICT = neqsel, JOIN = neqjoinsel);`,
  ),
  both(
    'operator used by a view and an index, made anew',
    `CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer);
     CREATE TABLE t (a integer, b integer);
     CREATE VIEW v AS SELECT a === b AS same FROM t;
     CREATE INDEX i ON t ((a === 3));`,
    `CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer, HASHES, MERGES, COMMUTATOR = ===);
     CREATE TABLE t (a integer, b integer);
     CREATE VIEW v AS SELECT a === b AS same FROM t;
     CREATE INDEX i ON t ((a === 3));`,
  ),
  both(
    'prefix operator in another schema',
    ``,
    `CREATE SCHEMA "Ops";
     CREATE FUNCTION "Ops".neg(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT -$1';
     CREATE OPERATOR "Ops".@@- (FUNCTION = "Ops".neg, RIGHTARG = numeric);`,
  ),
  both(
    'operator class and family: members added, removed, class made anew under an index',
    `CREATE FUNCTION cmp(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)';
     CREATE OPERATOR FAMILY fam USING btree;
     ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 3 = (bigint, integer), FUNCTION 1 (bigint, integer) btint84cmp(bigint, integer);
     CREATE OPERATOR CLASS rev FOR TYPE integer USING btree FAMILY fam AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 cmp(integer, integer);
     CREATE TABLE t (a integer);
     CREATE INDEX t_rev ON t (a rev);`,
    `CREATE FUNCTION cmp(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)';
     CREATE OPERATOR FAMILY fam USING btree;
     ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (bigint, integer);
     CREATE OPERATOR CLASS rev FOR TYPE integer USING btree FAMILY fam AS OPERATOR 1 >, OPERATOR 5 <, OPERATOR 3 =, FUNCTION 1 cmp(integer, integer);
     CREATE TABLE t (a integer);
     CREATE INDEX t_rev ON t (a rev);
     COMMENT ON OPERATOR CLASS rev USING btree IS 'backwards';
     COMMENT ON OPERATOR FAMILY fam USING btree IS 'family';`,
  ),
  both(
    'hash operator class as default of a type',
    `CREATE TYPE mood AS ENUM ('a', 'b');`,
    `CREATE TYPE mood AS ENUM ('a', 'b');
     CREATE TYPE pair AS (x integer, y integer);
     CREATE FUNCTION pair_eq(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x = ($2).x';
     CREATE FUNCTION pair_hash(pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT hashint4(($1).x)';
     CREATE OPERATOR ==== (FUNCTION = pair_eq, LEFTARG = pair, RIGHTARG = pair);
     CREATE OPERATOR CLASS pair_ops DEFAULT FOR TYPE pair USING hash AS OPERATOR 1 ====, FUNCTION 1 pair_hash(pair);`,
  ),
  both(
    'gist operator class, whose operators belong to the family',
    ``,
    `CREATE OPERATOR CLASS inet2 FOR TYPE inet USING gist AS OPERATOR 3 &&, OPERATOR 18 =, FUNCTION 1 inet_gist_consistent(internal, inet, smallint, oid, internal),
       FUNCTION 2 inet_gist_union(internal, internal), FUNCTION 3 inet_gist_compress(internal), FUNCTION 5 inet_gist_penalty(internal, internal, internal),
       FUNCTION 6 inet_gist_picksplit(internal, internal), FUNCTION 7 inet_gist_same(inet, inet, internal);`,
  ),
  both(
    'cast: by function, by text, without function; context changed',
    `CREATE TYPE box2 AS (w integer);
     CREATE FUNCTION to_int(box2) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).w';
     CREATE CAST (box2 AS integer) WITH FUNCTION to_int(box2);
     CREATE CAST (integer AS json) WITH INOUT;`,
    `CREATE TYPE box2 AS (w integer);
     CREATE FUNCTION to_int(box2) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).w';
     CREATE CAST (box2 AS integer) WITH FUNCTION to_int(box2) AS ASSIGNMENT;
     CREATE CAST (box2 AS text) WITH INOUT AS IMPLICIT;
     COMMENT ON CAST (box2 AS integer) IS 'its width';`,
  ),
  both(
    'cast used by a default and a view',
    `CREATE TYPE box2 AS (w integer);
     CREATE FUNCTION to_box(integer) RETURNS box2 LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::box2';
     CREATE CAST (integer AS box2) WITH FUNCTION to_box(integer);
     CREATE TABLE t (id integer, b box2 DEFAULT 3::box2);
     CREATE VIEW v AS SELECT id::box2 AS b FROM t;`,
    `CREATE TYPE box2 AS (w integer);
     CREATE FUNCTION to_box(integer) RETURNS box2 LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::box2';
     CREATE CAST (integer AS box2) WITH FUNCTION to_box(integer) AS ASSIGNMENT;
     CREATE TABLE t (id integer, b box2 DEFAULT 3::box2);
     CREATE VIEW v AS SELECT id::box2 AS b FROM t;`,
  ),
  both(
    'conversion made, commented, made default',
    `CREATE CONVERSION myconv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;`,
    `CREATE DEFAULT CONVERSION myconv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
     COMMENT ON CONVERSION myconv IS 'mine';`,
  ),
  both(
    'collation: locale changed under a column and an index',
    `CREATE COLLATION plain (provider = libc, locale = 'C');
     CREATE TABLE t (a text COLLATE plain, b text);
     CREATE INDEX ON t (b COLLATE plain);`,
    `CREATE COLLATION plain (provider = libc, locale = 'POSIX');
     CREATE TABLE t (a text COLLATE plain, b text);
     CREATE INDEX ON t (b COLLATE plain);
     COMMENT ON COLLATION plain IS 'plain';`,
  ),
  both(
    'base type with its functions, and a column of it',
    `CREATE TABLE t (id integer);`,
    `CREATE TYPE raw;
     CREATE FUNCTION raw_in(cstring) RETURNS raw LANGUAGE internal IMMUTABLE STRICT AS 'textin';
     CREATE FUNCTION raw_out(raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
     CREATE TYPE raw (INPUT = raw_in, OUTPUT = raw_out, LIKE = text, CATEGORY = 'S');
     CREATE TABLE t (id integer, r raw, list raw[]);
     COMMENT ON TYPE raw IS 'raw';
     COMMENT ON FUNCTION raw_in(cstring) IS 'reads';`,
  ),
  both(
    'base type: storage and send function',
    `CREATE TYPE raw;
     CREATE FUNCTION raw_in(cstring) RETURNS raw LANGUAGE internal IMMUTABLE STRICT AS 'textin';
     CREATE FUNCTION raw_out(raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
     CREATE TYPE raw (INPUT = raw_in, OUTPUT = raw_out, LIKE = text);`,
    `CREATE TYPE raw;
     CREATE FUNCTION raw_in(cstring) RETURNS raw LANGUAGE internal IMMUTABLE STRICT AS 'textin';
     CREATE FUNCTION raw_out(raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
     CREATE FUNCTION raw_send(raw) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'textsend';
     CREATE TYPE raw (INPUT = raw_in, OUTPUT = raw_out, SEND = raw_send, INTERNALLENGTH = VARIABLE, STORAGE = main);`,
  ),
  both(
    'language over the handler of plpgsql',
    `CREATE TABLE t (id integer);`,
    `CREATE TABLE t (id integer);
     CREATE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
     CREATE FUNCTION f() RETURNS integer LANGUAGE mine AS $$ BEGIN RETURN 1; END $$;
     COMMENT ON LANGUAGE mine IS 'ours';
     REVOKE USAGE ON LANGUAGE mine FROM public;`,
  ),
  both(
    'language: validator and trust changed',
    `CREATE LANGUAGE mine HANDLER plpgsql_call_handler;`,
    `CREATE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;`,
  ),
  both(
    'access method, and a table that uses it',
    `CREATE TABLE t (id integer);`,
    `CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
     CREATE TABLE t (id integer) USING heap2;
     COMMENT ON ACCESS METHOD heap2 IS 'another heap';`,
  ),
  both(
    'transform made, and changed',
    `CREATE FUNCTION from_it(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'int4recv';
     CREATE TYPE thing AS (a integer);`,
    `CREATE FUNCTION from_it(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'int4recv';
     CREATE TYPE thing AS (a integer);
     CREATE TRANSFORM FOR thing LANGUAGE plpgsql (FROM SQL WITH FUNCTION from_it(internal));
     COMMENT ON TRANSFORM FOR thing LANGUAGE plpgsql IS 'how';`,
  ),
  both(
    'event trigger: tags, state, comment',
    `CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
     CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION note();
     CREATE TABLE t (id integer);`,
    `CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'x'; END $$;
     CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION note();
     ALTER EVENT TRIGGER watch ENABLE ALWAYS;
     CREATE TABLE t (id integer, b text);
     COMMENT ON EVENT TRIGGER watch IS 'watching';`,
  ),
  both(
    'event trigger that forbids what the plan does',
    `CREATE TABLE t (id integer);`,
    `CREATE TABLE t (id integer, b text);
     CREATE TABLE u (id integer);
     CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
     CREATE EVENT TRIGGER guard ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION forbid();`,
  ),
  both(
    'publication: tables, columns, filters, schemas',
    `CREATE SCHEMA app; CREATE TABLE a (id integer PRIMARY KEY, x text, y integer); CREATE TABLE b (id integer PRIMARY KEY); CREATE TABLE app.c (id integer);
     CREATE PUBLICATION p FOR TABLE a (id, x), b;`,
    `CREATE SCHEMA app; CREATE TABLE a (id integer PRIMARY KEY, x text, y integer); CREATE TABLE b (id integer PRIMARY KEY); CREATE TABLE app.c (id integer);
     CREATE PUBLICATION p FOR TABLE a WHERE (id > 3), TABLES IN SCHEMA app WITH (publish = 'insert, delete', publish_via_partition_root = true);
     CREATE PUBLICATION q FOR ALL TABLES;
     COMMENT ON PUBLICATION p IS 'feed';`,
  ),
  both(
    'publication: its table is made anew, its column dropped',
    `CREATE TABLE a (id integer PRIMARY KEY, x text, y integer); CREATE PUBLICATION p FOR TABLE a (id, x);`,
    `CREATE TABLE a (id integer PRIMARY KEY, z bigint) PARTITION BY RANGE (id); CREATE PUBLICATION p FOR TABLE a (id, z) WITH (publish_via_partition_root = true);`,
  ),
  both(
    'publication and statistics: a column of theirs changes its type',
    `CREATE TABLE a (id integer PRIMARY KEY, x integer, y integer); CREATE PUBLICATION p FOR TABLE a WHERE (id > 3); CREATE STATISTICS st ON x, y FROM a; ALTER STATISTICS st SET STATISTICS 9; COMMENT ON STATISTICS st IS 'kept';`,
    `CREATE TABLE a (id bigint PRIMARY KEY, x bigint, y integer); CREATE PUBLICATION p FOR TABLE a WHERE (id > 3); CREATE STATISTICS st ON x, y FROM a; ALTER STATISTICS st SET STATISTICS 9; COMMENT ON STATISTICS st IS 'kept';`,
  ),
  both(
    'publication: all tables or some',
    `CREATE TABLE a (id integer); CREATE PUBLICATION p FOR ALL TABLES;`,
    `CREATE TABLE a (id integer); CREATE PUBLICATION p FOR TABLE a WITH (publish = '');`,
  ),
  both(
    'subscription that does not connect',
    `CREATE TABLE t (id integer);`,
    `CREATE TABLE t (id integer);
     CREATE SUBSCRIPTION s CONNECTION 'host=localhost dbname=none password=hush' PUBLICATION p, "Q" WITH (connect = false, slot_name = NONE, binary = true, streaming = on);
     COMMENT ON SUBSCRIPTION s IS 'sub';`,
    { clusterWide: true, nativeOnly: true },
  ),
  both(
    'subscription: publications, options and connection changed',
    `CREATE SUBSCRIPTION s CONNECTION 'host=localhost dbname=none' PUBLICATION p WITH (connect = false, slot_name = 'slot', synchronous_commit = 'local');`,
    `CREATE SUBSCRIPTION s CONNECTION 'host=elsewhere dbname=none' PUBLICATION p, q WITH (connect = false, slot_name = NONE, disable_on_error = true);`,
    { clusterWide: true, nativeOnly: true },
  ),
  both(
    'foreign data: wrapper, server, mapping, table',
    `CREATE TABLE t (id integer);`,
    `CREATE TABLE t (id integer);
     CREATE FOREIGN DATA WRAPPER w OPTIONS (a '1', "B" 'it''s');
     CREATE SERVER s TYPE 'x' VERSION '2' FOREIGN DATA WRAPPER w OPTIONS (host 'h');
     CREATE USER MAPPING FOR public SERVER s OPTIONS ("user" 'me', password 'hush');
     CREATE USER MAPPING FOR CURRENT_USER SERVER s;
     CREATE FOREIGN TABLE ft (id integer OPTIONS (column_name 'ID') NOT NULL, note text DEFAULT 'x', CHECK (id > 0)) SERVER s OPTIONS (table_name 'T');
     COMMENT ON FOREIGN DATA WRAPPER w IS 'w'; COMMENT ON SERVER s IS 's'; COMMENT ON FOREIGN TABLE ft IS 'ft'; COMMENT ON COLUMN ft.id IS 'id';
     GRANT USAGE ON FOREIGN SERVER s TO public;
     GRANT USAGE ON FOREIGN DATA WRAPPER w TO public;
     GRANT SELECT ON ft TO public;`,
  ),
  both(
    'foreign data: options, version and columns changed in place',
    `CREATE FOREIGN DATA WRAPPER w OPTIONS (a '1', b '2');
     CREATE SERVER s VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h', port '1');
     CREATE USER MAPPING FOR public SERVER s OPTIONS ("user" 'me');
     CREATE FOREIGN TABLE ft (id integer OPTIONS (column_name 'ID'), gone text, kept text) SERVER s OPTIONS (table_name 'T', x 'y');`,
    `CREATE FOREIGN DATA WRAPPER w OPTIONS (b '3', c '4');
     CREATE SERVER s VERSION '2' FOREIGN DATA WRAPPER w OPTIONS (host 'other');
     CREATE USER MAPPING FOR public SERVER s OPTIONS ("user" 'you', extra 'z');
     CREATE FOREIGN TABLE ft (id bigint OPTIONS (column_name 'id', more '1') NOT NULL, kept text, new integer DEFAULT 4) SERVER s OPTIONS (table_name 'U');`,
  ),
  both(
    'foreign data: server with another type, table on another server',
    `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s TYPE 'a' FOREIGN DATA WRAPPER w; CREATE SERVER s2 FOREIGN DATA WRAPPER w;
     CREATE USER MAPPING FOR public SERVER s OPTIONS ("user" 'me');
     CREATE FOREIGN TABLE ft (id integer) SERVER s; CREATE VIEW v AS SELECT * FROM ft;`,
    `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s TYPE 'b' FOREIGN DATA WRAPPER w; CREATE SERVER s2 FOREIGN DATA WRAPPER w;
     CREATE USER MAPPING FOR public SERVER s OPTIONS ("user" 'me');
     CREATE FOREIGN TABLE ft (id integer) SERVER s2; CREATE VIEW v AS SELECT * FROM ft;`,
  ),
  both(
    'foreign table as partition',
    `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
     CREATE TABLE p (id integer, x text) PARTITION BY RANGE (id);`,
    `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
     CREATE TABLE p (id integer, x text) PARTITION BY RANGE (id);
     CREATE FOREIGN TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10) SERVER s;`,
  ),
  both(
    'text search: dictionary options, configuration mappings',
    `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, LANGUAGE = english, STOPWORDS = english);
     CREATE TEXT SEARCH CONFIGURATION c (COPY = pg_catalog.english);
     ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR asciiword WITH d;`,
    `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, LANGUAGE = english);
     CREATE TEXT SEARCH CONFIGURATION c (COPY = pg_catalog.english);
     ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR asciiword WITH d, simple;
     ALTER TEXT SEARCH CONFIGURATION c DROP MAPPING FOR email, url;
     COMMENT ON TEXT SEARCH CONFIGURATION c IS 'c'; COMMENT ON TEXT SEARCH DICTIONARY d IS 'd';`,
  ),
  both(
    'text search: template and parser over built-in functions',
    ``,
    `CREATE TEXT SEARCH TEMPLATE t (INIT = dsimple_init, LEXIZE = dsimple_lexize);
     CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
     CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = t, ACCEPT = false);
     CREATE TEXT SEARCH CONFIGURATION c (PARSER = p);
     ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH d;
     COMMENT ON TEXT SEARCH PARSER p IS 'p'; COMMENT ON TEXT SEARCH TEMPLATE t IS 't';`,
  ),
  both(
    'text search: template changed below a configuration that an index uses',
    `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
     CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
     ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH d;
     CREATE TABLE t (body text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.c', body)) STORED);
     CREATE INDEX ON t USING gin (to_tsvector('public.c', body));`,
    `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, LANGUAGE = german);
     CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
     ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH d;
     CREATE TABLE t (body text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.c', body)) STORED);
     CREATE INDEX ON t USING gin (to_tsvector('public.c', body));`,
  ),
  both(
    'statistics: kinds, expressions, target',
    `CREATE TABLE t (a integer, b integer, c text);
     CREATE STATISTICS s1 ON a, b FROM t; CREATE STATISTICS s2 (ndistinct) ON a, b FROM t; CREATE STATISTICS s4 ON a, c FROM t;`,
    `CREATE TABLE t (a integer, b bigint, c text);
     CREATE STATISTICS s1 ON a, b FROM t; CREATE STATISTICS s2 (ndistinct, mcv) ON a, b FROM t; CREATE STATISTICS s3 ON (a + 1), lower(c) FROM t;
     ALTER STATISTICS s1 SET STATISTICS 500; COMMENT ON STATISTICS s3 IS 'expr';`,
  ),
  both(
    'roles: attributes, settings, membership',
    `CREATE ROLE case_owner LOGIN; CREATE ROLE case_reader CONNECTION LIMIT 5; GRANT case_reader TO case_owner;
     ALTER ROLE case_owner SET search_path TO app, public; ALTER ROLE case_owner SET work_mem TO '8MB';`,
    `CREATE ROLE case_owner LOGIN CREATEDB NOINHERIT; CREATE ROLE case_reader VALID UNTIL '2030-01-01 00:00:00+00'; CREATE ROLE case_new;
     GRANT case_reader TO case_owner WITH ADMIN OPTION; GRANT case_new TO case_reader;
     ALTER ROLE case_owner SET work_mem TO '16MB'; COMMENT ON ROLE case_new IS 'new';
     CREATE TABLE t (id integer); ALTER TABLE t OWNER TO case_new; GRANT SELECT ON t TO case_reader;`,
    { clusterWide: true, printed: false },
  ),
]

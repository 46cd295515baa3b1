import type { Case } from '../run-pair.js'
import { both } from './both.js'

/** What is changed while other objects hang on it, and must come out as it was. */
export const dependents: readonly Case[] = [
  both(
    'row type array col default',
    `CREATE TYPE c AS (a int);
     CREATE TABLE t(x c DEFAULT ROW(1)::c, y c[] DEFAULT ARRAY[ROW(1)::c]);`,
    `CREATE TYPE c AS (a int, b text);
     CREATE TABLE t(x c DEFAULT ROW(1,'q')::c, y c[] DEFAULT ARRAY[ROW(1,'z')::c]);`,
  ),
  both(
    'replica identity of each',
    `CREATE TABLE t(a int PRIMARY KEY, b int NOT NULL UNIQUE);
     ALTER TABLE t REPLICA IDENTITY USING INDEX t_b_key;`,
    `CREATE TABLE t(a int PRIMARY KEY, b int NOT NULL, CONSTRAINT t_b_key UNIQUE(b) INCLUDE (a));
     ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey;`,
  ),
  both(
    'cluster on constraint',
    `CREATE TABLE t(a int PRIMARY KEY, b int);
     ALTER TABLE t CLUSTER ON t_pkey;`,
    `CREATE TABLE t(a bigint PRIMARY KEY, b int);
     ALTER TABLE t CLUSTER ON t_pkey;
     CREATE INDEX bb ON t(b);`,
  ),
  both(
    'generated chain retype',
    `CREATE TABLE t(a int, b int GENERATED ALWAYS AS (a*2) STORED, c int);
     CREATE INDEX i ON t((b+1));
     CREATE VIEW v AS SELECT b FROM t;`,
    `CREATE TABLE t(a numeric, b numeric GENERATED ALWAYS AS (a*2) STORED, c int GENERATED ALWAYS AS (3) STORED);
     CREATE INDEX i ON t((b+1));
     CREATE VIEW v AS SELECT b FROM t;`,
  ),
  both(
    'composite used in index and check',
    `CREATE TYPE c AS (a int);
     CREATE TABLE t(x c, CHECK ((x).a > 0));
     CREATE INDEX i ON t(((x).a));`,
    `CREATE TYPE c AS (a bigint);
     CREATE TABLE t(x c, CHECK ((x).a > 0));
     CREATE INDEX i ON t(((x).a));`,
  ),
  both(
    'composite attribute dropped used elsewhere',
    `CREATE TYPE c AS (a int, b text);
     CREATE TABLE t(x c);
     CREATE VIEW v AS SELECT (x).b FROM t;
     CREATE FUNCTION f(c) RETURNS int LANGUAGE sql RETURN ($1).a;`,
    `CREATE TYPE c AS (a int);
     CREATE TABLE t(x c);
     CREATE VIEW v AS SELECT (x).a AS b FROM t;
     CREATE FUNCTION f(c) RETURNS int LANGUAGE sql RETURN ($1).a+1;`,
  ),
  both(
    'domain over composite and enum arrays',
    `CREATE TYPE e AS ENUM('a','b');
     CREATE DOMAIN d AS e[] CHECK (array_length(value,1) > 0);
     CREATE TABLE t(x d DEFAULT '{a}');`,
    `CREATE TYPE e AS ENUM('b','a','c');
     CREATE DOMAIN d AS e[] CHECK (array_length(value,1) > 1);
     CREATE TABLE t(x d DEFAULT '{c,a}');`,
  ),
  both(
    'enum in function default, policy, partial index, trigger when, view',
    `CREATE TYPE e AS ENUM('a','b');
     CREATE TABLE t(x e NOT NULL DEFAULT 'a');
     CREATE INDEX i ON t(x) WHERE x='a';
     ALTER TABLE t ENABLE ROW LEVEL SECURITY;
     CREATE POLICY p ON t USING (x <> 'b');
     CREATE FUNCTION f(e DEFAULT 'a') RETURNS e LANGUAGE sql RETURN 'b'::e;
     CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
     CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (old.x='a') EXECUTE FUNCTION tf();
     CREATE VIEW v AS SELECT x, f(x) FROM t WHERE x='b';
     CREATE MATERIALIZED VIEW mv AS SELECT * FROM v;
     CREATE RULE r AS ON DELETE TO t WHERE old.x='b' DO INSTEAD NOTHING;`,
    `CREATE TYPE e AS ENUM('b','z');
     CREATE TABLE t(x e NOT NULL DEFAULT 'z');
     CREATE INDEX i ON t(x) WHERE x='b';
     ALTER TABLE t ENABLE ROW LEVEL SECURITY;
     CREATE POLICY p ON t USING (x <> 'b');
     CREATE FUNCTION f(e DEFAULT 'z') RETURNS e LANGUAGE sql RETURN 'b'::e;
     CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
     CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (old.x='z') EXECUTE FUNCTION tf();
     CREATE VIEW v AS SELECT x, f(x) FROM t WHERE x='b';
     CREATE MATERIALIZED VIEW mv AS SELECT * FROM v;
     CREATE RULE r AS ON DELETE TO t WHERE old.x='b' DO INSTEAD NOTHING;`,
  ),
  both(
    'function used by everything changes args',
    `CREATE FUNCTION f(a int) RETURNS int IMMUTABLE LANGUAGE sql RETURN a;
     CREATE TABLE t(a int DEFAULT f(1), b int GENERATED ALWAYS AS (f(a)) STORED, CHECK (f(a)>0));
     CREATE INDEX i ON t(f(a));
     CREATE VIEW v AS SELECT f(a) FROM t;
     CREATE AGGREGATE ag(int) (SFUNC=int4pl, STYPE=int, FINALFUNC=f);
     CREATE DOMAIN d AS int CHECK (f(value)>1);
     CREATE STATISTICS s ON (f(a)),a FROM t;`,
    `CREATE FUNCTION f(b int) RETURNS int IMMUTABLE LANGUAGE sql RETURN b+1;
     CREATE TABLE t(a int DEFAULT f(1), b int GENERATED ALWAYS AS (f(a)) STORED, CHECK (f(a)>0));
     CREATE INDEX i ON t(f(a));
     CREATE VIEW v AS SELECT f(a) FROM t;
     CREATE AGGREGATE ag(int) (SFUNC=int4pl, STYPE=int, FINALFUNC=f);
     CREATE DOMAIN d AS int CHECK (f(value)>1);
     CREATE STATISTICS s ON (f(a)),a FROM t;`,
  ),
  both(
    'sequence shared by two tables',
    `CREATE SEQUENCE s;
     CREATE TABLE t(a int DEFAULT nextval('s'));
     CREATE TABLE u(a int DEFAULT nextval('s'));
     ALTER SEQUENCE s OWNED BY t.a;`,
    `CREATE SEQUENCE s;
     CREATE TABLE u(a int DEFAULT nextval('s'));
     ALTER SEQUENCE s OWNED BY u.a;`,
  ),
  both(
    'view whose column has a default, made anew',
    `CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a, b FROM t; ALTER VIEW v ALTER a SET DEFAULT 3;`,
    `CREATE TABLE t (a bigint, b int); CREATE VIEW v AS SELECT a, b FROM t; ALTER VIEW v ALTER a SET DEFAULT 3;`,
  ),
]

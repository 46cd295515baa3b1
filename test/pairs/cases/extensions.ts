import type { Case } from '../run-pair.js'
import { both } from './both.js'

/** One of each kind that can depend on an extension, beside two extensions. */
const dependingKinds = `CREATE EXTENSION hstore;
  CREATE EXTENSION citext;
  CREATE TABLE t(a int);
  CREATE INDEX i ON t(a);
  CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
  CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'select 1';
  CREATE PROCEDURE p() LANGUAGE sql AS 'select 1';
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
  CREATE TRIGGER tg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();`

/** Extensions, and what hangs on them. */
export const extensions: readonly Case[] = [
  both(
    'depends on extension',
    `CREATE EXTENSION hstore;
     CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';`,
    `CREATE EXTENSION hstore;
     CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';
     ALTER FUNCTION f() DEPENDS ON EXTENSION hstore;`,
  ),
  both(
    'extension moved',
    `CREATE SCHEMA x;
     CREATE EXTENSION citext SCHEMA x;
     CREATE TABLE t(a x.citext DEFAULT 'q', b x.citext[]);
     CREATE INDEX i ON t(a);
     CREATE VIEW v AS SELECT a = 'x' AS q FROM t;`,
    `CREATE SCHEMA x;
     CREATE EXTENSION citext SCHEMA public;
     CREATE TABLE t(a public.citext DEFAULT 'q', b public.citext[]);
     CREATE INDEX i ON t(a);
     CREATE VIEW v AS SELECT a = 'x' AS q FROM t;  COMMENT ON EXTENSION citext IS 'mine';`,
  ),
  both(
    'extension dropped with users',
    `CREATE EXTENSION citext;
     CREATE TABLE t(a citext, b text);
     CREATE INDEX i ON t(a);
     CREATE FUNCTION f(citext) RETURNS citext LANGUAGE sql AS 'select $1';`,
    `CREATE TABLE t(a text, b text);
     CREATE INDEX i ON t(a);
     CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'select $1';`,
  ),
  both(
    'depends on extension all',
    `${dependingKinds}
     ALTER FUNCTION f(int) DEPENDS ON EXTENSION hstore;`,
    `${dependingKinds}
     ALTER FUNCTION f(int) DEPENDS ON EXTENSION citext;
     ALTER PROCEDURE p() DEPENDS ON EXTENSION citext;
     ALTER PROCEDURE p() DEPENDS ON EXTENSION hstore;
     ALTER INDEX i DEPENDS ON EXTENSION citext;
     ALTER MATERIALIZED VIEW m DEPENDS ON EXTENSION citext;
     ALTER TRIGGER tg ON t DEPENDS ON EXTENSION citext;`,
  ),
  both(
    'depends, extension gone',
    `${dependingKinds}
     ALTER FUNCTION f(int) DEPENDS ON EXTENSION hstore;
     ALTER INDEX i DEPENDS ON EXTENSION hstore;`,
    `${dependingKinds}
     DROP EXTENSION hstore;`,
  ),
]

import type { Case } from '../run-pair.js'
import { both } from './both.js'

const foreignServer = `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;`

/** Columns that change in company: with their tables' privileges, TOAST tables and foreign heirs. */
export const columns: readonly Case[] = [
  both(
    'column type of a foreign table',
    `${foreignServer} CREATE FOREIGN TABLE f (id integer, a boolean DEFAULT true, b text NOT NULL) SERVER s;`,
    `${foreignServer} CREATE FOREIGN TABLE f (id integer, a bigint DEFAULT 2, b jsonb NOT NULL) SERVER s;`,
  ),
  both(
    'column type of a table with foreign tables below, of values that have to be converted',
    `${foreignServer} CREATE TABLE p (id integer, a boolean) PARTITION BY LIST (id);
     CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
     CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (id);
     CREATE FOREIGN TABLE p3 PARTITION OF p FOR VALUES IN (3) SERVER s; CREATE FOREIGN TABLE p22 PARTITION OF p2 DEFAULT SERVER s;
     CREATE TABLE base (a text, b text); CREATE FOREIGN TABLE heir () INHERITS (base) SERVER s;`,
    `${foreignServer} CREATE TABLE p (id integer, a bigint) PARTITION BY LIST (id);
     CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
     CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (id);
     CREATE FOREIGN TABLE p3 PARTITION OF p FOR VALUES IN (3) SERVER s; CREATE FOREIGN TABLE p22 PARTITION OF p2 DEFAULT SERVER s;
     CREATE TABLE base (a uuid, b text); CREATE FOREIGN TABLE heir () INHERITS (base) SERVER s;`,
  ),
  both(
    'enum rebuilt under a table with a foreign table below',
    `${foreignServer} CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE base (a mood); CREATE FOREIGN TABLE heir () INHERITS (base) SERVER s;`,
    `${foreignServer} CREATE TYPE mood AS ENUM ('b', 'a'); CREATE TABLE base (a mood); CREATE FOREIGN TABLE heir () INHERITS (base) SERVER s;`,
  ),
  both(
    'privilege revoked for a table and kept for a column',
    `CREATE TABLE t (id integer, a text); CREATE VIEW v AS SELECT id, a FROM t;
     GRANT SELECT, UPDATE ON t, v TO pair_reader; GRANT UPDATE (a), SELECT (id) ON t TO pair_reader; GRANT UPDATE (a) ON v TO pair_reader;`,
    `CREATE TABLE t (id integer, a text); CREATE VIEW v AS SELECT id, a FROM t;
     GRANT SELECT ON t TO pair_reader; GRANT UPDATE (a) ON t, v TO pair_reader; GRANT SELECT (id) ON t TO pair_reader;`,
    { roles: ['pair_reader'] },
  ),
  both(
    'grant option revoked for a table and kept for a column',
    `CREATE TABLE t (id integer, a text); GRANT SELECT, UPDATE ON t TO pair_reader WITH GRANT OPTION; GRANT SELECT (a) ON t TO pair_reader WITH GRANT OPTION;`,
    `CREATE TABLE t (id integer, a text); GRANT SELECT, UPDATE ON t TO pair_reader; GRANT SELECT (a) ON t TO pair_reader WITH GRANT OPTION;`,
    { roles: ['pair_reader'] },
  ),
  both(
    'table that is written anew while no column is long, with TOAST options',
    `CREATE TABLE t (id integer, a text, b integer) WITH (toast.autovacuum_enabled = false);`,
    `CREATE TABLE t (id integer, b bigint, c jsonb) WITH (toast.autovacuum_enabled = false, toast.vacuum_truncate = off);`,
  ),
]

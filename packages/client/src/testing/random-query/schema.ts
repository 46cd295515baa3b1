/** The types that expressions are made of. */
export type Type = 'int' | 'text' | 'bool' | 'numeric' | 'ints' | 'jsonb' | 'ts' | 'range' | 'pair' | 'mood'

export const allTypes: readonly Type[] = [
  'int',
  'text',
  'bool',
  'numeric',
  'ints',
  'jsonb',
  'ts',
  'range',
  'pair',
  'mood',
]

export interface Column {
  name: string
  type: Type
}

export interface Relation {
  name: string
  columns: Column[]
}

/** Something in FROM that expressions can take columns of. */
export interface Source {
  alias: string
  columns: Column[]
  /** Its rows are those of a table, so that the whole row and its system columns can be named. */
  isTable?: boolean
}

export const sqlTypes: Readonly<Record<Type, string>> = {
  int: 'int',
  text: 'text',
  bool: 'bool',
  numeric: 'numeric',
  ints: 'int[]',
  jsonb: 'jsonb',
  ts: 'timestamptz',
  range: 'int4range',
  pair: 'pair',
  mood: 'mood',
}

/**
 * Tables in which half of what may be NULL is, keys that match and keys that do not, views over all of it, triggers that interfere, and
 * functions that answer NULL when they like.
 */
export const oracleSchema = `
CREATE DOMAIN label AS text;
CREATE DOMAIN must AS text NOT NULL;
CREATE TYPE pair AS (x int, y text);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE a (id int PRIMARY KEY, i int, n int NOT NULL, t text, s text NOT NULL, b bool, c bool NOT NULL, x numeric, arr int[] NOT NULL, j jsonb NOT NULL, ts timestamptz NOT NULL, r int4range NOT NULL, d label, p pair, m mood NOT NULL);
CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, i int, n int NOT NULL, t text, s text NOT NULL, b bool, x numeric NOT NULL, arr int[], j jsonb, g text GENERATED ALWAYS AS (upper(t)) STORED, p pair NOT NULL, m mood);
CREATE TABLE c (id int PRIMARY KEY, b_id int NOT NULL, i int, t text NOT NULL, b bool NOT NULL, ts timestamptz, w must);
CREATE TABLE e (id int NOT NULL, i int, t text NOT NULL, s text);
CREATE TABLE e1 (extra int) INHERITS (e);
CREATE TABLE tr (id int PRIMARY KEY, i int, t text);
CREATE FUNCTION nuller() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := NULL; RETURN NEW; END $$;
CREATE TRIGGER nuller BEFORE UPDATE ON tr FOR EACH ROW EXECUTE FUNCTION nuller();
CREATE TABLE ti (id int PRIMARY KEY, i int, t text);
CREATE TRIGGER nuller BEFORE INSERT ON ti FOR EACH ROW EXECUTE FUNCTION nuller();
CREATE TABLE pt (id int NOT NULL, i int, t text, s text NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (5);
CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (5) TO (100000);
CREATE TRIGGER nuller BEFORE UPDATE ON pt2 FOR EACH ROW EXECUTE FUNCTION nuller();
CREATE FUNCTION strict_odd(int) RETURNS int LANGUAGE sql STRICT IMMUTABLE AS 'SELECT CASE WHEN $1 % 2 = 1 THEN $1 END';
CREATE FUNCTION lax(int, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $2 || $1';
CREATE FUNCTION either(anyelement, anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT nullif($1, $2)';
CREATE FUNCTION said(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, ''nobody'')';
COMMENT ON FUNCTION said(text) IS '@notnull';
CREATE FUNCTION rows_of(int) RETURNS TABLE (k int, v text) LANGUAGE sql STABLE AS 'SELECT i, t FROM a WHERE n <= $1';
CREATE FUNCTION pairs_of(int) RETURNS SETOF pair LANGUAGE sql STABLE AS 'SELECT NULL::pair UNION ALL SELECT ROW($1, NULL)::pair';
CREATE FUNCTION as_of(int) RETURNS SETOF a LANGUAGE sql STABLE AS 'SELECT * FROM a WHERE n <= $1';
CREATE FUNCTION outs(i int, OUT k int, OUT v text) LANGUAGE sql STABLE AS 'SELECT i, NULL::text';
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT nullif($1, $2)';
CREATE OPERATOR |#| (LEFTARG = int, RIGHTARG = int, FUNCTION = plus);
CREATE AGGREGATE last_one(int) (SFUNC = plus, STYPE = int);
CREATE VIEW va AS SELECT id, i, n, t, s, c FROM a WHERE t IS NOT NULL;
CREATE VIEW vab AS SELECT a.id, a.s, b.n, b.t, b.x FROM a LEFT JOIN b ON b.a_id = a.id;
CREATE VIEW vg AS SELECT n, count(*) AS i, max(t) AS t FROM a GROUP BY n;
CREATE VIEW vv AS SELECT v.id, v.s, v.n AS i, coalesce(v.t, 'none') AS t, c.t AS u, CASE WHEN c.i > 0 THEN c.i ELSE 0 END AS n FROM vab v FULL JOIN c ON c.b_id = v.n;
CREATE VIEW vw AS SELECT id, i, lag(i) OVER (ORDER BY id) AS n, first_value(s) OVER (ORDER BY id) AS s FROM a;
CREATE VIEW vu AS SELECT id, i, t FROM a UNION ALL SELECT id, b_id, t FROM c;
CREATE VIEW vr AS SELECT n AS i, s AS t, count(*)::int AS n FROM a GROUP BY ROLLUP (n, s);
INSERT INTO a SELECT g, CASE WHEN g % 2 = 0 THEN g % 5 END, g % 3, CASE WHEN g % 3 = 0 THEN 't' || g % 4 END, 's' || g % 4, CASE g % 3 WHEN 0 THEN true WHEN 1 THEN false END, g % 2 = 0,
  CASE WHEN g % 2 = 1 THEN g * 1.5 WHEN g = 4 THEN 'NaN' END, CASE WHEN g % 3 = 0 THEN '{}'::int[] WHEN g % 3 = 1 THEN ARRAY[g, NULL] ELSE ARRAY[g] END,
  CASE g % 4 WHEN 0 THEN 'null'::jsonb WHEN 1 THEN '{"k": null}' WHEN 2 THEN '{"k": 1}' ELSE '[1, "x", null]' END,
  CASE WHEN g = 3 THEN 'infinity'::timestamptz ELSE '2024-01-01 00:00:00+00'::timestamptz + g * interval '1 day' END,
  CASE g % 3 WHEN 0 THEN 'empty'::int4range WHEN 1 THEN int4range(NULL, g) ELSE int4range(1, g) END, CASE WHEN g % 2 = 0 THEN 'd' END,
  CASE g % 4 WHEN 0 THEN ROW(g, NULL)::pair WHEN 1 THEN ROW(NULL, NULL)::pair WHEN 2 THEN ROW(1, 't1')::pair END, (ARRAY['sad', 'ok', 'happy'])[g % 3 + 1]::mood
  FROM generate_series(1, 9) g;
INSERT INTO b (id, a_id, i, n, t, s, b, x, arr, j, p, m) SELECT g, CASE WHEN g % 3 > 0 THEN g % 5 + 1 END, CASE WHEN g % 2 = 1 THEN g % 4 END, g % 4, CASE WHEN g % 2 = 0 THEN 't' || g % 4 END, 's' || g % 3,
  CASE WHEN g % 4 > 1 THEN g % 2 = 0 END, g * 2.5, CASE WHEN g % 2 = 0 THEN ARRAY[g, 2] END, CASE WHEN g % 2 = 1 THEN jsonb_build_object('k', g) END,
  CASE g % 2 WHEN 0 THEN ROW(NULL, NULL)::pair ELSE ROW(g, 't2')::pair END, CASE WHEN g % 3 = 0 THEN 'ok'::mood END FROM generate_series(1, 8) g;
INSERT INTO c SELECT g, g + 3, CASE WHEN g % 2 = 0 THEN g % 3 END, 't' || g % 4, g % 2 = 0, CASE WHEN g % 2 = 0 THEN '2024-01-05 00:00:00+00'::timestamptz END, 'w' FROM generate_series(1, 7) g;
INSERT INTO e VALUES (1, NULL, 't1', NULL), (2, 2, 't2', 's1'), (20, 1, 't9', NULL);
INSERT INTO e1 VALUES (3, NULL, 't3', 's2', NULL), (4, 3, 't1', NULL, 1);
INSERT INTO tr VALUES (1, NULL, 't1'), (2, 2, NULL), (3, 3, 't3');
INSERT INTO ti VALUES (1, NULL, 't1'), (2, 2, NULL), (3, 3, 't3');
INSERT INTO pt VALUES (1, NULL, 't1', 's1'), (2, 2, NULL, 's2'), (7, 3, 't3', 's1'), (8, NULL, 't1', 's2');
CREATE MATERIALIZED VIEW mv AS SELECT a.id, a.i, a.t, a.s, count(c.id)::int AS n FROM a LEFT JOIN c ON c.id = a.id GROUP BY a.id;`

/** Tables that statements write to; the rest is only read. */
export const tables: readonly Relation[] = [
  {
    name: 'a',
    columns: columns(
      'id:int i:int n:int t:text s:text b:bool c:bool x:numeric arr:ints j:jsonb ts:ts r:range d:text p:pair m:mood',
    ),
  },
  {
    name: 'b',
    columns: columns(
      'id:int a_id:int i:int n:int t:text s:text b:bool x:numeric arr:ints j:jsonb g:text p:pair m:mood',
    ),
  },
  { name: 'c', columns: columns('id:int b_id:int i:int t:text b:bool ts:ts w:text') },
  { name: 'e', columns: columns('id:int i:int t:text s:text') },
  { name: 'tr', columns: columns('id:int i:int t:text') },
  { name: 'ti', columns: columns('id:int i:int t:text') },
  { name: 'pt', columns: columns('id:int i:int t:text s:text') },
]

export const views: readonly Relation[] = [
  { name: 'va', columns: columns('id:int i:int n:int t:text s:text c:bool') },
  { name: 'vab', columns: columns('id:int s:text n:int t:text x:numeric') },
  { name: 'vg', columns: columns('n:int t:text') },
  { name: 'vv', columns: columns('id:int s:text i:int t:text u:text n:int') },
  { name: 'vw', columns: columns('id:int i:int n:int s:text') },
  { name: 'vu', columns: columns('id:int i:int t:text') },
  { name: 'vr', columns: columns('i:int t:text n:int') },
  { name: 'mv', columns: columns('id:int i:int t:text s:text n:int') },
]

/** `id:int t:text` as columns. */
export function columns(text: string): Column[] {
  return text.split(' ').map((each) => {
    const [name = '', type = ''] = each.split(':')
    const known = allTypes.find((candidate) => candidate === type)
    if (!known) throw new Error(`no type ${type}`)
    return { name, type: known }
  })
}

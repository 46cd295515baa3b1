import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { analyseQueries } from './analyse.js'

const schema = `
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, bio text, boss_id int REFERENCES users);
CREATE TABLE posts (id int PRIMARY KEY, author_id int NOT NULL REFERENCES users, title text NOT NULL, body text);
CREATE FUNCTION greet(text) RETURNS text LANGUAGE sql AS 'SELECT coalesce($1, ''nobody'')';
COMMENT ON FUNCTION greet(text) IS 'Says hello. @notnull';
CREATE FUNCTION same(anyelement) RETURNS anyelement LANGUAGE sql STRICT AS 'SELECT $1';
CREATE TABLE audited (id int PRIMARY KEY, note text);
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NULL; RETURN NEW; END $$;
CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION forget();
CREATE VIEW with_posts AS SELECT u.id, u.name, p.title FROM users u LEFT JOIN posts p ON p.author_id = u.id;
CREATE PROCEDURE totals(IN who int, OUT posts int, INOUT note text) LANGUAGE plpgsql AS $$ BEGIN posts := 1; END $$;`

/** SQL, which of its columns may be NULL. */
const columns: [sql: string, nullable: string[], notNull: string[]][] = [
  ['SELECT (u).name, (u).bio FROM users u', ['bio'], ['name']],
  ['SELECT (p).title FROM users u LEFT JOIN posts p ON p.author_id = u.id', ['title'], []],
  ['SELECT (SELECT count(*) FROM posts LIMIT 1) AS n, (SELECT count(*) FROM posts LIMIT 0) AS z', ['z'], ['n']],
  ['SELECT greet(bio) AS g, same(name) AS s FROM users', ['s'], ['g']],
  ['SELECT v.id, v.title FROM with_posts v WHERE v.title LIKE $1', [], ['id', 'title']],
  ['SELECT bio FROM users WHERE id NOT IN (SELECT boss_id FROM users)', ['bio'], []],
  ['SELECT boss_id FROM users WHERE boss_id NOT IN (1)', [], ['boss_id']],
  ['SELECT boss_id FROM users WHERE boss_id NOT IN (1, $1)', [], ['boss_id']],
  [`SELECT boss_id FROM users WHERE boss_id <> ALL ('{1}')`, [], ['boss_id']],
  [`SELECT boss_id FROM users WHERE boss_id <> ALL ('{}')`, ['boss_id'], []],
  ['SELECT boss_id FROM users WHERE boss_id <> ALL ($1)', ['boss_id'], []],
  ['SELECT boss_id FROM users WHERE boss_id = ANY ($1)', [], ['boss_id']],
  ['SELECT boss_id FROM users WHERE (boss_id = ANY ($1)) IS TRUE', [], ['boss_id']],
  ['SELECT boss_id FROM users WHERE (boss_id = ANY ($1)) IS FALSE', ['boss_id'], []],
  ['SELECT boss_id FROM users WHERE (boss_id = ANY ($1)) = false', ['boss_id'], []],
  ['SELECT boss_id FROM users WHERE (boss_id IN (1, 2)) IS FALSE', [], ['boss_id']],
  ['SELECT bio FROM users WHERE (bio IS NULL OR id = 1) IS FALSE', [], ['bio']],
  [
    'SELECT u.name, x.title FROM users u CROSS JOIN LATERAL (SELECT title, body FROM posts WHERE author_id = u.id) x',
    [],
    ['name', 'title'],
  ],
  ['WITH gone AS (DELETE FROM posts RETURNING author_id, body) SELECT * FROM gone', ['body'], ['author_id']],
  ['SELECT json_each_row.value FROM jsonb_each($1::jsonb) AS json_each_row', [], ['value']],
  [
    'WITH RECURSIVE up(id, boss, depth) AS (SELECT id, boss_id, 0 FROM users UNION ALL SELECT u.id, u.boss_id, depth + 1 FROM up JOIN users u ON u.id = up.boss) SELECT * FROM up',
    ['boss'],
    ['id', 'depth'],
  ],
  [
    'WITH RECURSIVE up(id, boss) AS (SELECT id, boss_id FROM users UNION SELECT boss, NULL FROM up) SELECT id FROM up',
    ['id'],
    [],
  ],
  ['SELECT n, d FROM generate_series(1, 3) WITH ORDINALITY AS s(n, d)', [], ['n', 'd']],
  ['SELECT generate_series(1, 2) AS a, generate_series(1, 3) AS b', ['a', 'b'], []],
  ['SELECT coalesce(same(bio), bio, name) AS c, same(id) AS s FROM users', ['s'], ['c']],
  ['SELECT name, bio, count(*) AS n FROM users GROUP BY GROUPING SETS ((name), (bio), ())', ['name', 'bio'], ['n']],
  ['SELECT name, count(bio) AS n, max(id) AS m FROM users GROUP BY name', [], ['name', 'n', 'm']],
  [
    'SELECT lag(id) OVER w AS a, lag(id, 1, 0) OVER w AS b, rank() OVER w AS c, sum(id) OVER w AS d FROM users WINDOW w AS (ORDER BY id)',
    ['a'],
    ['b', 'c', 'd'],
  ],
  [`UPDATE audited SET note = 'x' WHERE note IS NOT NULL RETURNING id, note`, ['note'], ['id']],
  [`UPDATE users SET bio = 'x' WHERE boss_id = 1 RETURNING bio, boss_id`, [], ['bio', 'boss_id']],
  ['INSERT INTO audited (id) VALUES (1) RETURNING id, note', ['note'], ['id']],
  [
    'SELECT array_remove(array_agg(bio), NULL) AS a, array_remove(array_agg(bio), max(bio)) AS b FROM users GROUP BY id',
    [],
    ['a', 'b'],
  ],
  [
    `SELECT array_append(NULL, bio) AS a, array_replace(NULLIF('{}'::text[], '{}'), NULL, bio) AS b FROM users`,
    ['b'],
    ['a'],
  ],
  ['SELECT * FROM (VALUES (1, NULL), (2, 3)) AS v(a, b)', ['b'], ['a']],
  ['SELECT bio IS NULL OR bio = $1 AS matches, bio = $1 AS equals FROM users', ['equals'], ['matches']],
]

const parameters: [sql: string, nullable: boolean[]][] = [
  ['INSERT INTO users (id, name, bio) VALUES ($1, $2, $3)', [false, false, true]],
  ['INSERT INTO users (id, name, bio) VALUES ($1, $2, $3), (4, $2, NULL)', [false, false, true]],
  ['INSERT INTO users (id, name, bio) SELECT $1, $2, $3 UNION ALL SELECT 2, $2, $3', [false, false, true]],
  ['UPDATE users SET bio = $1 WHERE bio = $2', [true, false]],
  ['UPDATE users SET name = coalesce($1, name) WHERE id = $2', [true, false]],
  ['SELECT 1 FROM users WHERE $1::text IS NULL OR name = $1', [true]],
  ['SELECT 1 FROM users WHERE bio IS NOT DISTINCT FROM $1', [true]],
  ['INSERT INTO users (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET bio = $3', [false, false, true]],
]

const bounds: [sql: string, atMostOneRow: boolean][] = [
  ['SELECT 1 FROM users WHERE id = $1', true],
  ['SELECT 1 FROM users WHERE name = $1', false],
  ['SELECT 1 FROM users WHERE name = $1 LIMIT 1', true],
  ['SELECT count(*) FROM users', true],
  ['SELECT count(*) FROM users GROUP BY name', false],
  ['SELECT 1 FROM posts p LEFT JOIN users u ON u.id = p.author_id WHERE p.id = $1', true],
  ['SELECT 1 FROM posts p JOIN users u ON u.id = p.author_id WHERE p.id = $1', true],
  ['SELECT 1 FROM users u LEFT JOIN posts p ON u.id = p.author_id WHERE u.id = $1', false],
  ['SELECT 1 FROM posts p LEFT JOIN users u ON p.id = $1 AND u.id = $2', false],
  ['INSERT INTO users (id, name) VALUES ($1, $2) RETURNING id', true],
  ['UPDATE users SET name = $1 WHERE id = $2 RETURNING id', true],
  ['SELECT generate_series(1, 3) FROM users WHERE id = 1', false],
]

describe.each(availableServers())('on %s', (server) => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await createTestDatabase(server)
    await database.query(schema)
  })
  afterAll(() => database?.close())

  const analyse = async (sql: string) => {
    const [result] = await analyseQueries(database, [{ text: sql }])
    if (result?.kind !== 'analysed') throw new Error(result?.message)
    return result
  }

  it.each(columns)('columns of %s', async (sql, nullable, notNull) => {
    const { columns: found = [] } = await analyse(sql)
    expect({
      nullable: found.filter((each) => each.nullable).map((each) => each.name),
      notNull: found.filter((each) => !each.nullable).map((each) => each.name),
    }).toEqual({ nullable, notNull })
  })

  it.each(parameters)('parameters of %s', async (sql, nullable) => {
    expect((await analyse(sql)).parameters.map((each) => each.nullable)).toEqual(nullable)
  })

  it.each(bounds)('how many rows %s gives', async (sql, atMostOneRow) => {
    expect((await analyse(sql)).atMostOneRow).toBe(atMostOneRow)
  })

  it('a procedure gives its OUT and INOUT arguments', async () => {
    const { parameters: given, columns: found } = await analyse('CALL totals($1, NULL, $2)')
    expect(given.map((each) => each.type)).toEqual([
      { kind: 'base', name: 'int4' },
      { kind: 'base', name: 'text' },
    ])
    expect(found?.map((each) => each.name)).toEqual(['posts', 'note'])
  })

  const major = server === 'pglite' ? 18 : Number(server)
  const merge = `MERGE INTO users u USING posts p ON p.author_id = u.id WHEN MATCHED THEN UPDATE SET bio = p.title WHEN NOT MATCHED THEN INSERT (id, name) VALUES (p.author_id, p.title)`

  if (major >= 15)
    it('MERGE alone has no columns', async () => {
      expect((await analyse(merge)).columns).toBeUndefined()
    })

  if (major >= 17)
    it('MERGE returns what each of its actions can leave', async () => {
      const { columns: found } = await analyse(`${merge} RETURNING u.id, u.bio, p.title, merge_action() AS action`)
      expect(found?.map((each) => each.nullable)).toEqual([false, true, false, false])
    })

  it('says what a query depends on, through views', async () => {
    expect((await analyse('SELECT greet(title) FROM with_posts')).dependencies).toEqual([
      'function public.greet',
      'relation public.posts',
      'relation public.users',
      'relation public.with_posts',
    ])
  })

  it('answers for each of many queries, whatever is wrong with some', async () => {
    const results = await analyseQueries(
      database,
      [
        'SELECT id FROM users WHERE id = $1',
        'SELECT nope FROM users',
        'SELEC 1',
        'SELECT name FROM users WHERE id = $1',
      ].map((text) => ({ text })),
    )
    expect(
      results.map((each) => (each.kind === 'failed' ? `${each.sqlstate} at ${each.offset}` : each.columns?.[0]?.name)),
    ).toEqual(['id', '42703 at 7', '42601 at 0', 'name'])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { jsonTypescript } from '../values/json-shape.js'
import { analyseQueries } from './analyse.js'

const schema = `
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE place AS (street text, number int);
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, bio text, mood mood, home place, tags text[] NOT NULL, meta jsonb);
CREATE TABLE posts (id bigint PRIMARY KEY, author_id int NOT NULL REFERENCES users, title text NOT NULL, at timestamptz);`

/** An expression or a query, the TypeScript type of its JSON. */
const shapes: [sql: string, typescript: string][] = [
  [
    `SELECT jsonb_build_object('id', id, 'bio', bio, 'meta', meta) AS c FROM users`,
    '{ id: number; bio: string | null; meta: Json }',
  ],
  [`SELECT json_build_array(id, bio, mood) AS c FROM users`, `[number, string | null, 'sad' | 'ok' | null]`],
  [`SELECT json_agg(p) AS c FROM posts p`, '{ id: number; author_id: number; title: string; at: string | null }[]'],
  [`SELECT to_jsonb(p) AS c FROM (SELECT id, title FROM posts) p(key, heading)`, '{ key: number; heading: string }'],
  [`SELECT row_to_json(ROW(1, bio)) AS c FROM users`, '{ f1: number; f2: string | null }'],
  [`SELECT to_json(ROW('x', 1)::place) AS c`, '{ street: string; number: number }'],
  [`SELECT to_json(home) AS c FROM users`, '{ street: string | null; number: number | null }'],
  [`SELECT to_jsonb(tags) AS c FROM users`, '(string | null)[]'],
  [`SELECT to_jsonb(array_agg(id)) AS c FROM users`, 'number[]'],
  [`SELECT jsonb_build_object('t', 'x') AS c`, '{ t: string }'],
  [
    `SELECT coalesce(to_jsonb(p), '[]') AS c FROM users LEFT JOIN posts p ON p.id = 1`,
    '{ id: number; author_id: number; title: string; at: string | null } | []',
  ],
  [`SELECT coalesce(json_agg(id), '[]') AS c FROM users`, 'number[]'],
  [`SELECT jsonb_object_agg(name, bio) AS c FROM users`, '{ [key: string]: string | null }'],
  [
    `WITH per AS (SELECT author_id, jsonb_agg(jsonb_build_object('title', title)) AS list FROM posts GROUP BY 1)
     SELECT coalesce(per.list, '[]') AS c FROM users u LEFT JOIN per ON per.author_id = u.id`,
    '{ title: string }[]',
  ],
  [
    `SELECT jsonb_build_object('posts', (SELECT jsonb_agg(x) FROM (SELECT id, at FROM posts WHERE author_id = u.id) x)) AS c FROM users u`,
    '{ posts: { id: number; at: string | null }[] | null }',
  ],
  [
    `SELECT jsonb_build_object('id', id) AS c FROM users UNION ALL SELECT jsonb_build_object('title', title) FROM posts`,
    '{ id: number } | { title: string }',
  ],
  [`SELECT jsonb_build_object('list', ARRAY(SELECT title FROM posts)) AS c`, '{ list: string[] }'],
  [
    `UPDATE users SET bio = NULL WHERE bio = 'x' RETURNING jsonb_build_object('bio', bio) AS c`,
    '{ bio: string | null }',
  ],
  [
    `WITH w AS (UPDATE users SET bio = NULL WHERE bio = 'x' RETURNING to_jsonb(users) AS j) SELECT j AS c FROM w`,
    `{ id: number; name: string; bio: string | null; mood: 'sad' | 'ok' | null; home: { street: string | null; number: number | null } | null; tags: (string | null)[]; meta: Json }`,
  ],
]

/** A query with an array as its column, whether the array is known to hold no NULL. */
const elements: [sql: string, notNull: boolean][] = [
  ['SELECT array_agg(id) FROM users', true],
  ['SELECT array_agg(bio) FROM users', false],
  ['SELECT array_agg(bio) FILTER (WHERE bio IS NOT NULL) FROM users', true],
  ['SELECT array_agg(p.id) FROM users u LEFT JOIN posts p ON p.author_id = u.id', false],
  ['SELECT array_agg(tags) FROM users', false],
  ['SELECT ARRAY(SELECT name FROM users)', true],
  ['SELECT ARRAY(SELECT tags FROM users)', false],
  ['SELECT ARRAY[1, 2]', true],
  ['SELECT ARRAY[1, NULL]', false],
  ['SELECT tags FROM users', false],
  [`SELECT coalesce(array_agg(id), '{}') FROM users`, true],
  [`SELECT coalesce(array_agg(id), '{NULL}') FROM users`, false],
  [`SELECT string_to_array('a,b', ',')`, true],
  [`SELECT string_to_array('a,b', ',', 'b')`, false],
  ['SELECT array_remove(array_agg(bio), NULL) FROM users', true],
  [`SELECT array_remove(array_agg(bio), 'x') FROM users`, false],
  ['SELECT array_agg(id) || 1 FROM users', true],
  ['SELECT array_agg(id) || array_agg(nullif(id, 1)) FROM users', false],
  ['SELECT x.ids FROM (SELECT array_agg(id) AS ids FROM posts GROUP BY author_id) x', true],
  [
    'WITH x AS (SELECT array_agg(id) AS ids FROM posts GROUP BY author_id) SELECT u.id::text, x.ids FROM users u LEFT JOIN x ON true',
    true,
  ],
  ['SELECT array_agg(id) FROM users UNION ALL SELECT $1', false],
  ['SELECT array_agg(id) FROM users UNION ALL SELECT ARRAY[1]', true],
  [
    'WITH RECURSIVE t(n, path) AS (SELECT 1, ARRAY[1] UNION ALL SELECT n + 1, path || n FROM t WHERE n < 9) SELECT path FROM t',
    false,
  ],
  ['UPDATE users SET tags = ARRAY[$1] RETURNING tags', false],
  ['SELECT array_agg(id) FROM (VALUES (1), (NULL)) v(id)', false],
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
    return result.columns ?? []
  }

  it.each(shapes)('JSON of %s', async (sql, typescript) => {
    const [column] = await analyse(sql)
    expect(column?.json && jsonTypescript(column.json)).toBe(typescript)
  })

  it.each(elements)('elements of %s', async (sql, notNull) => {
    expect((await analyse(sql)).at(-1)?.elementsNotNull ?? false).toBe(notNull)
  })
})

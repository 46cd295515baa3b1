import { extract, type Catalog } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import type { LintConfig } from '../config/lint.js'
import { splitStatements } from '../sources/split.js'
import { lintStatements, type LintOptions } from './lint.js'
import type { LintRule } from './rule.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase('pglite')
})
afterAll(() => database.close())

const schema = `
CREATE TABLE users (id bigint PRIMARY KEY, email text, name varchar(20) NOT NULL, code varchar(20), score int, made timestamptz DEFAULT now() NOT NULL);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint, title text, CONSTRAINT title_there CHECK (title IS NOT NULL), slug text UNIQUE);
ALTER TABLE posts ADD CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users;
CREATE INDEX posts_title ON posts (title);
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE VIEW names AS SELECT name FROM users;
CREATE SEQUENCE numbers;
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM users;
CREATE FUNCTION token() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT random()::text $$;
`

const split = (text: string): string[] =>
  splitStatements(text).flatMap(({ kind, start, end }) => (kind === 'statement' ? [text.slice(start, end)] : []))

/** `CODE message` of everything that is found when the statements run on the schema above. */
async function lint(
  text: string,
  { config = {}, rules = [], transaction = 'managed' }: Partial<LintOptions> & { config?: LintConfig } = {},
): Promise<string[]> {
  const { before, after } = await readAround(text)
  const { findings } = await lintStatements(
    split(text).map((sql) => ({ sql })),
    { before, after, origin: 'migration', transaction, config, rules },
  )
  return findings.map(({ code, message }) => `${code} ${message}`)
}

async function readAround(text: string): Promise<{ before: Catalog; after: Catalog }> {
  await database.query('BEGIN')
  try {
    await database.query(schema)
    const before = await extract(database)
    for (const sql of split(text))
      if (!/^(?:begin|commit|vacuum|drop database|alter system)/i.test(sql))
        await database.query(sql.replace(/ concurrently/i, ''))
    await database.query('RESET search_path')
    return { before, after: await extract(database) }
  } finally {
    await database.query('ROLLBACK')
  }
}

const codes = async (text: string, options?: Parameters<typeof lint>[1]): Promise<string> =>
  (await lint(text, options)).map((line) => line.split(' ')[0]).join(' ')

describe('what destroys', () => {
  it.each([
    ['DROP TABLE posts', 'DS102'],
    ['DROP TABLE IF EXISTS nothing', ''],
    ['DROP TABLE users CASCADE', 'DS102 SH107'],
    ['CREATE TABLE draft (id int); DROP TABLE draft', ''],
    ['ALTER TABLE users RENAME TO people; DROP TABLE people CASCADE', 'BC101 DS102 SH107'],
    ['ALTER TABLE users DROP COLUMN email', 'DS103'],
    ['ALTER TABLE users ADD COLUMN x int; ALTER TABLE users DROP COLUMN x', ''],
    ['CREATE SCHEMA s; DROP SCHEMA s', 'DS101'],
    ['DROP SEQUENCE numbers', 'SH101'],
    ['TRUNCATE posts', 'SH104'],
    ['TRUNCATE users CASCADE', 'SH104 SH105'],
    ['DELETE FROM posts', 'SH104'],
    ['DELETE FROM posts WHERE id = 1', ''],
    ['DROP VIEW names', 'BC107'],
    ['DROP VIEW names; CREATE VIEW names AS SELECT email AS name FROM users', ''],
    ['DROP FUNCTION token()', 'BC107'],
    ['DROP TYPE mood', 'BC107'],
  ])('%s → %s', async (text, expected) => {
    expect(await codes(text)).toBe(expected)
  })
})

describe('what may fail on rows', () => {
  it.each([
    ['CREATE UNIQUE INDEX CONCURRENTLY i ON users (email)', 'MF101', 'none'],
    ['DROP INDEX posts_title; CREATE UNIQUE INDEX posts_title ON posts (title)', 'PG102 MF101 PG101'],
    ['ALTER TABLE users ADD COLUMN x int NOT NULL', 'MF103'],
    ['ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 1', ''],
    ['ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS IDENTITY', 'PG310'],
    ['ALTER TABLE users ALTER email SET NOT NULL', 'MF104 PG303'],
    ['ALTER TABLE posts ALTER title SET NOT NULL', ''],
    ['ALTER TABLE users ALTER name SET NOT NULL', ''],
    ['ALTER TABLE users ALTER code TYPE varchar(10)', 'SH103 BC108 PG301'],
    ['ALTER TABLE users ALTER code TYPE varchar(40)', 'BC108'],
    ['ALTER TABLE users ALTER code TYPE text', 'BC108'],
    ['ALTER TABLE users ALTER score TYPE bigint', 'BC108 PG301'],
    ['ALTER TABLE users ADD CONSTRAINT e UNIQUE (email)', 'MF101 PG105'],
    ['ALTER TABLE users ADD CONSTRAINT e UNIQUE (id, email)', 'PG105'],
    ['ALTER TABLE users ADD COLUMN x int; ALTER TABLE users ADD CONSTRAINT e UNIQUE (x)', 'PG105'],
  ] as const)('%s → %s', async (text, expected, transaction: LintOptions['transaction'] = 'managed') => {
    expect(await codes(text, { transaction })).toBe(expected)
  })

  it('takes a check that was validated in the same file for a proof', async () => {
    const text = `
      ALTER TABLE users ADD CONSTRAINT there CHECK (email IS NOT NULL) NOT VALID;
      ALTER TABLE users VALIDATE CONSTRAINT there;
      ALTER TABLE users ALTER email SET NOT NULL;
      ALTER TABLE users DROP CONSTRAINT there`
    expect(await codes(text, { transaction: 'none' })).toBe('')
    expect(await lint(text)).toEqual([
      'SH307 there is validated in the transaction that added it, so the lock of ADD CONSTRAINT is held while all rows are read.',
    ])
  })
})

describe('what breaks applications', () => {
  it.each([
    ['ALTER TABLE users RENAME TO people', 'BC101'],
    ['ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people', ''],
    ['ALTER TABLE users RENAME COLUMN email TO mail', 'BC102'],
    ["ALTER TYPE mood RENAME VALUE 'sad' TO 'down'", 'BC103'],
    ['ALTER TYPE mood RENAME TO feeling', 'BC104'],
    ['ALTER TABLE users ALTER name DROP NOT NULL', 'BC105'],
    ['ALTER TABLE users ALTER email DROP NOT NULL', ''],
    ['CREATE SCHEMA s; ALTER TABLE users SET SCHEMA s', 'BC106'],
    ['ALTER TABLE users ALTER made DROP DEFAULT', 'BC109'],
    ['ALTER TABLE users ALTER made DROP DEFAULT, ALTER made DROP NOT NULL', 'BC105'],
    ['ALTER TABLE posts DROP CONSTRAINT posts_user', 'CD101'],
    ['ALTER TABLE posts DROP CONSTRAINT title_there', 'CD102'],
    ['ALTER TABLE posts DROP CONSTRAINT posts_pkey', 'CD103'],
    ['ALTER TABLE posts DROP CONSTRAINT posts_slug_key', 'CD104'],
  ])('%s → %s', async (text, expected) => {
    expect(await codes(text)).toBe(expected)
  })
})

describe('what locks, reads and rewrites tables', () => {
  it.each([
    ['CREATE INDEX i ON users (email)', 'PG101'],
    ['CREATE INDEX i ON events (id)', 'PG108'],
    ['CREATE INDEX i ON ONLY events (id)', ''],
    ['CREATE TABLE t (id int); CREATE INDEX i ON t (id)', ''],
    ['CREATE INDEX CONCURRENTLY i ON users (email)', 'PG103'],
    ['DROP INDEX posts_title', 'PG102'],
    ['ALTER TABLE events ADD PRIMARY KEY (id, at)', 'MF101 PG104 PG304'],
    ['ALTER TABLE posts DROP CONSTRAINT posts_pkey, ADD PRIMARY KEY (id, user_id)', 'PG312 PG304'],
    ['ALTER TABLE users ADD CONSTRAINT x EXCLUDE (email WITH =)', 'MF101 PG109'],
    ['ALTER TABLE users ALTER score TYPE bigint', 'BC108 PG301'],
    ['ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid()', 'PG302'],
    ['ALTER TABLE users ADD COLUMN x text DEFAULT token()', 'PG302'],
    ['ALTER TABLE users ADD COLUMN x timestamptz DEFAULT now()', ''],
    ['ALTER TABLE users ADD COLUMN x serial', 'PG302'],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (score > 0)', 'PG305'],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (score > 0) NOT VALID', ''],
    ['ALTER TABLE posts ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users', 'PG306'],
    ['ALTER TABLE posts ADD COLUMN author bigint REFERENCES users', 'PG306'],
    ['ALTER TABLE posts SET UNLOGGED', 'PG307'],
    [
      'CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'PG308',
    ],
    ['ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS (score + 1) STORED', 'PG309'],
    ['ALTER TABLE users ADD COLUMN x int GENERATED ALWAYS AS (score + 1) VIRTUAL', ''],
    ['ALTER TABLE users REPLICA IDENTITY FULL', 'PG314'],
    ['ALTER TABLE users SET (autovacuum_enabled = false)', 'PG320'],
    ['ALTER TABLE events DETACH PARTITION events_2024', 'SH303'],
    ['CREATE TABLE e (id bigint, at date); ALTER TABLE events ATTACH PARTITION e DEFAULT', ''],
    ['REINDEX TABLE users', 'SH304'],
    ['REFRESH MATERIALIZED VIEW counts', 'SH305'],
    ['CLUSTER users USING users_pkey', 'SH302'],
    ['LOCK TABLE users', 'SH301'],
  ])('%s → %s', async (text, expected) => {
    expect(await codes(text)).toBe(expected)
  })
})

describe('transactions', () => {
  it.each([
    ['VACUUM users', 'TX101', 'managed'],
    ['VACUUM FULL users', 'TX101 SH302', 'managed'],
    ['BEGIN; SELECT 1; COMMIT', 'TX201 TX201', 'managed'],
    ['BEGIN; SELECT 1; COMMIT', '', 'none'],
    ['BEGIN; SELECT 1', 'TX202', 'none'],
    ['BEGIN; CREATE INDEX CONCURRENTLY i ON users (email); COMMIT', 'PG103', 'none'],
    ['CREATE INDEX CONCURRENTLY i ON users (email)', '', 'none'],
    ['CREATE INDEX CONCURRENTLY i ON users (email); SELECT 1', 'PG103', 'implicit'],
  ] as const)('%s → %s (%s)', async (text, expected, transaction) => {
    expect((await codes(text, { transaction })).split(' ').sort().join(' ')).toBe(expected.split(' ').sort().join(' '))
  })

  it('asks for time limits where that is turned on', async () => {
    const config: LintConfig = { 'require-timeout-settings': 'error' }
    expect(await codes('ALTER TABLE users ADD COLUMN x int', { config })).toBe('SH308 SH309')
    const limited = "SET lock_timeout = '3s'; SET statement_timeout = '1min'; ALTER TABLE users ADD COLUMN x int"
    expect(await codes(limited, { config })).toBe('')
  })
})

describe('security', () => {
  it.each([
    ['ALTER TABLE users ENABLE ROW LEVEL SECURITY', 'SH201'],
    ['CREATE POLICY p ON users USING (true)', 'SH201'],
    ['REVOKE SELECT ON users FROM public', 'SH201'],
    ["CREATE DOMAIN d AS text CHECK (value <> '')", 'SH306'],
    ["CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DROP TABLE ' || t; END$$", 'SA101'],
    [
      "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DROP TABLE ' || quote_ident(t); END$$",
      '',
    ],
    [
      "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE format('DROP TABLE %I', t); END$$",
      '',
    ],
  ])('%s → %s', async (text, expected) => {
    expect(await codes(text)).toBe(expected)
  })
})

describe('matters of taste', () => {
  const config: LintConfig = { ST: 'warning', PG110: 'warning' }

  it('are off', async () => {
    expect(await codes('CREATE TABLE t (a int, b varchar(20), c char(3), d timestamp, e serial)')).toBe('')
  })

  it('can be turned on as a family, by code, and by the names that squawk gives them', async () => {
    const text = 'CREATE TABLE public.t (a int, b varchar(20), c char(3), d timestamp, e serial, f smallint)'
    expect(await codes(text, { config })).toBe('ST101 ST104 ST106 ST105 ST103 ST101 ST102')
    expect(await codes(text, { config: { 'prefer-identity': 'error' } })).toBe('ST103')
    expect(await codes(text, { config: { ST: 'warning', 'prefer-bigint-over-int': 'off', PG110: 'off' } })).toBe(
      'ST104 ST106 ST105 ST103 ST102',
    )
  })

  it('show a better order of columns', async () => {
    const text = 'CREATE TABLE public.t (a boolean, b bigint, c boolean, d bigint)'
    expect(await lint(text, { config: { PG110: 'info' } })).toEqual([
      'PG110 Each row of public.t has 14 bytes of holes between its columns.',
    ])
  })

  it('want statements outside of transactions to be repeatable', async () => {
    const text = 'CREATE TABLE public.a (id bigint); CREATE TABLE IF NOT EXISTS public.b (id bigint)'
    expect(await codes(text, { config, transaction: 'none' })).toBe('ST107')
    expect(await codes(text, { config })).toBe('')
  })
})

describe('names', () => {
  it('are held against the patterns of the config', async () => {
    const naming = {
      match: /^[a-z_]+$/,
      message: 'lower case with underscores',
      index: { match: '^idx_', message: 'begins with idx_' },
      foreignKey: '_fkey$',
    }
    const text = `
      CREATE TABLE "Orders" (id bigint CONSTRAINT idx_orders PRIMARY KEY, "userId" bigint CONSTRAINT by REFERENCES users, CONSTRAINT "Ok" CHECK (id > 0));
      CREATE INDEX orders_user ON "Orders" ("userId")`
    expect(await lint(text, { config: { naming } })).toMatchInlineSnapshot(`
      [
        "NM102 The name of the table Orders breaks the rule: lower case with underscores.",
        "NM103 The name of the column userId breaks the rule: lower case with underscores.",
        "NM105 The name of the foreign key by breaks the rule: lower case with underscores.",
        "NM106 The name of the check Ok breaks the rule: lower case with underscores.",
        "NM104 The name of the index orders_user breaks the rule: begins with idx_.",
      ]
    `)
  })

  it('are not too long', async () => {
    expect(await codes(`CREATE TABLE ${'n'.repeat(64)} (id bigint)`)).toBe('NM107')
  })
})

it('shows statements to rules of plugins, whose weight the config decides as well', async () => {
  const rule: LintRule = {
    codes: [{ code: 'ACME1', title: 'json' }],
    check: ({ changes }) =>
      changes.flatMap((change) =>
        change.kind === 'add column' && change.column.type.name === 'json'
          ? [{ code: 'ACME1', message: `${change.column.name} is json.`, fix: 'Make it jsonb.' }]
          : [],
      ),
  }
  const text = 'ALTER TABLE users ADD COLUMN x json'
  expect(await lint(text, { rules: [rule] })).toEqual(['ACME1 x is json.'])
  expect(await lint(text, { rules: [rule], config: { ACME: 'off' } })).toEqual([])
})

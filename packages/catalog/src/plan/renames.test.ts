import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJourneys, sqlOf, type Journeys } from '../testing/journey.js'

/** `NAME` stands for what is renamed, from `before` to `after`. */
const world = (names: Partial<Record<string, string>>): string => {
  const called = (name: string): string => names[name] ?? name
  return `
    CREATE SCHEMA ${called('app')};
    CREATE TYPE ${called('app')}.${called('mood')} AS ENUM ('${called('glad')}', 'sad');
    CREATE DOMAIN ${called('app')}.${called('email')} AS text CHECK (VALUE LIKE '%@%');
    CREATE TYPE ${called('app')}.${called('place')} AS (${called('x')} int, y int);
    CREATE TYPE ${called('app')}.${called('span')} AS RANGE (subtype = int);
    CREATE TYPE ${called('app')}.${called('raw')};
    CREATE FUNCTION ${called('app')}.raw_in(cstring) RETURNS ${called('app')}.${called('raw')} LANGUAGE internal IMMUTABLE STRICT AS 'textin';
    CREATE FUNCTION ${called('app')}.raw_out(${called('app')}.${called('raw')}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
    CREATE TYPE ${called('app')}.${called('raw')} (INPUT = ${called('app')}.raw_in, OUTPUT = ${called('app')}.raw_out, LIKE = text);
    CREATE SEQUENCE ${called('app')}.${called('counter')};
    CREATE FUNCTION ${called('app')}.${called('double')}(n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN n * 2;
    CREATE PROCEDURE ${called('app')}.${called('work')}() LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE ${called('app')}.${called('total')}(int) (SFUNC = int4pl, STYPE = int);
    CREATE TABLE ${called('app')}.${called('users')} (id int CONSTRAINT ${called('users_key')} PRIMARY KEY,
      ${called('mail')} ${called('app')}.${called('email')}, feels ${called('app')}.${called('mood')} DEFAULT '${called('glad')}',
      at ${called('app')}.${called('place')}, rare ${called('app')}.${called('raw')}, during ${called('app')}.${called('span')}, number int DEFAULT nextval('${called('app')}.${called('counter')}'),
      twice int GENERATED ALWAYS AS (${called('app')}.${called('double')}(id)) STORED, CONSTRAINT ${called('positive')} CHECK (id > 0));
    CREATE INDEX ${called('by_mail')} ON ${called('app')}.${called('users')} (lower(${called('mail')}::text)) WHERE feels = '${called('glad')}';
    CREATE TABLE ${called('app')}.posts (id int PRIMARY KEY, author int REFERENCES ${called('app')}.${called('users')}, CHECK (${called('app')}.${called('double')}(id) > 0));
    CREATE VIEW ${called('app')}.${called('seen')} AS SELECT id, ${called('mail')} AS address FROM ${called('app')}.${called('users')};
    CREATE MATERIALIZED VIEW ${called('app')}.${called('kept')} AS SELECT id FROM ${called('app')}.posts;
    CREATE FUNCTION ${called('app')}.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER ${called('stamped')} BEFORE UPDATE ON ${called('app')}.posts FOR EACH ROW EXECUTE FUNCTION ${called('app')}.stamp();
    CREATE POLICY ${called('own')} ON ${called('app')}.${called('users')} USING (feels = '${called('glad')}');
    CREATE RULE ${called('quiet')} AS ON DELETE TO ${called('app')}.posts DO INSTEAD NOTHING;
    CREATE STATISTICS ${called('app')}.${called('together')} ON id, number FROM ${called('app')}.${called('users')};
    CREATE TEXT SEARCH DICTIONARY ${called('app')}.${called('words')} (TEMPLATE = simple);
    CREATE TEXT SEARCH CONFIGURATION ${called('app')}.${called('search')} (PARSER = default);
    ALTER TEXT SEARCH CONFIGURATION ${called('app')}.${called('search')} ADD MAPPING FOR asciiword WITH ${called('app')}.${called('words')};
    CREATE INDEX found ON ${called('app')}.posts USING gin (to_tsvector('${called('app')}.${called('search')}', id::text));
    CREATE COLLATION ${called('app')}.${called('plain')} (provider = libc, locale = 'C');
    COMMENT ON TABLE ${called('app')}.${called('users')} IS 'people'; GRANT SELECT ON ${called('app')}.${called('seen')} TO PUBLIC`
}

const kinds: Record<string, { name: string; id: (name: string) => string; label?: true }> = {
  schema: { name: 'app', id: (name) => `schema ${name}` },
  table: { name: 'users', id: (name) => `table app.${name}` },
  column: { name: 'mail', id: (name) => `column app.users.${name}` },
  'enum value': { name: 'glad', id: () => 'enum app.mood', label: true },
  'primary key': { name: 'users_key', id: (name) => `constraint app.users.${name}` },
  check: { name: 'positive', id: (name) => `constraint app.users.${name}` },
  index: { name: 'by_mail', id: (name) => `index app.${name}` },
  function: { name: 'double', id: (name) => `function app.${name}(integer)` },
  procedure: { name: 'work', id: (name) => `procedure app.${name}()` },
  aggregate: { name: 'total', id: (name) => `aggregate app.${name}(integer)` },
  enum: { name: 'mood', id: (name) => `enum app.${name}` },
  domain: { name: 'email', id: (name) => `domain app.${name}` },
  composite: { name: 'place', id: (name) => `composite app.${name}` },
  'base type': { name: 'raw', id: (name) => `type app.${name}` },
  sequence: { name: 'counter', id: (name) => `sequence app.${name}` },
  view: { name: 'seen', id: (name) => `view app.${name}` },
  'materialized view': { name: 'kept', id: (name) => `materialized view app.${name}` },
  trigger: { name: 'stamped', id: (name) => `trigger app.posts.${name}` },
  policy: { name: 'own', id: (name) => `policy app.users.${name}` },
  rule: { name: 'quiet', id: (name) => `rule app.posts.${name}` },
  statistics: { name: 'together', id: (name) => `statistics app.${name}` },
  'text search dictionary': { name: 'words', id: (name) => `text search dictionary app.${name}` },
  'text search configuration': { name: 'search', id: (name) => `text search configuration app.${name}` },
  collation: { name: 'plain', id: (name) => `collation app.${name}` },
}

describe('a rename with everything around it', () => {
  let journeys: Journeys
  beforeAll(async () => {
    journeys = await createJourneys('pglite')
  })
  afterAll(() => journeys.close())

  it.each(Object.entries(kinds))('of a %s arrives and loses nothing', async (_kind, { name, id, label }) => {
    const renamed = `New ${name}`
    const quoted = label ? renamed : `"${renamed}"`
    const rename = label
      ? { from: id(name), to: id(name), label: { from: name, to: renamed } }
      : { from: id(name), to: id(quoted) }
    const { plan, left } = await journeys.travel(world({}), world({ [name]: quoted }), {
      renames: [rename],
      rows: `INSERT INTO app.users (id, mail) VALUES (1, 'a@b')`,
    })
    expect(left).toEqual([])
    expect(plan.steps.flatMap(({ destroys }) => destroys ?? [])).toEqual([])
    expect(plan.steps[0]?.action, sqlOf(plan)).toBe('rename')
    expect(plan.steps.filter(({ object, action }) => action === 'drop' && object === id(name))).toEqual([])
  })

  it('of a range makes it anew, because its functions would keep their names, and keeps the values', async () => {
    const { left, checked } = await journeys.travel(world({}), world({ span: 'era' }), {
      renames: [{ from: 'range app.span', to: 'range app.era' }],
      rows: `INSERT INTO app.users (id, during) VALUES (1, '[1,5)')`,
      check: 'SELECT during::text FROM app.users',
    })
    expect(left).toEqual([])
    expect(checked).toEqual([{ during: '[1,5)' }])
  })
})

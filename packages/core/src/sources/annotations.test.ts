import { beforeAll, describe, expect, it } from 'vitest'
import { readRenames, readSilencedCodes } from './annotations.js'
import { readStatements } from './file-statements.js'
import { loadParser } from './parse.js'

beforeAll(loadParser)

const statementsOf = (text: string) => readStatements({ path: '/a.sql', phase: 'schema', text, hash: '' }).statements
const dotted = (name: { schema?: string; name: string } | undefined) =>
  name && (name.schema === undefined ? name.name : `${name.schema}.${name.name}`)
const renames = (text: string): string[] =>
  readRenames(statementsOf(text)).map(
    ({ thing, name, owner, from, location }) =>
      `${thing} ${owner ? `${dotted(owner)}.` : ''}${dotted(name)} from ${dotted(from)} at line ${location.line}`,
  )

describe('rename annotations', () => {
  it('stand before a statement, or behind it', () => {
    expect(renames('-- @renamed from=people\nCREATE TABLE app.users ();')).toEqual([
      'relation app.users from people at line 2',
    ])
    expect(renames('CREATE TYPE mood AS ENUM (); -- @renamed from=feeling')).toEqual([
      'type mood from feeling at line 1',
    ])
    expect(renames('CREATE TABLE users ( -- @renamed from=people\n  id int\n);')).toEqual([
      'relation users from people at line 1',
    ])
  })

  it('stand at a member: at the end of its line, or on the line before', () => {
    expect(
      renames(`CREATE TABLE users (
        id int,
        email text NOT NULL, -- @renamed from=mail
        -- @renamed from="First Name"
        first_name text,
        CONSTRAINT email_key UNIQUE (email) -- @renamed from=users_mail_key
      );`),
    ).toEqual([
      'column users.email from mail at line 3',
      'column users.first_name from First Name at line 4',
      'constraint users.email_key from users_mail_key at line 6',
    ])
    expect(renames(`CREATE TYPE mood AS ENUM (\n 'ok',\n 'glad' -- @renamed from=happy\n);`)).toEqual([
      'enum value mood.glad from happy at line 3',
    ])
    expect(renames('CREATE TYPE point AS (\n x int, -- @renamed from=a\n y int\n);')).toEqual([
      'attribute point.x from a at line 2',
    ])
  })

  it("are read in Atlas's form, and for every kind of object", () => {
    expect(
      renames(`
        -- atlas:renamed_from old_app
        CREATE SCHEMA app;
        -- @renamed from=legacy.v
        CREATE VIEW app.v AS SELECT 1;
        -- @renamed from=i
        CREATE INDEX j ON app.t (id);
        -- @renamed from=f
        CREATE FUNCTION app.g() RETURNS int LANGUAGE sql AS 'SELECT 1';
        -- @renamed from=a
        ALTER TABLE app.t ADD COLUMN b int;
        -- @renamed from=p
        CREATE POLICY q ON app.t;
      `),
    ).toEqual([
      'schema app from old_app at line 3',
      'relation app.v from legacy.v at line 5',
      'index app.j from i at line 7',
      'function app.g from f at line 9',
      'column app.t.b from a at line 11',
      'policy app.t.q from p at line 13',
    ])
  })
})

describe('silenced codes', () => {
  it('are named in a comment at the statement', () => {
    const [first, second, third] = statementsOf(
      '-- savepoint:nolint DS102 PG301\nCREATE TABLE a ();\n-- atlas:nolint\nCREATE TABLE b ();\nCREATE TABLE c ();',
    ).map(readSilencedCodes)
    expect(first).toEqual(new Set(['DS102', 'PG301']))
    expect(second).toBe('all')
    expect(third).toEqual(new Set())
  })
})

import { beforeAll, expect, it } from 'vitest'
import { readStatements } from '../../sources/file-statements.js'
import { loadParser } from '../../sources/parse.js'
import { createPlaces, type NamedObject } from './places.js'

const text = `-- people
-- savepoint:nolint timestamps
create table public.users (
  id integer primary key,
  -- how to reach them
  -- unique on purpose
  email text, -- savepoint:nolint naming
  age integer,
  constraint adult check (age >= 18)
);
create view grown_ups as select * from users where age >= 18;
`

beforeAll(loadParser)

const parent = 'table public.users'
const objects = new Map<string, NamedObject>([
  ['table public.users', { kind: 'table', schema: 'public', name: 'users', facts: {} }],
  ['column public.users.email', { kind: 'column', schema: 'public', name: 'email', parent, facts: {} }],
  ['column public.users.age', { kind: 'column', schema: 'public', name: 'age', parent, facts: {} }],
  ['constraint public.users.adult', { kind: 'constraint', schema: 'public', name: 'adult', parent, facts: {} }],
  [
    'constraint public.users.users_pkey',
    { kind: 'constraint', schema: 'public', name: 'users_pkey', parent, facts: { columns: ['id'] } },
  ],
  ['view public.grown_ups', { kind: 'view', schema: 'public', name: 'grown_ups', facts: {} }],
])
const places = () =>
  createPlaces(readStatements({ path: '/app/users.sql', phase: 'schema', text, hash: '' }).statements, { objects })

it('finds a table at its statement and a column at its own line', () => {
  expect(places().locate('table public.users')).toEqual({ file: '/app/users.sql', line: 3, column: 1 })
  expect(places().locate('column public.users.email')).toEqual({ file: '/app/users.sql', line: 7, column: 3 })
  expect(places().locate('view public.grown_ups')).toEqual({ file: '/app/users.sql', line: 11, column: 1 })
  expect(places().locate('constraint public.users.adult')).toMatchObject({ line: 9, column: 3 })
  expect(places().locate('constraint public.users.users_pkey')).toMatchObject({ line: 4, column: 3 })
  expect(places().locate('table public.nothing')).toBeUndefined()
})

it('gives the comments of a statement, and those of a column besides', () => {
  expect(places().annotations('table public.users').trim()).toBe('-- people\n-- savepoint:nolint timestamps')
  expect(places().annotations('column public.users.email').split('\n').filter(Boolean)).toEqual([
    '-- people',
    '-- savepoint:nolint timestamps',
    '-- how to reach them',
    '-- unique on purpose',
    '-- savepoint:nolint naming',
  ])
  expect(places().annotations('column public.users.age')).not.toContain('naming')
})

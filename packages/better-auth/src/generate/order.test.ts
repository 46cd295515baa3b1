import { expect, it } from 'vitest'
import { orderStatements } from './order.js'

const user = 'create table "auth"."user" ("id" text not null primary key, "org" text references "auth"."org" ("id"))'
const session =
  'create table "auth"."session" ("id" text, "userId" text references "auth"."user" ("id") on delete cascade)'
const org = 'create table "auth"."org" ("id" text not null primary key, "parent" text references "auth"."org" ("id"))'
const index = 'create index "session_userId_idx" on "auth"."session" ("userId")'

it('leaves an order that works as it is', () => {
  const statements = ['create schema if not exists "auth"', org, user, session, index]
  expect(orderStatements(statements)).toEqual(statements)
})

it('puts a table after those that it refers to; itself does not count', () => {
  expect(orderStatements([user, session, org, index])).toEqual([org, user, session, index])
})

it('says the foreign keys apart that close a circle', () => {
  const owned = org.replace(
    '"parent"',
    '"owner" text not null references "auth"."user" ("id") on delete restrict, "parent"',
  )
  expect(orderStatements([user, session, owned])).toEqual([
    'create table "auth"."user" ("id" text not null primary key, "org" text)',
    session,
    owned,
    'alter table "auth"."user" add foreign key ("org") references "auth"."org" ("id")',
  ])
})

it('is not misled by names that look like SQL', () => {
  const odd =
    'create table "a, references ""b"" (" ("x references" text, "b""c" text references "org" ("id") on delete set null)'
  const plain = 'create table "org" ("id" text primary key)'
  expect(orderStatements([odd, plain])).toEqual([plain, odd])
})

import { expect, it } from 'vitest'
import { qualifyStatements } from './qualify.js'

it('puts the schema before every table and nowhere else', () => {
  const sql = `create table "on" ("references" text default 'references "user"' not null, "id" text references "user" ("id"));

-- create index "x" on "user" ("id")
create unique index "on_idx" on "on" ("on");
alter table only session add column "a" text`
  expect(qualifyStatements(sql, 'we"ird')).toEqual([
    'create schema if not exists "we""ird"',
    `create table "we""ird"."on" ("references" text default 'references "user"' not null, "id" text references "we""ird"."user" ("id"))`,
    `-- create index "x" on "user" ("id")\ncreate unique index "on_idx" on "we""ird"."on" ("on")`,
    'alter table only "we""ird".session add column "a" text',
  ])
})

it('leaves what is qualified as it is', () => {
  const sql = 'create schema if not exists "auth";\n\ncreate table "auth"."user" ("id" text not null primary key);'
  expect(qualifyStatements(sql, 'auth').join(';\n\n')).toBe(sql.replace(/;$/, ''))
})

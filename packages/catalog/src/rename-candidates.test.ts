import { expect, it } from 'vitest'
import { createTestDatabase } from '../../../test/support/database.js'
import { extract } from './extract/extract.js'
import { renameCandidates } from './rename-candidates.js'

const before = `
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE users (id int PRIMARY KEY, mail text, age int);
CREATE TABLE posts (id int, body text);
CREATE INDEX posts_body ON posts (body);`
const after = `
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE users (id int PRIMARY KEY, email text, age int, zip text);
CREATE TABLE articles (id int, body text);
CREATE TABLE other (n int);`

it('offers what is alike in everything but its name', async () => {
  const database = await createTestDatabase('pglite')
  await database.query(before)
  const from = await extract(database)
  await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;')
  await database.query(after)
  const to = await extract(database)
  await database.close()
  expect(
    renameCandidates(from, to).map(
      ({ from, to, label, reason }) => `${from} → ${to}: ${label ? `${label.from} → ${label.to}, ` : ''}${reason}`,
    ),
  ).toMatchInlineSnapshot(`
        [
          "table public.posts → table public.articles: same columns",
          "column public.users.mail → column public.users.email: same type",
          "column public.users.mail → column public.users.zip: same type",
          "enum public.mood → enum public.mood: glad → happy, same place in the enum",
        ]
      `)
})

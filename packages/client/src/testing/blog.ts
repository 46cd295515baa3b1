import type { PGlite } from '@electric-sql/pglite'

const schema = `
CREATE TYPE role AS ENUM ('admin', 'member');
CREATE TABLE users (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL, bio text, role role NOT NULL DEFAULT 'member', created_at timestamptz NOT NULL DEFAULT now());
COMMENT ON COLUMN users.bio IS 'Shown on the profile';
CREATE TABLE posts (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, author_id integer NOT NULL REFERENCES users, title text NOT NULL, meta jsonb, tags text[] NOT NULL DEFAULT '{}');
CREATE PROCEDURE double(IN amount integer, INOUT result integer) LANGUAGE plpgsql AS $$ BEGIN result := amount * 2; END $$;`

const rows = `
INSERT INTO users (name, bio, role) VALUES ('ada', NULL, 'admin'), ('bob', 'x', 'member'), ('cy', NULL, 'member');
INSERT INTO posts (author_id, title, meta) VALUES (1, 'first', '{"a": 1}'), (1, 'second', NULL);`

/** Users and their posts, as they were before a test. */
export async function resetBlog(pglite: PGlite): Promise<void> {
  await pglite.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  await pglite.exec(schema)
  await pglite.exec(rows)
}

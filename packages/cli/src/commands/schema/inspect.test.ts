import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../../test/support/database.js'
import { useDatabase } from '../../testing/database.js'
import { useFolder } from '../../testing/folder.js'

const folder = useFolder()
const { write } = folder

const users = 'CREATE TABLE users (id int PRIMARY KEY, name text);\n'
const usersWithEmail = 'CREATE TABLE users (id int PRIMARY KEY, name text, email text);\n'

describe.skipIf(!serverUrl('18'))('schema inspect [needs native]', () => {
  const database = useDatabase(folder)
  const { typeHere } = database

  it('prints SQL that makes the same schema again', async () => {
    await database.query(`${usersWithEmail} COMMENT ON COLUMN users.email IS 'where we write to'`)
    const { exitCode, stdout } = await typeHere('schema inspect --url …')
    expect(exitCode).toBe(0)
    write('inspected.sql', stdout)
    expect(await typeHere('schema diff --from … --to inspected.sql')).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('prints the catalog as JSON, as the page on it describes it', async () => {
    await database.query(`${users} COMMENT ON TABLE users IS 'people'; GRANT SELECT ON users TO PUBLIC`)
    const printed: unknown = JSON.parse((await typeHere('schema inspect --url … --format json')).stdout)
    expect(printed).toMatchObject({
      version: expect.any(Number),
      objects: expect.arrayContaining([
        {
          id: 'table public.users',
          kind: 'table',
          schema: 'public',
          name: 'users',
          comment: 'people',
          privileges: [{ grantee: 'public', privilege: 'SELECT', grantable: false }],
          facts: expect.objectContaining({ persistence: 'permanent' }),
          hash: expect.any(String),
        },
      ]),
      dependencies: expect.arrayContaining([
        { from: 'constraint public.users.users_pkey', to: 'column public.users.id' },
      ]),
      unmodelled: [],
    })
  })

  it('--split writes schema files that make the same schema again, and touches nothing else', async () => {
    await database.query(
      `${users} CREATE VIEW names AS SELECT name FROM users; CREATE SCHEMA app; CREATE TABLE app.t ()`,
    )
    const line = 'schema inspect --url … --split --output schema'
    expect(await typeHere(line)).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('4 files') })
    expect(readdirSync(join(folder.cwd, 'schema'), { recursive: true }).sort()).toEqual([
      'app',
      'app/schema.sql',
      'app/tables.sql',
      'public',
      'public/tables.sql',
      'public/views.sql',
    ])
    expect(await typeHere('schema diff --from … --to schema')).toMatchObject({ exitCode: 0, stdout: '' })
    expect((await typeHere(line)).stderr).toContain('0 files written')
    write('schema/mine.sql', 'CREATE TABLE mine ();')
    expect(await typeHere(line)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('mine.sql') })
    expect(await typeHere('schema inspect --url … --split')).toMatchObject({ exitCode: 2 })
    expect(await typeHere('schema inspect --url … --split --output schema --format json')).toMatchObject({
      exitCode: 2,
    })
  })

  it('prints JSON in the form that scripts of Atlas know', async () => {
    await database.query(`${users} CREATE TABLE posts (author int REFERENCES users); CREATE TYPE mood AS ENUM ('sad')`)
    expect(JSON.parse((await typeHere('schema inspect --url … --format "{{ json . }}"')).stdout))
      .toMatchInlineSnapshot(`
      {
        "schemas": [
          {
            "comment": "standard public schema",
            "name": "public",
            "objects": [
              {
                "kind": "enum",
                "labels": [
                  "sad",
                ],
                "name": "mood",
              },
            ],
            "tables": [
              {
                "columns": [
                  {
                    "name": "id",
                    "type": "integer",
                  },
                  {
                    "name": "name",
                    "null": true,
                    "type": "text",
                  },
                ],
                "name": "users",
                "primary_key": {
                  "parts": [
                    {
                      "column": "id",
                    },
                  ],
                },
              },
              {
                "columns": [
                  {
                    "name": "author",
                    "null": true,
                    "type": "integer",
                  },
                ],
                "foreign_keys": [
                  {
                    "columns": [
                      "author",
                    ],
                    "name": "posts_author_fkey",
                    "references": {
                      "columns": [
                        "id",
                      ],
                      "table": "users",
                    },
                  },
                ],
                "name": "posts",
              },
            ],
          },
        ],
      }
    `)
    expect((await typeHere('schema inspect --url … --format mermaid')).stdout).toMatchInlineSnapshot(`
      "erDiagram
          users {
            integer id PK
            text name
          }
          posts {
            integer author FK
          }
          posts }o--o| users : posts_author_fkey
      "
    `)
  })
})

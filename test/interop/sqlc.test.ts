import { join } from 'node:path'
import { extract, print } from '@savepoint/catalog'
import { generateProject, resolveConfig, sqlc } from '@savepoint/core'
import { applyMigrations, readDirectory, revisionTableNames } from '@savepoint/migrate'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, createFolder, readFiles } from '../../packages/migrate/src/testing/project.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { buildTool, mustRun } from './tools.js'

const missing = isMissing('go') || isMissing('native')

const config = JSON.stringify({
  version: '2',
  sql: [
    {
      engine: 'postgresql',
      schema: 'schema.sql',
      queries: 'queries.sql',
      gen: { go: { package: 'db', out: 'db', sql_package: 'pgx/v5' } },
    },
  ],
})

describe.skipIf(missing)('interop with sqlc [needs go, native]', () => {
  let binary = ''
  beforeAll(() => void (binary = buildTool('sqlc')), 600_000)

  /** Prints the database as schema.sql and has sqlc make Go of it. */
  async function generate(schema: string, queries: string): Promise<Record<string, string>> {
    const folder = createFolder({ 'sqlc.json': config, 'schema.sql': schema, 'queries.sql': queries })
    await mustRun(binary, ['generate', '-f', join(folder, 'sqlc.json')])
    return readFiles(join(folder, 'db'))
  }

  it('reads the printed schema of what was migrated', async () => {
    const database = await createDatabase()
    const files = {
      '1_a.up.sql': `CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, mood mood, tags text[] NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now());
CREATE VIEW happy AS SELECT id, email FROM users WHERE mood = 'happy';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.created_at = now(); RETURN NEW; END; $$;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
`,
    }
    await applyMigrations(database.client, readDirectory({ files, format: 'golang-migrate' }))
    const schema = await printSchema(database.client)
    const generated = await generate(schema, '-- name: HappyUsers :many\nSELECT * FROM happy WHERE email LIKE $1;\n')
    expect(generated['models.go']).toContain('type User struct')
    expect(generated['queries.sql.go']).toContain('func (q *Queries) HappyUsers(')
  })

  it('runs for `savepoint generate`, on the schema that it wrote before', { timeout: 120_000 }, async () => {
    const root = createFolder({
      'package.json': '{}',
      'schema/users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);\n',
      'sqlc.json': config,
      'queries.sql': '-- name: Emails :many\nSELECT email FROM users;\n',
    })
    const resolved = resolveConfig(
      { client: false, plugins: [sqlc({ schema: 'schema.sql', command: [binary, 'generate'] })] },
      { root },
    )
    expect(await generateProject(resolved)).toEqual({ written: ['schema.sql'], diagnostics: [] })
    expect(readFiles(join(root, 'db'))['queries.sql.go']).toContain('func (q *Queries) Emails(')
  })

  it.skipIf(isMissing('shared'))('reads the printed schema of a real history', { timeout: 300_000 }, async () => {
    const path = join(sharedFolder, 'corpus/histories/datum/migrations-goose-postgres')
    const database = await createDatabase()
    await applyMigrations(database.client, readDirectory(path, { format: 'goose' }))
    const schema = await printSchema(database.client)
    const generated = await generate(schema, '-- name: Count :one\nSELECT count(*) FROM users;\n')
    expect(generated['models.go']).toContain('type User struct')
  })
})

async function printSchema(connection: Parameters<typeof extract>[0]): Promise<string> {
  const statements = print(await extract(connection))
  const own = new RegExp(revisionTableNames.join('|'))
  return statements
    .filter(({ sql }) => !own.test(sql))
    .map(({ sql }) => `${sql};\n`)
    .join('\n')
}

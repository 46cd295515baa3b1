import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { initDatabase, type EmbeddedMigrations } from '@savepoint/migrate'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.js'
import { isMissing } from '../support/requirement.js'
import { esbuildDriver } from './drivers/esbuild.js'
import { createTestProject, type TestProject } from './project.js'

describe.skipIf(isMissing('native'))('a deployed bundle [needs native]', () => {
  let project: TestProject
  afterEach(() => project.remove())

  it('needs no files beside it: migrations and the scripts around them are inside', { timeout: 180_000 }, async () => {
    const schema = { pre: 'db/pre.sql', schema: 'db/schema/*.sql', post: 'db/post.sql', repeatable: true }
    const config = { schema, migrations: { directory: 'db/migrations', format: 'goose' }, client: false }
    project = createTestProject({
      'savepoint.config.mjs': `export default ${JSON.stringify(config)}\n`,
      'db/pre.sql': 'CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n',
      'db/schema/users.sql': 'CREATE TABLE users (id int DEFAULT one());\n',
      'db/post.sql': 'CREATE OR REPLACE VIEW newest AS SELECT max(id) AS id FROM users;\n',
      'db/migrations/20260101000000_users.sql':
        '-- +goose Up\nCREATE TABLE users (id int DEFAULT one());\n\n-- +goose Down\nDROP TABLE users;\n',
      'src/index.js': "export { migrations } from 'unplugin-savepoint/migrations'\n",
    })
    expect(await esbuildDriver.build(project.root)).toEqual({ ok: true, message: '' })
    rmSync(join(project.root, 'db'), { recursive: true })
    const bundle = (await import(pathToFileURL(join(project.root, 'dist/index.js')).href)) as {
      migrations: EmbeddedMigrations
    }
    const database = await createTestDatabase('18')
    try {
      const start = () => initDatabase({ connectionString: database.url ?? '', migrations: bundle.migrations })
      expect((await start()).applied.map(({ name }) => name)).toEqual(['20260101000000_users.sql'])
      await database.query('INSERT INTO users DEFAULT VALUES')
      expect((await database.query('SELECT id FROM newest')).rows).toEqual([{ id: 1 }])
      expect(await start()).toMatchObject({ applied: [], statements: 0 })
    } finally {
      await database.close()
    }
  })
})

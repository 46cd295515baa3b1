import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateProject, loadConfig } from '@savepoint/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { bunDriver } from './drivers/bun.js'
import { esbuildDriver } from './drivers/esbuild.js'
import { rolldownDriver } from './drivers/rolldown.js'
import { rollupDriver } from './drivers/rollup.js'
import { rspackDriver } from './drivers/rspack.js'
import { viteDriver } from './drivers/vite.js'
import { webpackDriver } from './drivers/webpack.js'
import { createTestProject, type TestProject } from './project.js'

// The first build boots a database to check the schema.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const drivers = [viteDriver, rollupDriver, rolldownDriver, esbuildDriver, webpackDriver, rspackDriver, bunDriver]
let project: TestProject

beforeAll(async () => {
  project = createTestProject({
    'savepoint.config.mjs': `export default { migrations: false, client: { queries: 'src/**/*.sql' } }\n`,
    'schema/users.sql': 'CREATE TABLE users (\n  id int PRIMARY KEY,\n  name text NOT NULL\n);\n',
    'src/users.sql':
      '-- name: GetUser :one\nSELECT id, -- the key\n  name FROM users WHERE id = @id;\n-- name: Unused :many\nSELECT sqlc.embed(u), 1 AS nobody_calls FROM users u;\n',
    'src/index.js': `import { getUser } from './users.sql'\nexport const user = (db) => getUser(db, { id: 1 })\n`,
  })
  mkdirSync(join(project.root, 'node_modules/@savepoint'), { recursive: true })
  const client = fileURLToPath(new URL('../../packages/client', import.meta.url))
  symlinkSync(client, join(project.root, 'node_modules/@savepoint/client'))
  await generateProject(await loadConfig({ cwd: project.root }))
})
afterAll(() => project.remove())

function outputs(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
}

describe.each(drivers)('an import of a query file in $name', (driver) => {
  beforeEach(() => rmSync(join(project.root, 'dist'), { recursive: true, force: true }))

  it('is the functions that are called, with short SQL', async () => {
    expect(await driver.build(project.root)).toEqual({ ok: true, message: '' })
    const bundle = outputs(join(project.root, 'dist'))
    expect(bundle).toContain('SELECT id,name FROM users WHERE id = $1')
    expect(bundle).not.toContain('nobody_calls')
  })

  it('is refused in code for browsers', async () => {
    const { ok, message } = await driver.build(project.root, 'browser')
    expect(ok).toBe(false)
    expect(message).toContain('SP6015')
    expect(message).toContain('users.sql is imported by code for the browser')
    expect(outputs(join(project.root, 'dist'))).not.toContain('SELECT')
  })
})

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateProject, loadConfig } from '@savepoint/core'
import { build as buildWithEsbuild } from 'esbuild'
import { build as buildWithVite } from 'vite'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import esbuildPlugin from './esbuild.js'
import vitePlugin from './vite.js'

// The first build checks the schema, which boots a database.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

let root: string
const client = (path: string): string => fileURLToPath(new URL(`../../client/src/${path}`, import.meta.url))
const alias = {
  '@savepoint/client/runtime': client('runtime/index.ts'),
  '@savepoint/client/parts': client('runtime/parts.ts'),
  '@savepoint/client/codecs': client('codecs/index.ts'),
}

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-import-')))
  for (const [path, text] of Object.entries({
    'package.json': '{ "type": "module" }',
    'savepoint.config.mjs': `export default { migrations: false, client: { queries: 'src/**/*.sql' } }`,
    'schema/users.sql': 'CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);',
    'src/users.sql':
      '-- name: GetUser :one\nSELECT id, -- the key\n  name FROM users WHERE id = @id;\n-- name: Unused :many\nSELECT 1 AS unused FROM users;\n',
    'src/index.js': `import { getUser } from './users.sql'\nexport const user = (db) => getUser(db, { id: 1 })\n`,
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  await generateProject(await loadConfig({ cwd: root }))
})
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

const expectQueries = (code: string): void => {
  expect(code).toContain('SELECT id,name FROM users WHERE id = $1')
  expect(code).not.toContain('unused')
}

it('an import of a query file becomes its functions, with short SQL, in esbuild', async () => {
  const outfile = join(root, 'dist/esbuild.mjs')
  await buildWithEsbuild({
    absWorkingDir: root,
    entryPoints: ['src/index.js'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias,
    plugins: [esbuildPlugin({ root })],
  })
  expectQueries(readFileSync(outfile, 'utf8'))
})

const viteBuild = (ssr: boolean) =>
  buildWithVite({
    root,
    logLevel: 'silent',
    configFile: false,
    resolve: { alias },
    plugins: [vitePlugin({ root })],
    build: {
      ssr,
      write: true,
      minify: false,
      outDir: ssr ? 'dist/server' : 'dist/client',
      rollupOptions: { input: join(root, 'src/index.js'), output: { entryFileNames: 'index.mjs' } },
    },
    ssr: { noExternal: true },
  })

it('and in Vite, for servers', async () => {
  await viteBuild(true)
  expectQueries(readFileSync(join(root, 'dist/server/index.mjs'), 'utf8'))
})

it('but not for browsers', async () => {
  await expect(viteBuild(false)).rejects.toThrow('SP6015')
})

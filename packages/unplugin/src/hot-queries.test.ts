import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import vitePlugin from './vite.js'

// The loop boots a database.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const client = (path: string): string => fileURLToPath(new URL(`../../client/src/${path}`, import.meta.url))
const declarations = 'src/users.d.sql.ts'

let root: string
let server: ViteDevServer

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const query = (sql: string): string => `-- name: GetUser :one\n${sql};\n`

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-hot-')))
  write('package.json', '{ "type": "module" }')
  write('savepoint.config.mjs', `export default { migrations: false, client: { queries: 'src/**/*.sql' } }`)
  write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, bio text);')
  write('src/users.sql', query('SELECT id, name FROM users WHERE id = @id'))
  write('src/index.js', `import { getUser } from './users.sql'\nexport const user = (db) => getUser(db, { id: 1 })\n`)
  server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    server: { middlewareMode: true },
    resolve: {
      alias: {
        '@savepoint/client/runtime': client('runtime/index.ts'),
        '@savepoint/client/parts': client('runtime/parts.ts'),
        '@savepoint/client/codecs': client('codecs/index.ts'),
      },
    },
    ssr: { noExternal: true },
    plugins: [vitePlugin({ root, loop: true })],
  })
})
afterAll(async () => {
  await server?.close()
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

/** What the server's code sends to the database now, or why it cannot. */
async function sentText(): Promise<string> {
  const sent: string[] = []
  const db = {
    query: async ({ text }: { text: string }) => {
      sent.push(text)
      return { rows: [], rowCount: 0 }
    },
  }
  try {
    const { user } = await server.ssrLoadModule('/src/index.js')
    await user(db)
  } catch (error) {
    return String(error)
  }
  return sent.join()
}

it('a saved query is swapped in the running server, and its types are left alone while their shape stays', async () => {
  await expect.poll(sentText, { timeout: 120_000 }).toContain('WHERE id = $1')
  expect(await sentText()).toMatch(/^\/\* src\/users\.sql:1 getUser \*\//)
  const { mtimeMs } = statSync(join(root, declarations))

  write('src/users.sql', query(`SELECT id, name FROM users WHERE id = @id AND name <> ''`))
  await expect.poll(sentText, { timeout: 120_000 }).toContain(`name <> ''`)
  expect(statSync(join(root, declarations)).mtimeMs).toBe(mtimeMs)

  write('src/users.sql', query('SELECT id, bio FROM users WHERE id = @id'))
  await expect.poll(() => readFileSync(join(root, declarations), 'utf8'), { timeout: 120_000 }).toContain('bio: string')
  await expect.poll(sentText, { timeout: 120_000 }).toContain('SELECT id, bio')

  // After a mistake the last good types stay.
  const good = readFileSync(join(root, declarations), 'utf8')
  write('src/users.sql', query('SELECT id, bioo FROM users WHERE id = @id'))
  await expect.poll(sentText, { timeout: 120_000 }).toContain('SP6003')
  expect(readFileSync(join(root, declarations), 'utf8')).toBe(good)
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PGlite } from '@electric-sql/pglite'
import { generateAuthSchema } from '@savepoint/better-auth'
import { connect, openDatabase, type DatabaseServer } from '@savepoint/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeBlocks, repository } from '../docs/blocks.js'

interface App {
  auth: { api: Record<'signUpEmail' | 'signInEmail', (input: { body: object }) => Promise<{ token: string | null }>> }
  pglite?: PGlite
}

const blocks = codeBlocks('docs/better-auth.md').filter(({ words }) => words.includes('runs'))
const environment = ['DATABASE_URL', 'BETTER_AUTH_URL', 'BETTER_AUTH_SECRET', 'BETTER_AUTH_TELEMETRY']
const before = environment.map((name) => process.env[name])

/** Each setting that the page shows: the tables are made in "auth", and Better Auth finds them there. */
describe('the connection settings of docs/better-auth.md', { timeout: 180_000 }, () => {
  let folder: string
  let server: DatabaseServer
  beforeAll(async () => {
    // Inside the repository, so that imports resolve as in a project that has the packages installed.
    mkdirSync(join(repository, 'test/.tmp'), { recursive: true })
    folder = mkdtempSync(join(repository, 'test/.tmp/auth-'))
    server = await openDatabase({ kind: 'pglite' }, { root: folder, stateDirectory: join(folder, '.savepoint') })
    Object.assign(process.env, {
      DATABASE_URL: server.url,
      BETTER_AUTH_URL: 'http://localhost:3000',
      BETTER_AUTH_SECRET: 'a secret that is long enough for tests',
      BETTER_AUTH_TELEMETRY: '0',
    })
  })
  afterAll(async () => {
    for (const [index, name] of environment.entries()) {
      if (before[index] === undefined) delete process.env[name]
      else process.env[name] = before[index]
    }
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are four', () => expect(blocks).toHaveLength(4))

  it.each(blocks)('at line $line work', async ({ line, text, words }) => {
    const file = join(folder, `auth-${line}.ts`)
    writeFileSync(file, text)
    const { sql, findings, schema } = await generateAuthSchema(folder, { config: file })
    // What PGlite's dialect says cannot be seen: in the thread that reads the config it is no PGlite.
    expect({ schema, findings }).toEqual({ schema: 'auth', findings: [] })
    const { auth, pglite } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as App
    const session = words.includes('pglite') ? undefined : await connect(server.url)
    await pglite?.exec(sql)
    await session?.query(`DROP SCHEMA IF EXISTS auth CASCADE; ${sql}`)

    const account = { email: 'ada@example.org', password: 'a long password' }
    await auth.api.signUpEmail({ body: { ...account, name: 'Ada' } })
    expect((await auth.api.signInEmail({ body: account })).token).toEqual(expect.any(String))

    const count =
      'SELECT (SELECT count(*)::int FROM auth."user") AS users, (SELECT count(*)::int FROM auth.session) AS sessions'
    const { rows } = pglite ? await pglite.query(count) : ((await session?.query(count)) ?? { rows: [] })
    expect(rows).toEqual([{ users: 1, sessions: 2 }])
    await session?.close()
  })
})

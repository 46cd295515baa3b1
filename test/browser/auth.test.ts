import { cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Browser, Page } from 'playwright-core'
import savepoint from 'unplugin-savepoint/vite'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestProject, type TestProject } from '../bundlers/project.js'
import { repository } from '../docs/blocks.js'
import { isMissing } from '../support/requirement.js'
import { launchBrowser } from './browser.js'

const app = join(repository, 'playground/vite-app')

describe.skipIf(isMissing('chromium'))(
  'the playground, whose tables of Better Auth stand in "auth" [needs chromium]',
  { timeout: 180_000 },
  () => {
    let browser: Browser
    let tab: Page
    let project: TestProject
    let server: ViteDevServer
    let database: pg.Client

    beforeAll(async () => {
      project = createTestProject({})
      for (const name of [
        'index.html',
        'schema',
        'server',
        'src',
        'migrations',
        'savepoint.config.ts',
        'package.json',
        'tsconfig.json',
      ])
        cpSync(join(app, name), join(project.root, name), { recursive: true })
      rmSync(join(project.root, 'savepoint.config.mjs'))
      symlinkSync(join(app, 'node_modules'), join(project.root, 'node_modules'))
      const { api } = (await import(
        join(app, 'server/plugin.ts')
      )) as typeof import('../../playground/vite-app/server/plugin.ts')
      server = await createServer({
        root: project.root,
        configFile: false,
        logLevel: 'silent',
        plugins: [savepoint({ root: project.root, loop: true }), api()],
        server: { port: 0, host: '127.0.0.1' },
      })
      await server.listen()
      const url = server.resolvedUrls?.local[0] ?? ''
      process.env['BETTER_AUTH_URL'] = url
      browser = await launchBrowser()
      tab = await browser.newPage()
      await tab.goto(url)
      await tab.getByRole('button', { name: 'Sign up' }).waitFor()
      database = new pg.Client({ connectionString: process.env['DATABASE_URL'] })
      await database.connect()
    })
    afterAll(async () => {
      await database?.end()
      await browser?.close()
      await server?.close()
      project?.remove()
    })

    const sessions = async (): Promise<number> =>
      (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM auth.session')).rows[0]?.n ?? -1
    const button = (name: string) => tab.getByRole('button', { name, exact: true })
    const fill = async () => {
      await tab.getByPlaceholder('E-mail').fill('ada@example.org')
      await tab.getByPlaceholder('Password').fill('a long password')
    }

    it('signs up, out and in again', async () => {
      await fill()
      await button('Sign up').click()
      await tab.getByText('Signed in as ada').waitFor()
      expect((await database.query('SELECT email, name FROM auth."user"')).rows).toEqual([
        { email: 'ada@example.org', name: 'ada' },
      ])
      expect(await sessions()).toBe(1)

      await button('Sign out').click()
      await button('Sign in').waitFor()
      expect(await sessions()).toBe(0)

      await fill()
      await button('Sign in').click()
      await tab.getByText('Signed in as ada').waitFor()
      expect(await sessions()).toBe(1)
    })

    it('follows the auth config on save: a plugin brings its column, and the session stays', async () => {
      const config = join(project.root, 'server/auth.ts')
      project.write(
        'server/auth.ts',
        readFileSync(config, 'utf8')
          .replace("from 'better-auth'", "from 'better-auth'\nimport { admin } from 'better-auth/plugins'")
          .replace('emailAndPassword', 'plugins: [admin()],\n  emailAndPassword'),
      )
      const hasRole = async () =>
        (
          await database.query(
            `SELECT 1 FROM pg_attribute WHERE attrelid = 'auth."user"'::regclass AND attname = 'role'`,
          )
        ).rowCount
      await expect.poll(hasRole, { timeout: 60_000 }).toBe(1)
      // The page may be served once more by the module that saw the old tables.
      const isSignedIn = async (): Promise<boolean> => {
        await tab.reload()
        return tab
          .getByText('Signed in as ada')
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          )
      }
      await expect.poll(isSignedIn, { timeout: 60_000 }).toBe(true)
    })
  },
)

import { mkdirSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import savepoint from 'unplugin-savepoint/vite'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestProject, type TestProject } from '../bundlers/project.js'
import { isMissing } from '../support/requirement.js'
import { launchBrowser } from './browser.js'

const schema = (columns: string) => `CREATE TABLE users (\n  id int PRIMARY KEY,\n  ${columns}\n);\n`
const page = '<!doctype html><title>app</title><h1>the app</h1><script type="module" src="/src/index.js"></script>\n'

describe.skipIf(isMissing('chromium'))("Vite's overlay [needs chromium]", () => {
  let browser: Browser
  let project: TestProject
  let server: ViteDevServer
  let tab: Page
  // What the loop says in the terminal is not what is looked at here.
  const quiet = {
    info() {},
    warn() {},
    warnOnce() {},
    error() {},
    clearScreen() {},
    hasErrorLogged: () => false,
    hasWarned: false,
  }

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    project = createTestProject({ 'schema/users.sql': schema('email text'), 'index.html': page })
    mkdirSync(`${project.root}/schema`, { recursive: true })
    server = await createServer({
      root: project.root,
      configFile: false,
      customLogger: quiet,
      // Vitest hands its own servers to plugins; this one is meant to run the loop.
      plugins: [savepoint({ root: project.root, loop: true })],
      server: { port: 0, host: '127.0.0.1' },
    })
    await server.listen()
    tab = await browser.newPage()
    await tab.goto(server.resolvedUrls?.local[0] ?? '')
    await tab.getByText('the app').waitFor()
  })
  afterEach(async () => {
    await tab.close()
    await server.close()
    project.remove()
  })

  /** The page of the app reloads itself after a change, which would break off another navigation of the same tab. */
  const openInNewTab = async (path: string) => {
    await tab.close()
    tab = await browser.newPage()
    await tab.goto(`${server.resolvedUrls?.local[0] ?? ''}${path}`)
  }
  const openDevelopmentPage = async () => {
    await openInNewTab('__savepoint/')
    await tab.locator('body.ready').waitFor()
  }
  const overlay = () => tab.locator('vite-error-overlay')

  it('shows a mistake with code, place, frame and fix, and goes when it is mended', async () => {
    project.write('schema/users.sql', schema('emial txt'))
    await overlay().waitFor({ state: 'attached' })
    const message = await overlay().locator('.message').innerText()
    expect(message).toContain('SP1002')
    expect(await overlay().locator('.file').innerText()).toContain('schema/users.sql:3:9')
    const frame = await overlay().locator('.frame').innerText()
    expect(frame).toContain('3 |    emial txt')
    expect(frame).toMatch(/\| +\^/)
    project.write('schema/users.sql', schema('email text'))
    await overlay().waitFor({ state: 'detached' })
  })

  it('shows the mistake again after a reload of the page', async () => {
    project.write('schema/users.sql', schema('email txt'))
    await overlay().waitFor({ state: 'attached' })
    await tab.reload()
    await overlay().waitFor({ state: 'attached' })
    expect(await overlay().locator('.message').innerText()).toContain('SP1002')
  })

  it('shows the mistake again after an edit of the app itself', async () => {
    project.write('schema/users.sql', schema('email txt'))
    await overlay().waitFor({ state: 'attached' })
    project.write('src/index.js', 'export const answer = 43\nimport.meta.hot?.accept()\n')
    await openInNewTab('')
    await overlay().waitFor({ state: 'attached' })
  })

  it('lists a waiting step on the dev page, and accepts it there', async () => {
    await openDevelopmentPage()
    const { Client } = await import('pg')
    const client = new Client({ connectionString: process.env.DATABASE_URL })
    await client.connect()
    await client.query("INSERT INTO users VALUES (1, 'ada@example.org')")
    project.write('schema/users.sql', 'CREATE TABLE users (\n  id int PRIMARY KEY\n);\n')
    await tab.getByText('Waiting for a decision').waitFor()
    expect((await client.query('SELECT email FROM users')).rows).toEqual([{ email: 'ada@example.org' }])
    await tab.getByRole('button', { name: 'Accept' }).click()
    await tab.getByText('Waiting for a decision').waitFor({ state: 'detached' })
    expect((await client.query('SELECT * FROM users')).rows).toEqual([{ id: 1 }])
    await client.end()
  })

  it('shows the panels of plugins on the dev page, text as text and markup in a frame without scripts', async () => {
    project.write(
      'savepoint.config.mjs',
      `export default { migrations: false, client: false, plugins: [{
        name: 'test:panels',
        panels: [
          { title: 'Tables', render: ({ catalog }) => ({ table: { columns: ['name'], rows: [...catalog.objects.values()].filter(({ kind }) => kind === 'table').map(({ name }) => [name]) } }) },
          { title: 'Text', render: () => '<img src=x onerror="document.title = 1">' },
          { title: 'Markup', render: () => ({ html: '<b>bold</b><script>parent.document.title = "broken"</' + 'script>' }) },
        ],
      }] }\n`,
    )
    await openDevelopmentPage()
    await tab.locator('td', { hasText: 'users' }).waitFor()
    await tab.getByText('<img src=x').waitFor()
    await tab.frameLocator('iframe').locator('b', { hasText: 'bold' }).waitFor()
    expect(await tab.title()).toBe('Savepoint')
    project.write('schema/note.sql', 'CREATE TABLE note (id int);\n')
    await tab.locator('td', { hasText: 'note' }).waitFor()
  })
})

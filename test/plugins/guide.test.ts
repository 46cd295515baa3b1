import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type, type Outcome } from '../../packages/cli/src/testing/terminal.js'
import { createTestProject, type TestProject } from '../bundlers/project.js'
import { codeBlocks } from '../docs/blocks.js'
import { serverUrl } from '../support/database.js'

const server = serverUrl('18')
/** What each block of the guide exports, and how the config says it. */
const plugins: Record<string, string> = {
  audit: 'audit()',
  lookup: 'lookup',
  schemaPage: 'schemaPage',
  unlogged: 'unlogged',
  noMoneyType: 'noMoneyType',
  noJson: 'noJson',
  pricePlans: `pricePlans({ free: 0, "it's paid": 12 })`,
  rows: 'rows',
  tables: 'tables',
}

/** The plugins that docs/plugins.md shows, as they stand there, in one project. */
describe.skipIf(!server)('the plugins of the guide [needs native]', { timeout: 180_000 }, () => {
  let project: TestProject
  beforeAll(() => {
    const blocks = codeBlocks('docs/plugins.md').filter(({ language }) => language === 'ts')
    const files = Object.keys(plugins).map((name): [string, string] => {
      const block = blocks.find(({ text }) => new RegExp(`export (?:const|function) ${name}\\b`).test(text))
      if (!block) throw new Error(`docs/plugins.md shows no ${name}`)
      return [`plugins/${name}.ts`, block.text]
    })
    project = createTestProject({
      ...Object.fromEntries(files),
      'schema/shop.sql': `-- @audit
CREATE TABLE purchase (id int PRIMARY KEY, total numeric(12, 2) NOT NULL);

-- @unlogged
CREATE TABLE session (id int PRIMARY KEY);

CREATE TABLE plan (name text PRIMARY KEY, price int NOT NULL);
`,
      'app.config.ts': `${Object.keys(plugins)
        .map((name) => `import { ${name} } from './plugins/${name}.ts'\n`)
        .join('')}
export default { database: '${server}', scratch: '${server}', client: false, plugins: [${Object.values(plugins).join(', ')}] }\n`,
    })
  })
  afterAll(() => project.remove())

  const run = (line: string): Promise<Outcome> => type(`${line} --config app.config.ts`, { cwd: project.root })
  const read = (path: string): string => readFileSync(join(project.root, path), 'utf8')

  it('make migrations, files and commands', async () => {
    expect(await run('migrate diff init')).toMatchObject({ exitCode: 0 })
    const [name = ''] = readdirSync(join(project.root, 'migrations')).filter((file) => file.endsWith('.sql'))
    const migration = read(join('migrations', name))
    for (const part of [
      'CREATE TRIGGER record_change AFTER INSERT OR UPDATE ON public.purchase',
      'CREATE UNLOGGED TABLE public.session',
      'CREATE TABLE public.country',
      `INSERT INTO public.plan VALUES ('it''s paid', 12)`,
    ])
      expect(migration).toContain(part)
    expect(await run('generate')).toMatchObject({ exitCode: 0 })
    expect(read('docs/schema.md')).toContain('- `public.purchase`')
    expect(await run('check')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('agree') })
    expect(await run('rows pg_catalog.pg_language --exact')).toMatchObject({ exitCode: 0, stdout: '4\n' })
    expect((await run('--help')).stdout).toContain('Count the rows of a table (shop:rows)')
  })

  it('say what their rules forbid, at its place', async () => {
    project.write('schema/price.sql', 'CREATE TABLE price (\n  amount money\n);\n')
    const outcome = await run('check')
    expect(outcome.exitCode).toBe(1)
    expect(outcome.stderr).toContain('column public.price.amount is of type money')
    expect(outcome.stderr).toContain('schema/price.sql:2:3')
    project.write('schema/price.sql', '-- nothing yet\n')
    project.write(
      'schema/shop.sql',
      read('schema/shop.sql').replace('numeric(12, 2) NOT NULL', 'numeric(12, 2) NOT NULL, data json'),
    )
    expect((await run('migrate diff price')).exitCode).toBe(0)
    expect((await run('migrate lint --latest 1')).stdout).toContain('SHOP101')
  })
})

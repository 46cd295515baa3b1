import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DiagnosticError, renderDiagnostics } from '../diagnostics/index.js'
import { loadConfig, requireConfigFile } from './load.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'savepoint-config-test-'))
  write('package.json', '{}')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

async function failure(options: Partial<Parameters<typeof loadConfig>[0]> = {}): Promise<string> {
  const error = await loadConfig({ cwd: root, ...options }).catch((thrown: unknown) => thrown)
  if (!(error instanceof DiagnosticError)) throw new Error('expected diagnostics', { cause: error })
  return renderDiagnostics(error.diagnostics, { root })
}

it('uses the defaults where there is no config file', async () => {
  const config = await loadConfig({ cwd: join(root) })
  expect(config).toMatchObject({ root, database: { kind: 'pglite' }, configDependencies: [] })
  expect(() => requireConfigFile(config)).toThrow('no config file was found')
})

it('finds the config upwards, and no further than the package', async () => {
  const file = write('savepoint.config.mjs', 'export default { lockTimeout: 7 }')
  mkdirSync(join(root, 'src/deep'), { recursive: true })
  expect(await loadConfig({ cwd: join(root, 'src/deep') })).toMatchObject({ root, configFile: file, lockTimeout: 7 })
  write('packages/inner/package.json', '{}')
  expect((await loadConfig({ cwd: join(root, 'packages/inner') })).configFile).toBeUndefined()
})

it('loads TypeScript, the paths of its tsconfig, and names every file to watch', async () => {
  write('tsconfig.json', JSON.stringify({ compilerOptions: { paths: { '@/*': ['./src/*'] } } }))
  const shared = write('src/shared.ts', 'export const exclude: string[] = ["vendor"]')
  const file = write(
    'savepoint.config.ts',
    'import { exclude } from "@/shared"\nimport { basename } from "node:path"\n' +
      'export default { exclude, client: basename(import.meta.dirname) } satisfies object',
  )
  const config = await loadConfig({ cwd: root })
  expect(config.exclude).toEqual(['vendor'])
  expect(config.client?.directory).toBe(join(root, root.split('/').at(-1) ?? ''))
  expect([...config.configDependencies].sort()).toEqual([file, shared].sort())
  expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([])
})

it('sees the new text when a config is loaded again', async () => {
  write('savepoint.config.js', 'export default { lockTimeout: 1 }')
  await loadConfig({ cwd: root })
  write('savepoint.config.js', 'export default { lockTimeout: 2 }')
  expect((await loadConfig({ cwd: root })).lockTimeout).toBe(2)
})

it('imports packages of the project instead of bundling them', async () => {
  write('node_modules/limits/package.json', '{ "name": "limits", "type": "module", "exports": "./index.js" }')
  write('node_modules/limits/index.js', 'export const limit = 42')
  write('savepoint.config.ts', 'import { limit } from "limits"\nexport default { lockTimeout: limit }')
  expect((await loadConfig({ cwd: root })).lockTimeout).toBe(42)
})

it('shows the place of a syntax error', async () => {
  write('savepoint.config.ts', 'export default {\n  strict true,\n}\n')
  expect(await failure()).toMatchInlineSnapshot(`
    "error SP5001: savepoint.config.ts cannot be loaded: Expected "}" but found "true"
      at savepoint.config.ts:2:10
      1 |  export default {
      2 |    strict true,
        |           ^
      3 |  }
      4 |"
  `)
})

it('shows the line that threw, in the file that was written', async () => {
  write('src/url.ts', 'export function url(): string {\n  throw new Error("DATABASE_URL is not set")\n}\n')
  write('savepoint.config.ts', 'import { url } from "./src/url.js"\n\nexport default { database: url() }\n')
  expect(await failure()).toMatchInlineSnapshot(`
    "error SP5001: savepoint.config.ts threw while it was loaded: DATABASE_URL is not set
      at src/url.ts:2:9
      1 |  export function url(): string {
      2 |    throw new Error("DATABASE_URL is not set")
        |          ^
      3 |  }
      4 |"
  `)
})

it('names a package that is not installed, and who imports it', async () => {
  write('savepoint.config.ts', 'import { x } from "not-there"\nexport default { plugins: [x] }\n')
  expect(await failure()).toMatchInlineSnapshot(`
    "error SP5001: savepoint.config.ts cannot be loaded: the package "not-there" is not installed
      at savepoint.config.ts:1:19
      1 |  import { x } from "not-there"
        |                    ^
      2 |  export default { plugins: [x] }
      3 |
      fix: Install it (\`npm install --save-dev not-there\`) or correct the import."
  `)
})

it('points at a wrong value', async () => {
  write(
    'savepoint.config.ts',
    'export default {\n  environments: {\n    prod: { strict: "yes" },\n  },\n  strct: true,\n}\n',
  )
  expect(await failure()).toMatchInlineSnapshot(`
    "error SP5002: environments.prod.strict: expected true or false, got "yes"
      at savepoint.config.ts:3:13
      1 |  export default {
      2 |    environments: {
      3 |      prod: { strict: "yes" },
        |              ^
      4 |    },
      5 |    strct: true,

    error SP5002: strct: there is no such setting
      at savepoint.config.ts:5:3
      3 |      prod: { strict: "yes" },
      4 |    },
      5 |    strct: true,
        |    ^
      6 |  }
      7 |
      fix: Did you mean \`strict\`? Allowed here: schema, database, allowRemote, scratch, migrations, client, seeds, include, exclude, strict, lockTimeout, lockRetries, lint, databaseUrlVariable, plugins, environments."
  `)
})

it('takes the config file that is named, and says when it is not there', async () => {
  write('config/dev.mjs', 'export default { lockTimeout: 9 }')
  expect(await loadConfig({ cwd: root, configFile: 'config/dev.mjs' })).toMatchObject({
    root: join(root, 'config'),
    lockTimeout: 9,
  })
  expect(await failure({ configFile: 'config/prod.mjs' })).toContain('SP5003: there is no file config/prod.mjs')
})

it('lets plugins change the config before its defaults are filled in', async () => {
  write(
    'savepoint.config.mjs',
    'export default { plugins: [{ name: "ours", config: () => ({ exclude: ["vendor"] }) }] }',
  )
  expect((await loadConfig({ cwd: root })).exclude).toEqual(['vendor'])
  write('savepoint.config.mjs', 'export default { plugins: [{ name: "ours", config() { throw new Error("no") } }] }')
  expect(await failure()).toContain('SP5004 (plugin ours)')
})

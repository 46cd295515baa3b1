// What plugins cost. On a save: saves of one column with none and with many plugins that have every hook and find nothing that
// they are for; the difference by plugin. Better Auth: from the save of an auth config to its SQL, in a worker that is warm.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { betterAuth } from '../../packages/better-auth/dist/index.js'
import { createEngine } from '../../packages/core/dist/index.js'
import { median, milliseconds, printTable } from './lib/measure.mjs'
import { nextSave } from './lib/saves.mjs'
import { createSchema } from './lib/schema.mjs'

const tables = 100
const saves = 15
const many = 20

const plugins = `Array.from({ length: COUNT }, (_, index) => ({
  name: 'bench:' + index,
  transform: { filter: { name: /^nothing_/ }, handler() {} },
  catalog: (catalog) => [...catalog.objects.values()].filter(({ kind, name }) => kind === 'table' && name.startsWith('bad_')).map(({ id }) => ({ severity: 'error', object: id, message: 'bad' })),
  post: () => [],
  plan: () => [],
  generate: () => [],
  applied() {},
}))`

const without = await measureSaves(0)
const withMany = await measureSaves(many)
printTable([
  { plugins: 0, 'save, 100 tables': milliseconds(without), 'each plugin': '' },
  {
    plugins: many,
    'save, 100 tables': milliseconds(withMany),
    'each plugin': `${Math.max(0, (withMany - without) / many).toFixed(2)} ms`,
  },
])
console.log('\nBetter Auth, from a save of the auth config to its SQL:')
printTable(await measureBetterAuth())

async function measureSaves(count) {
  const root = mkdtempSync(join(tmpdir(), 'savepoint-bench-'))
  mkdirSync(join(root, 'schema'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(root, 'savepoint.config.mjs'),
    `export default { database: 'pglite:memory', databaseUrlVariable: false, migrations: false, plugins: ${plugins.replace('COUNT', String(count))} }\n`,
  )
  writeFileSync(join(root, 'schema/tables.sql'), createSchema(tables))
  const file = join(root, 'schema/edited.sql')
  writeFileSync(file, 'CREATE TABLE edited (id int);\n')
  const engine = createEngine({ root })
  try {
    await engine.start()
    const times = []
    for (let index = -3; index < saves; index++) {
      const saved = nextSave(engine)
      const begun = performance.now()
      writeFileSync(file, `CREATE TABLE edited (id int, extra_${index + 3} text);\n`)
      await saved
      if (index >= 0) times.push(performance.now() - begun)
      // Nobody saves without a pause; the loop uses it to prepare the next save.
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    return median(times)
  } finally {
    await engine.close()
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function measureBetterAuth() {
  const root = mkdtempSync(join(tmpdir(), 'savepoint-bench-'))
  const app = fileURLToPath(new URL('../../playground/vite-app', import.meta.url))
  cpSync(join(app, 'server'), join(root, 'server'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(app, 'node_modules'), join(root, 'node_modules'))
  const config = (field, use = '') => `import { betterAuth } from 'better-auth'
import { admin, organization, twoFactor, username } from 'better-auth/plugins'
import { PostgresDialect } from 'kysely'
import { pool } from './database.ts'
export const auth = betterAuth({
  database: { dialect: new PostgresDialect({ pool }), type: 'postgres', schemaName: 'auth' },
  user: { additionalFields: { ${field}: { type: 'string', required: false } } },
  plugins: [${use}],
})
`
  const rows = []
  for (const [name, use] of [
    ['4 tables', ''],
    ['11 tables', 'admin(), organization({ teams: { enabled: true } }), twoFactor(), username()'],
    // Better Auth keeps renames in its modules, so that each save needs a worker of its own, made ready beforehand.
    ['a plugin’s table renamed', "twoFactor({ schema: { twoFactor: { modelName: 'second_factor' } } })"],
  ]) {
    const plugin = betterAuth({ config: 'server/auth.ts' })
    const ask = () =>
      plugin.sources({ root, stateDirectory: join(root, '.savepoint'), watch() {}, log() {}, catalog: undefined })
    const times = []
    for (let index = -2; index < 9; index++) {
      writeFileSync(join(root, 'server/auth.ts'), config(`field_${index + 2}`, use))
      const begun = performance.now()
      const { sql } = await ask()
      if (!sql.includes(`field_${index + 2}`)) throw new Error(sql)
      if (index >= 0) times.push(performance.now() - begun)
      // As between two saves of a person.
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    rows.push({ config: name, median: milliseconds(median(times)), slowest: milliseconds(Math.max(...times)) })
    await plugin.close()
  }
  rmSync(root, { recursive: true, force: true })
  return rows
}

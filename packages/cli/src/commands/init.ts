import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { defineCommand } from '../command.js'
import type { Talk } from '../terminal/talk.js'

const exampleSchema = `-- Every .sql file of this folder is part of the schema; statements may stand in any order and in any file.
create table users (
  id bigint generated always as identity primary key,
  email text not null unique,
  created_at timestamptz not null default now()
);

comment on column users.email is 'Where we write to';
`

export const command = defineCommand({
  options: {},
  details: `Writes savepoint.config.ts and, where there are no schema files yet, schema/example.sql.
What exists already stays as it is.`,
  examples: ['init'],
  async run({ io, talk }) {
    const { configFileNames, findConfigFile, defaultConfig } = await import('@savepoint/core')
    const { file, root } = findConfigFile(io.cwd)
    if (file === undefined) {
      const schema = findSchemaFolder(root)
      write(
        join(root, configFileNames[0] ?? ''),
        renderConfig(schema ? `${schema}/**/*.sql` : defaultConfig.schema),
        root,
        talk,
      )
      if (schema === undefined) write(join(root, 'schema/example.sql'), exampleSchema, root, talk)
    } else {
      talk.say(`${relative(io.cwd, file)} exists and stays as it is`)
    }
    suggestScripts(root, talk)
    return 0
  },
})

/** Where a project keeps its schema already: the usual folders, the first one with SQL files in it. */
function findSchemaFolder(root: string): string | undefined {
  return ['schema', 'schemas', 'db/schema', 'db/schemas', 'database/schema'].find((folder) => {
    const path = join(root, folder)
    return existsSync(path) && readdirSync(path, { recursive: true }).some((name) => String(name).endsWith('.sql'))
  })
}

function renderConfig(schema: string): string {
  return `import { defineConfig } from 'savepoint'

export default defineConfig({
  // Globs of schema files, relative to this file.
  schema: '${schema}',
  // The embedded Postgres under .savepoint/. Also: a postgres:// URL, docker://postgres/17/dev, native:
  database: 'pglite:',
  migrations: { directory: 'migrations', format: 'atlas' },
  client: { directory: 'src/db' },
})
`
}

function write(file: string, text: string, root: string, talk: Talk): void {
  const path = relative(root, file)
  if (existsSync(file)) {
    talk.say(`${path} exists and stays as it is`)
    return
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { flag: 'wx' })
  talk.success(`wrote ${path}`)
}

function suggestScripts(root: string, talk: Talk): void {
  const file = join(root, 'package.json')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  talk.say('')
  if (!text.includes('savepoint ')) {
    talk.say('Scripts for package.json:')
    talk.say('  "db:dev": "savepoint dev",')
    talk.say('  "db:check": "savepoint check"')
  }
  const ignore = join(root, '.gitignore')
  if (!existsSync(ignore) || !readFileSync(ignore, 'utf8').includes('.savepoint'))
    talk.say('Line for .gitignore: .savepoint/')
  talk.say('Then: savepoint dev, or the plugin `unplugin-savepoint/vite` in vite.config.ts')
}

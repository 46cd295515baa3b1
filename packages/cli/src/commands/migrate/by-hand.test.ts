import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../../test/support/database.js'
import { useFolder } from '../../testing/folder.js'

const binary = fileURLToPath(new URL('../../../bin/savepoint.js', import.meta.url))

describe.skipIf(!serverUrl('18'))('migrations written by hand [needs native]', () => {
  const folder = useFolder()
  const { write, read, sqlFiles, succeed } = folder
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase('18')
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text);\n')
  })
  afterEach(() => database.close())

  const configure = (format: string): void =>
    folder.configure({ database: database.url, scratch: serverUrl('18'), client: false, migrations: { format } })

  it('count with their change of the schema, and keep their rows', async () => {
    configure('atlas')
    await succeed('migrate diff init --apply')
    await database.query(`INSERT INTO users VALUES (1, 'Ada Lovelace')`)
    const body = `ALTER TABLE users ADD COLUMN first_name text;\nUPDATE users SET first_name = split_part(name, ' ', 1);\n`
    write(
      'editor.mjs',
      `import { appendFileSync } from 'node:fs'\nappendFileSync(process.argv[2], ${JSON.stringify(body)})`,
    )
    await succeed('migrate new split_name --edit', { env: { EDITOR: `${process.execPath} editor.mjs` } })
    expect((await succeed('migrate hash')).stderr).toContain('is right already')
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text, first_name text);\n')
    expect((await succeed('migrate diff')).stderr).toContain('synced with the desired state')
    await succeed('migrate validate')
    await succeed('migrate apply')
    expect((await database.query('SELECT first_name FROM users')).rows).toEqual([{ first_name: 'Ada' }])
    expect((await succeed('schema diff')).stdout).toBe('')
  })

  it.each(['goose', 'golang-migrate'])('changes with no plain way back get a proved one in %s', async (format) => {
    configure(format)
    write(
      'schema/users.sql',
      `CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE users (id int PRIMARY KEY, mood mood);\n`,
    )
    await succeed('migrate diff init')
    write(
      'schema/users.sql',
      `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');\nCREATE TABLE users (id bigint PRIMARY KEY, mood mood DEFAULT 'ok');\n`,
    )
    await succeed('migrate diff more')
    await succeed('migrate apply')
    const state = await succeed('schema inspect')
    expect(state.stdout).toContain(`'happy'`)
    await succeed(
      `migrate down ${sqlFiles().filter((name) => name.includes('more') && !name.includes('.down.')).length}`,
    )
    const back = await succeed('schema inspect')
    expect(back.stdout).not.toContain('happy')
    expect(back.stdout).toContain('id integer')
    await succeed('migrate apply')
    expect((await succeed('schema inspect')).stdout).toBe(state.stdout)
  })

  it('are passed over by a fresh database where a checkpoint stands', async () => {
    configure('atlas')
    await succeed('migrate diff init')
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text, email text);\n')
    await succeed('migrate diff email')
    expect((await succeed('migrate checkpoint v1')).stderr).toContain('checkpoint')
    expect(read(`migrations/${sqlFiles().at(-1) ?? ''}`)).toMatch(/^-- atlas:checkpoint v1\n\n/)
    expect((await succeed('migrate apply')).stdout).toContain('-- 1 migration\n')
    expect((await succeed('schema diff')).stdout).toBe('')
  })

  it('are merged by git in the format of the config, wherever git is started', () => {
    configure('golang-migrate')
    const root = join(folder.cwd, '..', `${folder.cwd.split('/').at(-1)}-repository`)
    const app = join(root, 'services/app')
    mkdirSync(join(app, 'db'), { recursive: true })
    try {
      const git = (...args: string[]): string =>
        execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
          cwd: root,
          encoding: 'utf8',
          stdio: 'pipe',
        })
      const savepoint = (...args: string[]): string =>
        execFileSync(process.execPath, [binary, ...args], { cwd: app, encoding: 'utf8', stdio: 'pipe' })
      const add = (version: string): void => {
        for (const side of ['up', 'down']) writeFileSync(join(app, `db/${version}_x.${side}.sql`), 'SELECT 1;\n')
        savepoint('migrate', 'hash')
        git('add', '.')
        git('commit', '-qm', version)
      }
      writeFileSync(join(app, 'package.json'), '{}')
      writeFileSync(
        join(app, 'savepoint.config.mjs'),
        `export default { migrations: { directory: 'db', format: 'golang-migrate' } }\n`,
      )
      writeFileSync(join(root, '.gitattributes'), 'atlas.sum merge=savepoint\n')
      git('init', '-q', '-b', 'main')
      git('config', 'merge.savepoint.driver', `"${process.execPath}" "${binary}" migrate merge-driver %O %A %B %P %Y`)
      add('1')
      git('switch', '-qc', 'theirs')
      add('2')
      git('switch', '-q', 'main')
      add('3')
      git('merge', '-q', '--no-edit', 'theirs')
      const sum = readFileSync(join(app, 'db/atlas.sum'), 'utf8')
      expect(sum.match(/^\S+\.sql/gm)).toEqual(['1_x.up.sql', '2_x.up.sql', '3_x.up.sql'])
      savepoint('migrate', 'hash')
      expect(readFileSync(join(app, 'db/atlas.sum'), 'utf8')).toBe(sum)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
})

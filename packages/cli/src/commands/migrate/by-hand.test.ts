import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../../test/support/database.js'
import { type, type Outcome } from '../../testing/terminal.js'

const binary = fileURLToPath(new URL('../../../bin/savepoint.js', import.meta.url))

describe.skipIf(!serverUrl('18'))('migrations written by hand [needs native]', () => {
  let cwd: string
  let database: TestDatabase
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'savepoint-by-hand-'))
    database = await createTestDatabase('18')
    write('package.json', '{}')
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text);\n')
  })
  afterEach(async () => {
    await database.close()
    rmSync(cwd, { recursive: true, force: true })
  })

  function write(path: string, text: string): void {
    const file = join(cwd, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const configure = (format: string): void =>
    write(
      'savepoint.config.mjs',
      `export default ${JSON.stringify({ database: database.url, scratch: serverUrl('18'), client: false, migrations: { format } })}`,
    )
  async function typed(line: string, env: Record<string, string> = {}): Promise<Outcome> {
    const outcome = await type(line, { cwd, env })
    expect(`${line}: ${outcome.exitCode}\n${outcome.exitCode === 0 ? '' : outcome.stderr}`).toBe(`${line}: 0\n`)
    return outcome
  }
  const migrations = (): string[] =>
    readdirSync(join(cwd, 'migrations'))
      .filter((name) => name.endsWith('.sql'))
      .sort()

  it('count with their change of the schema, and keep their rows', async () => {
    configure('atlas')
    await typed('migrate diff init --apply')
    await database.query(`INSERT INTO users VALUES (1, 'Ada Lovelace')`)
    const body = `ALTER TABLE users ADD COLUMN first_name text;\nUPDATE users SET first_name = split_part(name, ' ', 1);\n`
    write(
      'editor.mjs',
      `import { appendFileSync } from 'node:fs'\nappendFileSync(process.argv[2], ${JSON.stringify(body)})`,
    )
    await typed('migrate new split_name --edit', { EDITOR: `${process.execPath} editor.mjs` })
    expect((await typed('migrate hash')).stderr).toContain('is right already')
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text, first_name text);\n')
    expect((await typed('migrate diff')).stderr).toContain('synced with the desired state')
    await typed('migrate validate')
    await typed('migrate apply')
    expect((await database.query('SELECT first_name FROM users')).rows).toEqual([{ first_name: 'Ada' }])
    expect((await typed('schema diff')).stdout).toBe('')
  })

  it.each(['goose', 'golang-migrate'])('changes with no plain way back get a proved one in %s', async (format) => {
    configure(format)
    write(
      'schema/users.sql',
      `CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE users (id int PRIMARY KEY, mood mood);\n`,
    )
    await typed('migrate diff init')
    write(
      'schema/users.sql',
      `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');\nCREATE TABLE users (id bigint PRIMARY KEY, mood mood DEFAULT 'ok');\n`,
    )
    await typed('migrate diff more')
    await typed('migrate apply')
    const state = await typed('schema inspect')
    expect(state.stdout).toContain(`'happy'`)
    await typed(
      `migrate down ${migrations().filter((name) => name.includes('more') && !name.includes('.down.')).length}`,
    )
    const back = await typed('schema inspect')
    expect(back.stdout).not.toContain('happy')
    expect(back.stdout).toContain('id integer')
    await typed('migrate apply')
    expect((await typed('schema inspect')).stdout).toBe(state.stdout)
  })

  it('are passed over by a fresh database where a checkpoint stands', async () => {
    configure('atlas')
    await typed('migrate diff init')
    write('schema/users.sql', 'CREATE TABLE users (id int PRIMARY KEY, name text, email text);\n')
    await typed('migrate diff email')
    expect((await typed('migrate checkpoint v1')).stderr).toContain('checkpoint')
    expect(readFileSync(join(cwd, 'migrations', migrations().at(-1) ?? ''), 'utf8')).toMatch(
      /^-- atlas:checkpoint v1\n\n/,
    )
    expect((await typed('migrate apply')).stdout).toContain('-- 1 migration\n')
    expect((await typed('schema diff')).stdout).toBe('')
  })

  it('are merged by git in the format of the config, wherever git is started', () => {
    configure('golang-migrate')
    const root = join(cwd, '..', `${cwd.split('/').at(-1)}-repository`)
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

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyMigrations, hashDirectory, readDirectory } from '@savepoint/migrate'
import { serverUrl } from '../../../../test/support/database.js'
import { connect } from '../database/connect.js'
import { createTestProject, type TestProject } from './testing/project.js'

const users = 'create table users (id integer primary key);\n'
const init = 'CREATE TABLE users (id integer PRIMARY KEY);\nINSERT INTO users VALUES (1);\n'
const withName = users.replace('key)', 'key, name text)')
const addName = `ALTER TABLE users ADD COLUMN name text;\nUPDATE users SET name = 'Ann';\n`

describe.skipIf(!serverUrl('18'))('a migration that a pull brings [needs native]', () => {
  let project: TestProject
  beforeEach(async () => {
    project = await createTestProject({
      files: { 'schema/users.sql': users, 'migrations/1_init.sql': init },
      server: serverUrl('18'),
      config: 'client: false,',
    })
    hash()
    git('init', '-q')
    commit()
    // As `savepoint migrate apply` on a fresh clone does.
    await project.engine.start()
    await project.query('DROP TABLE users')
    const session = await connect(project.engine.databaseUrl ?? '')
    await applyMigrations(session, readDirectory(project.path('migrations')))
    await session.close()
    await project.save({ 'schema/draft.sql': 'create table draft (id integer);\n' })
    await project.query('INSERT INTO draft VALUES (7)')
  })
  afterEach(() => project.close())

  const git = (...parameters: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...parameters], {
      cwd: project.root,
    })
  const commit = (): void => {
    git('add', 'migrations', 'schema')
    git('commit', '-qm', 'one')
  }
  const hash = (): void => void hashDirectory(readDirectory(project.path('migrations')))
  const versions = async (): Promise<unknown[]> =>
    (await project.query<{ version: string }>('SELECT version FROM atlas_schema_revisions.atlas_schema_revisions')).map(
      ({ version }) => version,
    )
  /** Pulls a commit that a colleague has made in a clone of their own. */
  function pull(files: Record<string, string>): void {
    const theirs = mkdtempSync(join(tmpdir(), 'savepoint-theirs-'))
    git('clone', '-q', '.', theirs)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(theirs, name), text)
    hashDirectory(readDirectory(join(theirs, 'migrations')))
    git('-C', theirs, 'add', '.')
    git('-C', theirs, 'commit', '-qm', 'theirs')
    git('pull', '-q', '--no-rebase', theirs)
    rmSync(theirs, { recursive: true })
  }

  it('is applied with its data, and the local draft stays', async () => {
    pull({ 'migrations/2_name.sql': addName, 'schema/users.sql': withName })
    await expect.poll(versions, { timeout: 30_000 }).toEqual(['1', '2'])
    await expect.poll(() => project.read('migrations/.draft/draft.sql'), { timeout: 30_000 }).not.toContain('users')
    await expect
      .poll(() => project.engine.state, { timeout: 30_000 })
      .toMatchObject({ status: 'ready', diagnostics: [] })
    expect(await project.query('SELECT * FROM users')).toEqual([{ id: 1, name: 'Ann' }])
    expect(await project.query('SELECT * FROM draft')).toEqual([{ id: 7 }])
    expect(project.read('migrations/.draft/draft.sql')).toContain('CREATE TABLE public.draft')
  })

  it('is told where it clashes with the local draft', async () => {
    await project.save({ 'schema/users.sql': withName })
    const state = await project.after(
      () => pull({ 'migrations/2_name.sql': addName }),
      ({ diagnostics }) => diagnostics.length > 0,
    )
    expect(state).toMatchObject({
      status: 'ready',
      diagnostics: [{ code: 'SP4017', severity: 'warning', location: { file: project.path('migrations/2_name.sql') } }],
    })
    expect(state.diagnostics[0]?.message).toContain('column "name" of relation "users" already exists')
    expect(await versions()).toEqual(['1'])
  })

  it('is left alone while it is not committed, because it is our own', async () => {
    project.write('migrations/2_name.sql', addName)
    hash()
    await project.save({ 'schema/users.sql': withName })
    expect(await versions()).toEqual(['1'])
  })
})

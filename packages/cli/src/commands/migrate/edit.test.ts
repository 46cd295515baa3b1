import { execFileSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../../test/support/database.js'
import { useFolder } from '../../testing/folder.js'

const folder = useFolder()
const { write, read, sqlFiles, typeHere } = folder
beforeEach(() => {
  write('migrations/20230101000001_users.sql', 'CREATE TABLE users (id int, name text);\n')
  write('migrations/20230101000002_email.sql', 'ALTER TABLE users ADD COLUMN email text;\n')
})

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: folder.cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  })

it('imports from another format', async () => {
  write('old/1_users.up.sql', 'CREATE TABLE users (id int);\n')
  write('old/1_users.down.sql', 'DROP TABLE users;\n')
  expect(
    await typeHere('migrate import --from "file://old?format=golang-migrate" --to "file://new?format=goose"'),
  ).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('to new') })
  expect(read(`new/${sqlFiles('new')[0] ?? ''}`)).toMatch(/-- \+goose Up[^]*-- \+goose Down[^]*DROP TABLE/)
})

it('removes by version or by number', async () => {
  await typeHere('migrate hash')
  expect(await typeHere('migrate rm 20230101000002')).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('removed 20230101000002_email.sql'),
  })
  write('migrations/20240101000000_a.sql', '')
  await typeHere('migrate hash')
  expect(await typeHere('migrate rm 1 --dir migrations')).toMatchObject({ exitCode: 0 })
  expect(sqlFiles()).toEqual(['20230101000001_users.sql'])
})

it('puts migrations together', async () => {
  await typeHere('migrate hash')
  expect(await typeHere('migrate squash all')).toMatchObject({ exitCode: 0 })
  expect(sqlFiles()).toEqual(['20230101000002_all.sql'])
  expect(read('migrations/20230101000002_all.sql')).toMatch(/CREATE TABLE users[^]*ADD COLUMN email/)
})

it('moves our own files behind theirs after a merge, and mends the sum', async () => {
  await typeHere('migrate hash')
  git('init', '--initial-branch=main')
  git('add', '.')
  git('commit', '-m', 'base')
  git('checkout', '-b', 'theirs')
  write('migrations/20240102000000_theirs.sql', 'CREATE TABLE theirs ();\n')
  await typeHere('migrate hash')
  git('add', '.')
  git('commit', '-m', 'theirs')
  git('checkout', 'main')
  write('migrations/20240101000000_ours.sql', 'CREATE TABLE ours ();\n')
  await typeHere('migrate hash')
  git('add', '.')
  git('commit', '-m', 'ours')
  expect(() => git('merge', 'theirs')).toThrow()
  const { exitCode, stderr } = await typeHere('migrate rebase')
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/20240101000000_ours\.sql is \d{14}_ours\.sql now/)
  expect(sqlFiles().at(-1)).toMatch(/_ours\.sql$/)
  expect((await typeHere('migrate hash')).stderr).toContain('is right already')
})

describe.skipIf(!serverUrl('18'))('on scratch [needs native]', () => {
  const scratch = `--dev-url ${serverUrl('18')}`

  it('validate replays every migration', async () => {
    await typeHere('migrate hash')
    expect(await typeHere(`migrate validate ${scratch}`)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    write('migrations/20230101000002_email.sql', 'ALTER TABLE user ADD COLUMN email text;\n')
    expect(await typeHere(`migrate validate ${scratch}`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('migrate hash'),
    })
    await typeHere('migrate hash')
    const { exitCode, stderr } = await typeHere(`migrate validate ${scratch}`)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('SP4003')
    expect(stderr).toContain('at migrations/20230101000002_email.sql:1:1')
  })

  it('lint fails for what loses data, unless the file says that it is meant', async () => {
    write('migrations/20230101000003_drop.sql', 'ALTER TABLE users DROP COLUMN name;\n')
    await typeHere('migrate hash')
    const lint = await typeHere(`migrate lint --latest 1 ${scratch}`)
    expect(lint.exitCode).toBe(1)
    expect(lint.stdout).toMatch(
      /^migrations\/20230101000003_drop\.sql:1:1: error DS103: The column name of public\.users is dropped/,
    )
    expect(await typeHere(`migrate lint --latest 1 --json ${scratch}`)).toMatchObject({ exitCode: 1 })
    write('migrations/20230101000003_drop.sql', '-- atlas:nolint DS103\nALTER TABLE users DROP COLUMN name;\n')
    await typeHere('migrate hash')
    expect(await typeHere(`migrate lint --latest 1 ${scratch}`)).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('lint names comments of ours that silence nothing, and leaves those of others, who may need them', async () => {
    const sql = 'CREATE TABLE notes (id int);\n'
    for (const [comment, said] of [
      ['-- savepoint:nolint DS102', /:1:1: info SH901: Nothing is found that this comment silences: DS102/],
      ['-- savepoint:nolint', /:1:1: info SH901: Nothing is found/],
      ['-- atlas:nolint DS102', /^$/],
      ['-- squawk-ignore ban-drop-table', /^$/],
    ] as const) {
      write('migrations/20230101000003_notes.sql', `${comment}\n${sql}`)
      await typeHere('migrate hash')
      expect(await typeHere(`migrate lint --latest 1 ${scratch}`)).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(said),
      })
    }
  })

  it('lint looks at what a branch does not have', async () => {
    await typeHere('migrate hash')
    git('init', '--initial-branch=main')
    git('add', '.')
    git('commit', '-m', 'base')
    write('migrations/20230101000003_index.sql', 'CREATE INDEX users_name ON users (name);\n')
    await typeHere('migrate hash')
    const { exitCode, stdout, stderr } = await typeHere(`migrate lint --git-base main ${scratch}`)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('PG101')
    expect(stderr).toContain('1 migration looked at')
  })

  it('lint says when a new migration comes before one that is there already', async () => {
    await typeHere('migrate hash')
    git('init', '--initial-branch=main')
    git('add', '.')
    git('commit', '-m', 'base')
    write('migrations/20220101000000_early.sql', 'CREATE TABLE early (id int);\n')
    await typeHere('migrate hash')
    const line = `migrate lint --git-base main ${scratch}`
    expect((await typeHere(line)).stdout).toMatch(
      /20220101000000_early\.sql:1:1: warning SH801: It comes before 20230101000002_\w+\.sql, which is there already/,
    )
    write('migrations/20220101000000_early.sql', '-- atlas:nolint non_linear\n\nCREATE TABLE early (id int);\n')
    await typeHere('migrate hash')
    expect(await typeHere(line)).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('checkpoint writes the whole schema', async () => {
    await typeHere('migrate hash')
    expect(await typeHere(`migrate checkpoint v1 ${scratch}`)).toMatchObject({ exitCode: 0 })
    expect(read(`migrations/${sqlFiles().at(-1) ?? ''}`)).toMatch(/atlas:checkpoint v1[^]*CREATE TABLE public\.users/)
  })
})

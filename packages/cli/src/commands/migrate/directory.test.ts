import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type } from '../../testing/terminal.js'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'savepoint-migrate-'))
  writeFileSync(join(cwd, 'package.json'), '{}')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

it('writes an empty migration and its sum', async () => {
  const { exitCode, stdout, stderr } = await type('migrate new add_users', { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(stderr).toMatch(/wrote migrations\/\d{14}_add_users\.sql/)
  expect(readdirSync(join(cwd, 'migrations')).sort()).toEqual([
    expect.stringMatching(/^\d{14}_add_users\.sql$/),
    'atlas.sum',
  ])
})

it('takes the name and the directory in the ways of other tools', async () => {
  await type('migrate new --name add_users --dir "file://db/changes?format=golang-migrate"', { cwd })
  expect(readdirSync(join(cwd, 'db/changes')).filter((name) => name.endsWith('.sql')).length).toBe(2)
  expect(await type('migrate new a --name b', { cwd })).toMatchObject({ exitCode: 2 })
  expect(await type('migrate ls --dir db/changes --dir-format golang-migrate', { cwd })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/_add_users\.up\.sql\n$/),
  })
})

it('lists files, or versions only', async () => {
  await type('migrate new first', { cwd })
  await type('migrate new second', { cwd })
  const { stdout } = await type('migrate ls', { cwd })
  expect(stdout).toMatch(/^\d{14}_first\.sql\n\d{14}_second\.sql\n$/)
  expect((await type('migrate ls --short --latest', { cwd })).stdout).toBe(`${stdout.split('\n')[1]?.split('_')[0]}\n`)
})

it('writes the sum anew after an edit', async () => {
  await type('migrate new first', { cwd })
  const [file = ''] = readdirSync(join(cwd, 'migrations'))
  const sum = (): string => readFileSync(join(cwd, 'migrations/atlas.sum'), 'utf8')
  const before = sum()
  appendFileSync(join(cwd, 'migrations', file), 'create table users ();\n')
  expect((await type('migrate hash', { cwd })).stderr).toContain('migrations/atlas.sum written')
  expect(sum()).not.toBe(before)
  expect((await type('migrate hash', { cwd })).stderr).toContain('migrations/atlas.sum is right already')
})

it('says what is wrong with a directory', async () => {
  expect(await type('migrate hash', { cwd })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('SP4002: cannot read the migrations directory'),
  })
  expect(await type('migrate ls --dir-format goos', { cwd })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('SP4018'),
  })
})

it('tells a mismatch in the words that scripts look for', async () => {
  await type('migrate new first', { cwd })
  const [file = ''] = readdirSync(join(cwd, 'migrations'))
  appendFileSync(join(cwd, 'migrations', file), 'create table users ();\n')
  const { exitCode, stdout, stderr } = await type('migrate validate', { cwd })
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: `You have a checksum error in your migration directory.

\tL2: ${file} was edited

Please check your migration files and run 'savepoint migrate hash' to re-hash the contents

`,
  })
  expect(stderr).toContain('checksum mismatch')
})

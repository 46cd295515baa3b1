import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { useFolder } from '../../testing/folder.js'

const folder = useFolder()
const { read, sqlFiles, typeHere } = folder

it('writes an empty migration and its sum', async () => {
  const { exitCode, stdout, stderr } = await typeHere('migrate new add_users')
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(stderr).toMatch(/wrote migrations\/\d{14}_add_users\.sql/)
  expect(readdirSync(join(folder.cwd, 'migrations')).sort()).toEqual([
    expect.stringMatching(/^\d{14}_add_users\.sql$/),
    'atlas.sum',
  ])
})

it('takes the name and the directory in the ways of other tools', async () => {
  await typeHere('migrate new --name add_users --dir "file://db/changes?format=golang-migrate"')
  expect(sqlFiles('db/changes').length).toBe(2)
  expect(await typeHere('migrate new a --name b')).toMatchObject({ exitCode: 2 })
  expect(await typeHere('migrate ls --dir db/changes --dir-format golang-migrate')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/_add_users\.up\.sql\n$/),
  })
})

it('lists files, or versions only', async () => {
  await typeHere('migrate new first')
  await typeHere('migrate new second')
  const { stdout } = await typeHere('migrate ls')
  expect(stdout).toMatch(/^\d{14}_first\.sql\n\d{14}_second\.sql\n$/)
  expect((await typeHere('migrate ls --short --latest')).stdout).toBe(`${stdout.split('\n')[1]?.split('_')[0]}\n`)
})

it('writes the sum anew after an edit', async () => {
  await typeHere('migrate new first')
  const [file = ''] = readdirSync(join(folder.cwd, 'migrations'))
  const sum = (): string => read('migrations/atlas.sum')
  const before = sum()
  appendFileSync(join(folder.cwd, 'migrations', file), 'create table users ();\n')
  expect((await typeHere('migrate hash')).stderr).toContain('migrations/atlas.sum written')
  expect(sum()).not.toBe(before)
  expect((await typeHere('migrate hash')).stderr).toContain('migrations/atlas.sum is right already')
})

it('says what is wrong with a directory', async () => {
  expect(await typeHere('migrate hash')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('SP4002: cannot read the migrations directory'),
  })
  expect(await typeHere('migrate ls --dir-format goos')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('SP4018'),
  })
})

it('tells a mismatch in the words that scripts look for', async () => {
  await typeHere('migrate new first')
  const [file = ''] = readdirSync(join(folder.cwd, 'migrations'))
  appendFileSync(join(folder.cwd, 'migrations', file), 'create table users ();\n')
  const { exitCode, stdout, stderr } = await typeHere('migrate validate')
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: `You have a checksum error in your migration directory.

\tL2: ${file} was edited

Please check your migration files and run 'savepoint migrate hash' to re-hash the contents

`,
  })
  expect(stderr).toContain('checksum mismatch')
})

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { useFolder } from '../testing/folder.js'

const folder = useFolder()
const { write, read, typeHere } = folder

it('writes a config and a first schema file', async () => {
  const { exitCode, stdout, stderr } = await typeHere('init')
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(stderr).toContain('wrote savepoint.config.ts')
  expect(read('savepoint.config.ts')).toContain("schema: 'schema/**/*.sql'")
  expect(existsSync(join(folder.cwd, 'schema/example.sql'))).toBe(true)
})

it('uses the schema files that are there', async () => {
  write('db/schema/users.sql', 'create table users ();')
  await typeHere('init')
  expect(read('savepoint.config.ts')).toContain("schema: 'db/schema/**/*.sql'")
  expect(existsSync(join(folder.cwd, 'schema'))).toBe(false)
})

it('never overwrites', async () => {
  write('savepoint.config.mjs', 'export default {}')
  const { stderr } = await typeHere('init')
  expect(stderr).toContain('savepoint.config.mjs exists and stays as it is')
  expect(existsSync(join(folder.cwd, 'savepoint.config.ts'))).toBe(false)
})

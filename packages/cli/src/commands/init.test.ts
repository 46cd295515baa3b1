import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type } from '../testing/terminal.js'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'savepoint-init-'))
  writeFileSync(join(cwd, 'package.json'), '{}')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

it('writes a config and a first schema file', async () => {
  const { exitCode, stdout, stderr } = await type('init', { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(stderr).toContain('wrote savepoint.config.ts')
  expect(readFileSync(join(cwd, 'savepoint.config.ts'), 'utf8')).toContain("schema: 'schema/**/*.sql'")
  expect(existsSync(join(cwd, 'schema/example.sql'))).toBe(true)
})

it('uses the schema files that are there', async () => {
  mkdirSync(join(cwd, 'db/schema'), { recursive: true })
  writeFileSync(join(cwd, 'db/schema/users.sql'), 'create table users ();')
  await type('init', { cwd })
  expect(readFileSync(join(cwd, 'savepoint.config.ts'), 'utf8')).toContain("schema: 'db/schema/**/*.sql'")
  expect(existsSync(join(cwd, 'schema'))).toBe(false)
})

it('never overwrites', async () => {
  writeFileSync(join(cwd, 'savepoint.config.mjs'), 'export default {}')
  const { stderr } = await type('init', { cwd })
  expect(stderr).toContain('savepoint.config.mjs exists and stays as it is')
  expect(existsSync(join(cwd, 'savepoint.config.ts'))).toBe(false)
})

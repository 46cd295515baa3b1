import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiagnosticError } from '@savepoint/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generateAuthSchema } from './index.js'
import { installPackages } from './testing/project.js'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-auth-')))
beforeAll(() => installPackages(root, 'better-auth'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('names a version that is too old', async () => {
  const old = join(root, 'old')
  mkdirSync(join(old, 'node_modules/better-auth'), { recursive: true })
  writeFileSync(
    join(old, 'node_modules/better-auth/package.json'),
    JSON.stringify({ version: '1.3.34', type: 'module', exports: { '.': './index.js', './db': './index.js' } }),
  )
  writeFileSync(
    join(old, 'node_modules/better-auth/index.js'),
    'export const betterAuth = (options) => ({ options })\nexport const getMigrations = () => {}\n',
  )
  writeFileSync(join(old, 'auth.ts'), `import { betterAuth } from 'better-auth'\nexport const auth = betterAuth({})\n`)
  const failure = await generateAuthSchema(old, { config: 'auth.ts' }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(DiagnosticError)
  expect(failure).toMatchObject({
    diagnostics: [{ code: 'SP5102', message: 'auth.ts: better-auth 1.3.34 is not supported: 1.4 and newer are' }],
  })
})

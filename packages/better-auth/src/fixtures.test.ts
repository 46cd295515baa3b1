import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMissing, sharedFolder } from '../../../test/support/requirement.js'
import { qualifyStatements } from './generate/qualify.js'
import { generateAuthSchema } from './index.js'
import { installPackages } from './testing/project.js'

const fixtures = join(sharedFolder, 'fixtures/better-auth')

describe.skipIf(isMissing('shared'))('the SQL that Better Auth generates [needs shared]', () => {
  describe.each([
    { version: '1.7', installed: 'better-auth' },
    { version: '1.4', installed: 'better-auth-1.4' },
    // What a later release makes of the same configs; those with packages of their own bring the older one along.
    { version: '1.7', installed: 'better-auth-newest' },
  ])('by $version ($installed)', ({ version, installed }) => {
    const root = mkdtempSync(join(tmpdir(), 'savepoint-auth-'))
    beforeAll(() => installPackages(root, installed))
    afterAll(() => rmSync(root, { recursive: true, force: true }))

    const folder = join(fixtures, version)
    const cases = existsSync(folder)
      ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'auth.ts')))
      : []
    it.each(cases)('%s, qualified with a schema, byte for byte', async (name) => {
      cpSync(join(folder, name, 'auth.ts'), join(root, 'auth.ts'))
      const { sql } = await generateAuthSchema(root, { config: 'auth.ts', schema: 'auth' })
      expect(sql).toBe(readFileSync(join(folder, name, 'qualified.sql'), 'utf8'))
      expect(readdirSync(root).sort()).toEqual(['auth.ts', 'node_modules', 'package.json'])
      expect(readdirSync(join(root, 'node_modules/.savepoint'))).toEqual([])
    })

    it.each(cases)('%s, as the command writes it, gets the schema and nothing else', (name) => {
      const statements = qualifyStatements(readFileSync(join(folder, name, 'plain.sql'), 'utf8'), 'auth')
      expect(`${statements.join(';\n\n')};`).toBe(readFileSync(join(folder, name, 'qualified.sql'), 'utf8'))
    })

    it('carries another schema name through, one that needs quoting too', async () => {
      cpSync(join(folder, 'email-password', 'auth.ts'), join(root, 'auth.ts'))
      const { sql } = await generateAuthSchema(root, { config: 'auth.ts', schema: 'we"ird Schema' })
      const expected = readFileSync(join(folder, 'email-password', 'qualified.sql'), 'utf8')
      expect(sql).toBe(expected.replaceAll('"auth"', '"we""ird Schema"'))
    })
  })
})

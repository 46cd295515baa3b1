import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiagnosticError } from '@savepoint/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateAuthSchema } from './index.js'
import { installPackages, modules } from './testing/project.js'

// What only works in a process of its own: a thread has no working directory to change.
const config = (line = '') => `import { betterAuth } from 'better-auth'
import { admin } from 'better-auth/plugins'
import { Pool } from 'pg'
process.chdir('.')
${line}
export const auth = betterAuth({
  database: new Pool({ connectionString: process.env.DATABASE_URL }),
  plugins: [admin()],
  secret: 'a secret that is long enough for tests',
  telemetry: { enabled: false },
})
`

describe('a config that cannot be loaded in a thread', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-auth-')))
  beforeAll(() => {
    installPackages(root, 'better-auth')
    writeFileSync(join(root, 'auth.ts'), config())
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('is an error where the project has no command of Better Auth’s', async () => {
    const failure = await generateAuthSchema(root).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DiagnosticError)
    expect(failure).toMatchObject({
      diagnostics: [{ code: 'SP5101', location: { file: join(root, 'auth.ts'), line: 4 } }],
    })
  })

  it(
    'is given to the command where the project has it, and its tables get the schema',
    { timeout: 180_000 },
    async () => {
      const twin = join(root, 'twin')
      mkdirSync(twin)
      installPackages(twin, 'better-auth')
      symlinkSync(join(modules, 'auth'), join(twin, 'node_modules/auth'))
      writeFileSync(
        join(twin, 'auth.ts'),
        `import { betterAuth } from 'better-auth'\nimport { admin } from 'better-auth/plugins'\nexport const auth = betterAuth({ plugins: [admin()] })\n`,
      )
      const direct = await generateAuthSchema(twin)
      writeFileSync(join(twin, 'auth.ts'), config())
      const { sql, findings } = await generateAuthSchema(twin, { timeout: 150_000 })
      expect(sql).toBe(direct.sql)
      expect(findings).toMatchObject([{ rule: 'command', severity: 'warning' }])
      expect(findings[0]?.message).toMatch(
        /^the tables are what auth 1\.7\.7 writes, because auth\.ts cannot be loaded/,
      )

      writeFileSync(join(twin, 'auth.ts'), config(`throw new Error('no secret')`))
      const failure = await generateAuthSchema(twin, { timeout: 150_000 }).catch((error: unknown) => error)
      expect(failure).toMatchObject({
        diagnostics: [
          { code: 'SP5101', why: expect.stringMatching(/auth was asked as well, and failed: [^]*no secret/) },
        ],
      })
    },
  )
})

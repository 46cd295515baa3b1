import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { differences, extract, type Catalog } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type DatabaseServer } from '@savepoint/core'
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js'
import { findAuthCommand, generateByCommand } from './capture/command.js'
import { generateAuthSchema } from './index.js'
import { installPackages, modules } from './testing/project.js'

const renames = `
  user: { modelName: 'app_user', fields: { emailVerified: 'email_verified', createdAt: 'created' } },
  session: { modelName: 'login', fields: { userId: 'user_ref' } },
  account: { modelName: 'accounts' }, verification: { modelName: 'verifications' },`
const additional = `
  user: { additionalFields: {
    plan: { type: 'string', defaultValue: "it's free", required: true, index: true },
    age: { type: 'number', required: false }, big: { type: 'number', bigint: true, required: false },
    handle: { type: 'string', unique: true }, tags: { type: 'string[]', required: false },
    kind: { type: ['one', 'two'], required: false }, born: { type: 'date', defaultValue: () => new Date() },
    vip: { type: 'boolean', defaultValue: false },
    referrer: { type: 'string', required: false, references: { model: 'user', field: 'id', onDelete: 'set null' } },
  } },`

/** Options of `betterAuth()` for every release that is compared. */
const everywhere: Record<string, string> = {
  'e-mail and password': 'emailAndPassword: { enabled: true },',
  'columns on user and session': 'plugins: [admin(), twoFactor(), username(), phoneNumber(), anonymous()],',
  'organizations with teams, roles and fields of their own': `plugins: [organization({
    teams: { enabled: true }, dynamicAccessControl: { enabled: true },
    schema: { organization: { modelName: 'company', additionalFields: { taxId: { type: 'string', required: false } } } },
  }), jwt()],`,
  'renamed models and fields': renames,
  'additional fields of every type': additional,
  'names of their own in plugins, and a plugin of the config’s own': `plugins: [
    twoFactor({ schema: { twoFactor: { modelName: 'second factor', fields: { secret: 's_e_c' } } } }),
    organization({ teams: { enabled: true }, schema: { team: { modelName: 'squad', fields: { organizationId: 'org_id' } } } }),
    { id: 'own', schema: { thing: { modelName: 'things', fields: {
      userId: { type: 'string', references: { model: 'user', field: 'id', onDelete: 'restrict' } },
      data: { type: 'json' }, label: { type: 'string', unique: true, required: false }, done: { type: 'boolean', defaultValue: true },
    } }, off: { fields: { x: { type: 'string' } }, disableMigration: true } } },
  ],`,
  'uuid keys': `advanced: { database: { generateId: 'uuid' } }, plugins: [organization({ teams: { enabled: true } }), twoFactor()],`,
  'serial keys': `advanced: { database: { generateId: 'serial' } }, plugins: [organization(), jwt()],`,
  'limits in the database, sessions elsewhere': `rateLimit: { enabled: true, storage: 'database' },
    secondaryStorage: { get: () => null, set() {}, delete() {} },`,
}

/** The others are asked about the newest release. */
const few = ({
  'renamed models and fields': _renamed,
  'e-mail and password': _plain,
  'serial keys': _serial,
  ...others
}: typeof everywhere) => others

const releases = [
  { release: '1.4', betterAuth: 'better-auth-1.4', command: '@better-auth/cli', imports: '', cases: few(everywhere) },
  { release: '1.6', betterAuth: 'better-auth-1.6', command: 'auth-1.6', imports: '', cases: few(everywhere) },
  {
    release: '1.7',
    betterAuth: 'better-auth',
    command: 'auth',
    imports: `import { apiKey } from '@better-auth/api-key'
import { oauthProvider } from '@better-auth/oauth-provider'
import { passkey } from '@better-auth/passkey'`,
    cases: {
      ...everywhere,
      'plugins in packages of their own': `plugins: [jwt(), apiKey(), passkey(), oauthProvider({ loginPage: '/in', consentPage: '/yes' })],`,
      'sessions in both places': `session: { storeSessionInDatabase: true }, secondaryStorage: { get: () => null, set() {}, delete() {} },`,
    },
  },
]

const config = (imports: string, options: string): string => `import { betterAuth } from 'better-auth'
import { admin, anonymous, jwt, organization, phoneNumber, twoFactor, username } from 'better-auth/plugins'
import { Pool } from 'pg'
${imports}
export const auth = betterAuth({
  database: new Pool({ connectionString: process.env.DATABASE_URL }),
  baseURL: 'http://localhost:3000',
  secret: 'a secret that is long enough for tests',
  telemetry: { enabled: false },
  ${options}
})
`

/** What Better Auth's own command writes for a config is what we make of it. */
describe.each(releases)('the command of better-auth $release', ({ betterAuth, command, imports, cases }) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-auth-')))
  let database: TestDatabase
  /** For the command, which asks it what is there already. */
  let empty: DatabaseServer
  beforeAll(async () => {
    installPackages(root, betterAuth)
    const name = command === '@better-auth/cli' ? command : 'auth'
    symlinkSync(join(modules, command), join(root, 'node_modules', name))
    database = await createTestDatabase('pglite')
    empty = await openDatabase({ kind: 'pglite' }, { root, stateDirectory: join(root, '.savepoint') })
  })
  afterAll(async () => {
    await database.close()
    await empty.close()
    rmSync(root, { recursive: true, force: true })
  })

  async function elaborate(sql: string): Promise<Catalog> {
    await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;')
    await database.query(sql)
    return extract(database)
  }

  it.each(Object.entries(cases))('%s', { timeout: 180_000 }, async (_name, options) => {
    const file = join(root, 'auth.ts')
    writeFileSync(file, config(imports, options))
    const installed = findAuthCommand(root, '')
    if (!installed) throw new Error('no command')
    const [theirs, ours] = await Promise.all([
      generateByCommand(installed, {
        root,
        file,
        environment: process.env,
        databaseUrl: empty.url,
        timeout: 150_000,
      }),
      generateAuthSchema(root, { schema: 'public' }),
    ])
    expect(differences(await elaborate(theirs), await elaborate(ours.sql))).toEqual([])
    const qualified = await generateAuthSchema(root, { schema: 'auth' })
    expect(qualified.sql.replaceAll('"auth".', '"public".')).toBe(ours.sql.replace('"public";', '"auth";'))
  })
})

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DiagnosticError, type Diagnostic } from '@savepoint/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { betterAuth, generateAuthSchema, type BetterAuthOptions } from './index.js'
import { installPackages } from './testing/project.js'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-auth-')))
beforeAll(() => installPackages(root, 'better-auth'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

async function failure(text: string, options: BetterAuthOptions = {}): Promise<Diagnostic | undefined> {
  write('auth.ts', text)
  try {
    await generateAuthSchema(root, { config: 'auth.ts', ...options })
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]
    throw error
  }
  return undefined
}

/** Asks one plugin again and again, as the loop does. */
function startSources(watched = new Set<string>()): () => Promise<string> {
  const plugin = betterAuth({ config: 'auth.ts' })
  return async () => {
    if (typeof plugin.sources !== 'function') throw new Error('no sources hook')
    const text = await plugin.sources({
      root,
      stateDirectory: join(root, '.savepoint'),
      catalog: undefined,
      signal: new AbortController().signal,
      watch: (file) => void watched.add(file),
      edit: () => Promise.resolve(false),
      log() {},
      locate: () => undefined,
      annotations: () => '',
      api: () => undefined,
    })
    if (!text || !('sql' in text)) throw new Error('no schema text')
    return text.sql
  }
}

describe('a config that cannot be read', () => {
  it('throws: the place is in the file that threw', async () => {
    write(
      'lib/env.ts',
      `export function required(name: string): string {\n  throw new Error(name + ' is not set')\n}\n`,
    )
    const diagnostic = await failure(`import { required } from './lib/env'\nexport const auth = required('SECRET')\n`)
    expect(diagnostic).toMatchObject({ code: 'SP5101', location: { file: join(root, 'lib/env.ts'), line: 2 } })
    expect(diagnostic?.message).toBe('auth.ts cannot be loaded: SECRET is not set')
    expect(diagnostic?.frame).toContain("2 |    throw new Error(name + ' is not set')")
  })

  it('does not parse', async () => {
    expect(await failure('export const auth = {\n')).toMatchObject({ code: 'SP5101', location: { line: 2, column: 1 } })
  })

  it('imports a package that is not installed', async () => {
    const diagnostic = await failure(`import 'no-such-package'\nexport const auth = {}\n`)
    expect(diagnostic?.code).toBe('SP5101')
    expect(diagnostic?.fix).toContain('install no-such-package')
  })

  it('never ends', async () => {
    const diagnostic = await failure(`await new Promise(() => {})\nexport const auth = {}\n`, { timeout: 300 })
    expect(diagnostic).toMatchObject({
      code: 'SP5101',
      message: 'auth.ts did not load in time: no answer within 300 ms',
    })
  })

  it('loops without end', async () => {
    expect(await failure(`for (;;) {}\nexport const auth = {}\n`, { timeout: 300 })).toMatchObject({ code: 'SP5101' })
  })

  it('ends the process: only its own thread ends', async () => {
    expect((await failure(`process.exit(3)\n`))?.message).toBe('auth.ts ended the process while it was loaded')
  })
})

describe('a config that no tables can be made from', () => {
  it('exports no auth', async () => {
    expect(await failure(`export const other = 1\n`)).toMatchObject({ code: 'SP5102', why: 'it exports other' })
  })

  it.each([
    ['drizzle', `drizzleAdapter({} as never, { provider: 'pg' })`, 'drizzleAdapter'],
    ['prisma', `prismaAdapter({} as never, { provider: 'postgresql' })`, 'prismaAdapter'],
  ])('uses the adapter of %s: said so, with what to do', async (name, adapter, imported) => {
    const diagnostic = await failure(
      `import { betterAuth } from 'better-auth'\nimport { ${imported} } from 'better-auth/adapters/${name}'\nexport const auth = betterAuth({ database: ${adapter} })\n`,
    )
    expect(diagnostic).toMatchObject({
      code: 'SP5102',
      message: `auth.ts: the auth config uses the ${name} adapter, whose tables Better Auth does not own`,
    })
    expect(diagnostic?.fix).toContain(`${name}'s own generator, or give \`database\` a Kysely dialect`)
  })
})

describe('a config that works, and has something to say', () => {
  const config = (options: string) =>
    `import { betterAuth } from 'better-auth'\nexport const auth = betterAuth({ ${options} })\n`

  it('opens no database, whatever it constructs', async () => {
    write(
      'auth.ts',
      `import { PGlite } from '@electric-sql/pglite'\nimport { betterAuth } from 'better-auth'\nconst pglite = new PGlite('./data')\nawait pglite.query('select 1')\nexport const auth = betterAuth({ database: { db: pglite, type: 'postgres' } as never })\n`,
    )
    const { sql } = await generateAuthSchema(root, { config: 'auth.ts' })
    expect(sql).toContain('create table "auth"."user"')
  })

  it('warns where the app would look in another schema', async () => {
    write('auth.ts', config(''))
    const { findings } = await generateAuthSchema(root, { config: 'auth.ts' })
    expect(findings).toMatchObject([{ rule: 'runtime-schema', severity: 'warning' }])
    expect(findings[0]?.fix).toContain("schemaName: 'auth'")
  })

  it('takes the schema that the app itself names', async () => {
    write(
      'auth.ts',
      `import { Pool } from 'pg'\n${config(`database: new Pool({ options: '-c search_path=identity' })`)}`,
    )
    const { schema, findings } = await generateAuthSchema(root, { config: 'auth.ts' })
    expect(schema).toBe('identity')
    expect(findings).toEqual([])
  })

  it('warns of a reference that cascades without being asked to, of the config’s own only', async () => {
    const database = `database: { type: 'postgres', schemaName: 'auth' } as never, plugins: [organization()]`
    const own = (more: string) =>
      `import { organization } from 'better-auth/plugins'\n${config(
        `${database}, user: { additionalFields: { home: { type: 'string', required: false, references: { model: 'organization', field: 'id'${more} } } } }`,
      )}`
    write('auth.ts', own(''))
    expect((await generateAuthSchema(root, { config: 'auth.ts' })).findings.map(({ message }) => message)).toEqual([
      'user.home refers to organization.id without `onDelete`: Better Auth makes it cascade',
    ])
    write('auth.ts', own(`, onDelete: 'set null'`))
    expect((await generateAuthSchema(root, { config: 'auth.ts' })).findings).toEqual([])
  })

  it('gives the defaults that were asked for', async () => {
    write('auth.ts', config(`user: { additionalFields: { plan: { type: 'string', defaultValue: "it's free" } } }`))
    const { sql } = await generateAuthSchema(root, {
      config: 'auth.ts',
      defaults: { values: true, timestamps: true, ids: true },
    })
    expect(sql).toContain(`alter table "auth"."user" alter column "plan" set default 'it''s free';`)
    expect(sql).toContain(`alter table "auth"."session" alter column "updatedAt" set default CURRENT_TIMESTAMP;`)
    expect(sql).toContain(
      `alter table "auth"."user" alter column "id" set default (pg_catalog.gen_random_uuid())::text;`,
    )
  })

  it.each([
    'database: { useNumberId: true }',
    `database: { generateId: 'serial' }`,
    `database: { generateId: 'uuid' }`,
  ])('gives keys that are no text no default of text: %s', async (advanced) => {
    write('auth.ts', config(`advanced: { ${advanced} } as never`))
    const { sql } = await generateAuthSchema(root, { config: 'auth.ts', defaults: { ids: true } })
    expect(sql).not.toContain('gen_random_uuid())::text')
  })

  it('sees an edit of a file that the config imports, and watches it', async () => {
    write('lib/fields.ts', `export const fields = { nickname: { type: 'string' as const, required: false } }\n`)
    write('auth.ts', `import { fields } from './lib/fields'\n${config('user: { additionalFields: fields }')}`)
    const watched = new Set<string>()
    const sources = startSources(watched)
    expect(await sources()).toContain('"nickname" text')
    write('lib/fields.ts', `export const fields = { handle: { type: 'string' as const, required: false } }\n`)
    expect(await sources()).toContain('"handle" text')
    expect([...watched]).toEqual(expect.arrayContaining([join(root, 'auth.ts'), join(root, 'lib/fields.ts')]))
  })

  it('forgets the renames of the text before, which Better Auth itself keeps in its modules', async () => {
    const twoFactor = (options: string) =>
      `import { betterAuth } from 'better-auth'\nimport { twoFactor } from 'better-auth/plugins'\nexport const auth = betterAuth({ plugins: [twoFactor(${options})] })\n`
    const sources = startSources()
    write('auth.ts', twoFactor(`{ schema: { twoFactor: { modelName: 'second_factor' } } }`))
    expect(await sources()).toContain('create table "auth"."second_factor"')
    write('auth.ts', twoFactor(''))
    expect(await sources()).toContain('create table "auth"."twoFactor"')
  })

  it('resolves the paths of tsconfig.json, and sees an edit behind an alias and of the paths', async () => {
    write('tsconfig.json', `{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }\n`)
    write('lib/fields.ts', `export const fields = { nickname: { type: 'string' as const, required: false } }\n`)
    write('other/fields.ts', `export const fields = { other: { type: 'string' as const, required: false } }\n`)
    write('auth.ts', `import { fields } from '@/fields'\n${config('user: { additionalFields: fields }')}`)
    const watched = new Set<string>()
    const sources = startSources(watched)
    expect(await sources()).toContain('"nickname" text')
    expect([...watched]).toEqual(expect.arrayContaining([join(root, 'lib/fields.ts'), join(root, 'tsconfig.json')]))
    write('tsconfig.json', `{ "compilerOptions": { "paths": { "@/*": ["./other/*"] } } }\n`)
    expect(await sources()).toContain('"other" text')
    rmSync(join(root, 'tsconfig.json'))
  })

  it('sees an edit of .env', async () => {
    write('.env', 'PLAN=free\n')
    write(
      'auth.ts',
      config(`user: { additionalFields: { [process.env.PLAN ?? 'none']: { type: 'string', required: false } } }`),
    )
    const sources = startSources()
    expect(await sources()).toContain('"free" text')
    write('.env', 'PLAN=paid\n')
    expect(await sources()).toContain('"paid" text')
  })

  it('has what bundlers and Better Auth’s own command give a file', async () => {
    write('.env', '')
    write(
      'auth.ts',
      `import { basename } from 'node:path'\n${config(`user: { additionalFields: { [basename(__dirname) === '' ? 'a' : 'b']: { type: 'string', required: false } } }, baseURL: import.meta.env.BASE ?? new URL('.', import.meta.url).href`)}`,
    )
    expect((await generateAuthSchema(root, { config: 'auth.ts' })).sql).toContain('"b" text')
  })
})

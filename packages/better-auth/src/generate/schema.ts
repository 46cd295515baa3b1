import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CapturedSchema, CaptureRequest, Finding } from '../capture/protocol.js'
import { defaultStatements } from './defaults.js'
import { findingsOf } from './findings.js'
import { betterAuthVersion, importKysely, type KyselyDatabase } from './kysely.js'
import { orderStatements } from './order.js'
import { quote } from './qualify.js'
import { runtimeSchema } from './runtime-schema.js'
import { joinStatements, splitStatements } from './statements.js'
import type { AuthOptions, GetMigrations, Migrations } from './better-auth.js'

/** The config loads, but no DDL can be made from it. */
export class UnsupportedConfigError extends Error {
  readonly finding: Finding
  constructor(finding: Finding) {
    super(finding.message)
    this.finding = finding
  }
}

/**
 * Asks Better Auth's own generator for the whole DDL. It compares the config with what it finds in the database; the
 * dialect that it is given here answers every question with nothing and connects nowhere, so everything is missing.
 *
 * @param module the imported bundle: `config` and `importMigrations`
 * @throws UnsupportedConfigError when the config exports no auth, or its tables belong to another ORM
 */
export async function generateSchema(module: unknown, request: Omit<CaptureRequest, 'id'>): Promise<CapturedSchema> {
  const { config, importMigrations } = module as {
    config: Record<string, unknown>
    importMigrations(): Promise<{ getMigrations?: GetMigrations }>
  }
  const options = authOptions(config)
  refuseForeignAdapter(options)
  const { getMigrations } = await importMigrations()
  const version = betterAuthVersion(dirname(fileURLToPath(request.url)))
  if (!getMigrations || isTooOld(version)) throw new UnsupportedConfigError(tooOld(version))

  const kysely = await importKysely(request.url)
  const dialect = {
    createAdapter: () => new kysely.PostgresAdapter(),
    createDriver: () => new kysely.DummyDriver(),
    createIntrospector: (db: unknown) => new kysely.PostgresIntrospector(db),
    createQueryCompiler: () => new kysely.PostgresQueryCompiler(),
  }
  // The user's own plugins (CamelCasePlugin) decide how columns are named.
  const plugins = options.database?.db?.getExecutor?.().plugins ?? []
  const visible = runtimeSchema(options)
  const schema = request.schema ?? visible ?? 'auth'
  const db = new kysely.Kysely({ dialect, plugins })

  const ask = (database: object): Promise<Migrations> =>
    // The user's own database must not be handed on: without a Kysely in it the generator ends the process.
    getMigrations({ ...options, logger: { disabled: true }, database }, { throwOnUnsafe: false })
  let migrations = await ask({ db, type: 'postgres', schemaName: schema })
  let sql = await migrations.compileMigrations()
  if (!/create schema/i.test(sql)) {
    // Before 1.7.5 `schemaName` is not known; Kysely's own qualification gives the same text without this statement.
    migrations = await ask({ db: qualified(db, schema), type: 'postgres' })
    sql = `create schema if not exists ${quote(schema)};\n\n${await migrations.compileMigrations()}`
  }
  const ordered = orderStatements(splitStatements(sql))
  const defaults = defaultStatements(migrations, options, request.defaults, qualified(db, schema), kysely)
  return {
    version,
    schema,
    sql: joinStatements([...ordered, ...defaults]),
    findings: findingsOf(options, migrations, { schema, visible }),
  }
}

function qualified(db: KyselyDatabase, schema: string): KyselyDatabase {
  return db.withSchema(schema)
}

/** What the CLI takes too: `auth`, `default.auth`, `default`. */
function authOptions(config: Record<string, unknown>): AuthOptions {
  const exported = config['default'] as { auth?: unknown } | undefined
  for (const candidate of [config['auth'], exported?.auth, exported]) {
    if (typeof candidate === 'object' && candidate !== null && 'options' in candidate)
      return candidate.options as AuthOptions
  }
  throw new UnsupportedConfigError({
    rule: 'no-auth',
    severity: 'error',
    message: 'the file exports no auth instance',
    why: `it exports ${Object.keys(config).join(', ') || 'nothing'}`,
    fix: 'export what `betterAuth()` returns as `auth` or as default',
  })
}

/** Drizzle's and Prisma's adapters are functions: their tables, names and casing live in the ORM's own schema file. */
function refuseForeignAdapter(options: AuthOptions): void {
  const adapter: unknown = options.database
  if (typeof adapter !== 'function') return
  let id = 'another ORM'
  try {
    const made: unknown = adapter(options)
    if (typeof made === 'object' && made !== null && 'id' in made) id = String(made.id)
  } catch {
    // The name is only for the message; an adapter that cannot be made here is refused all the same.
  }
  throw new UnsupportedConfigError({
    rule: 'foreign-adapter',
    severity: 'error',
    message: `the auth config uses the ${id} adapter, whose tables Better Auth does not own`,
    why: 'names, plurals and casing are decided in that ORM’s schema file, not in the auth config',
    fix: `take the tables from ${id}'s own generator, or give \`database\` a Kysely dialect`,
  })
}

/** Before 1.4 the generator has no notion of a schema and gives other tables, with every release of 1.x since the same as now. */
function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 1 || (major === 1 && minor < 4)
}

function tooOld(version: string): Finding {
  return {
    rule: 'version',
    severity: 'error',
    message: `better-auth ${version} is not supported: 1.4 and newer are`,
    why: 'its tables come from its own generator, which older versions do not have in this form',
    fix: 'update better-auth, or keep what its command generates as a schema file',
  }
}

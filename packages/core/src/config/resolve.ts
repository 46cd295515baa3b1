import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { suggestNearest } from '../diagnostics/suggestion.js'
import type { DatabaseSetting } from '../server/server.js'
import { parseDatabaseSetting } from '../server/setting.js'
import { findConfigProblems, isConfig, type ConfigProblem } from './check.js'
import type { ClientConfig } from './client.js'
import type { Config, EnvironmentConfig, RepeatablePhase, ResolvedConfig } from './config.js'
import { escapeGlob } from './glob.js'
import { readMigrationFormat } from './migration-format.js'
import { resolvePlugins } from './plugins.js'

/** Where a config came from, and which of its environments counts. */
export interface ConfigOrigin {
  /** Absolute path that relative paths of the config start from. */
  root: string
  configFile?: string
  /** Files whose change means that the config must be loaded anew. */
  dependencies?: readonly string[]
  /** Name in `environments`, as `--env` gives it. */
  environment?: string | undefined
}

/** The defaults of every setting that has one; `docs/config.md` lists the same. */
export const defaultConfig = {
  schema: 'schema/**/*.sql',
  database: 'pglite:',
  allowRemote: false,
  migrations: { directory: 'migrations', format: 'atlas' },
  client: { directory: 'src/db' },
  seeds: 'seeds/*.{sql,ts,js,mjs}',
  exclude: [],
  strict: false,
  lockTimeout: 3000,
  lockRetries: 3,
  databaseUrlVariable: 'DATABASE_URL',
} as const satisfies Config

/**
 * Fills in the defaults, applies the environment, makes every path absolute. Pure: touches no file and changes no argument.
 *
 * @param value what a config file exports; `{}` gives the defaults
 * @returns a frozen config
 * @throws DiagnosticError SP5002, one diagnostic for each wrong value, without a location
 */
export function resolveConfig(value: unknown, origin: ConfigOrigin): ResolvedConfig {
  if (!isConfig(value)) throw new DiagnosticError(findConfigProblems(value).map(describeProblem))
  const environment = pickEnvironment(value, origin.environment)
  const chosen = <Key extends SettingName>(key: Key): Config[Key] => environment[key] ?? value[key]
  const { root } = origin
  const parse = (name: 'database' | 'scratch', text: string): DatabaseSetting =>
    parseDatabaseSetting(text, { root, name: environment[name] ? `environments.${origin.environment}.${name}` : name })
  const scratch = chosen('scratch')
  const migrations = resolveMigrations(chosen('migrations'), root)
  const client = resolveClient(chosen('client'), root)
  const include = chosen('include')
  const databaseUrlVariable = chosen('databaseUrlVariable') ?? defaultConfig.databaseUrlVariable
  return freeze({
    root,
    ...(origin.configFile === undefined ? {} : { configFile: origin.configFile }),
    configDependencies: [...(origin.dependencies ?? [])],
    ...(origin.environment === undefined ? {} : { environment: origin.environment }),
    ...(environment.url === undefined ? {} : { url: environment.url }),
    schema: resolveSchema(chosen('schema'), root),
    repeatable: resolveRepeatable(chosen('schema')),
    database: parse('database', chosen('database') ?? defaultConfig.database),
    allowRemote: chosen('allowRemote') ?? defaultConfig.allowRemote,
    ...(scratch === undefined ? {} : { scratch: parse('scratch', scratch) }),
    ...(migrations ? { migrations } : {}),
    ...(client ? { client } : {}),
    seeds: resolveGlobs(chosen('seeds') ?? defaultConfig.seeds, root),
    ...(include === undefined ? {} : { include: [...include] }),
    exclude: [...(chosen('exclude') ?? defaultConfig.exclude)],
    strict: chosen('strict') ?? defaultConfig.strict,
    lockTimeout: chosen('lockTimeout') ?? defaultConfig.lockTimeout,
    lockRetries: chosen('lockRetries') ?? defaultConfig.lockRetries,
    lint: { ...value.lint, ...environment.lint },
    ...(databaseUrlVariable === false ? {} : { databaseUrlVariable }),
    plugins: resolvePlugins(value.plugins ?? []),
    stateDirectory: join(root, '.savepoint'),
  })
}

type SettingName = Exclude<keyof Config, 'plugins' | 'environments'>

function pickEnvironment(config: Config, name: string | undefined): EnvironmentConfig {
  if (name === undefined) return {}
  const environments = config.environments ?? {}
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined
  if (environment) {
    requireUrlValue(environment, name)
    return environment
  }
  const names = Object.keys(environments)
  const nearest = suggestNearest(name, names)
  throw new DiagnosticError([
    describeProblem({
      path: ['environments'],
      message: `environments: there is no environment "${name}"`,
      fix:
        names.length === 0
          ? `Add \`environments: { ${name}: { url: … } }\` to the config.`
          : `${nearest ? `Did you mean "${nearest}"? ` : ''}The config has: ${names.join(', ')}.`,
    }),
  ])
}

// `url: process.env.DATABASE_URL` with the variable unset must not fall back to the development database.
function requireUrlValue(environment: EnvironmentConfig, name: string): void {
  if (!('url' in environment) || environment.url) return
  throw new DiagnosticError([
    describeProblem({
      path: ['environments', name, 'url'],
      message: `environments.${name}.url: there is no value`,
      fix: 'Set the environment variable that it comes from.',
    }),
  ])
}

function resolveSchema(schema: Config['schema'], root: string): ResolvedConfig['schema'] {
  const list = (globs: string | string[] | undefined): string[] => resolveGlobs(globs ?? [], root)
  if (typeof schema === 'object' && !Array.isArray(schema))
    return { pre: list(schema.pre), schema: list(schema.schema ?? defaultConfig.schema), post: list(schema.post) }
  return { pre: [], schema: list(schema ?? defaultConfig.schema), post: [] }
}

function resolveRepeatable(schema: Config['schema']): readonly RepeatablePhase[] {
  if (typeof schema !== 'object' || Array.isArray(schema)) return []
  const { repeatable = false } = schema
  const chosen = repeatable === true ? (['pre', 'post'] as const) : repeatable === false ? [] : [repeatable]
  return chosen.filter((phase) => schema[phase] !== undefined)
}

function resolveGlobs(globs: string | string[], root: string): string[] {
  return (typeof globs === 'string' ? [globs] : globs).map((glob) => resolveGlob(glob, root))
}

// A glob's separator is `/` on every platform. What names a folder means the schema files in it.
function resolveGlob(glob: string, root: string): string {
  const negated = glob.startsWith('!')
  const pattern = toPath(negated ? glob.slice(1) : glob).replaceAll('\\', '/')
  const isFolder = !/[*?[\]{}()]/.test(pattern) && !/\.\w+$/.test(pattern)
  const files = isFolder ? `${pattern.replace(/\/+$/, '')}/**/*.sql` : pattern
  const absolute = isAbsolute(files) ? files : `${escapeGlob(root)}/${files.replace(/^(?:\.\/)+/, '')}`
  return negated ? `!${absolute}` : absolute
}

// Configs that were written for Atlas say `file://schemas`.
function toPath(value: string): string {
  if (!value.startsWith('file://')) return value
  return value.startsWith('file:///') ? fileURLToPath(value) : value.slice('file://'.length)
}

function resolveMigrations(setting: Config['migrations'], root: string): ResolvedConfig['migrations'] {
  if (setting === false) return undefined
  const { directory: text, format } = typeof setting === 'object' ? setting : { directory: setting, format: undefined }
  const [path = '', query = ''] = (text ?? defaultConfig.migrations.directory).split('?')
  const named = new URLSearchParams(query).get('format')
  return {
    directory: resolve(root, toPath(path)),
    format: format ?? (named === null ? defaultConfig.migrations.format : readMigrationFormat(named, 'migrations')),
  }
}

function resolveClient(setting: Config['client'], root: string): ResolvedConfig['client'] {
  if (setting === false) return undefined
  const { directory, queries, layout, declarations, prepare, searchPath, types }: ClientConfig =
    typeof setting === 'object' ? setting : setting === undefined ? {} : { directory: setting }
  return {
    directory: resolve(root, directory ?? defaultConfig.client.directory),
    queries: resolveGlobs(queries ?? [], root),
    layout: layout ?? 'declaration',
    ...(declarations === undefined ? {} : { declarations: resolve(root, declarations) }),
    prepare: prepare ?? false,
    searchPath: searchPath ?? '"$user", public',
    types: { ...types },
  }
}

function describeProblem({ message, fix }: ConfigProblem): Diagnostic {
  return { code: 'SP5002', severity: 'error', message, ...(fix ? { fix } : {}) }
}

// Plugins keep state of their own and stay as they are.
function freeze(config: ResolvedConfig): ResolvedConfig {
  for (const value of Object.values(config)) if (typeof value === 'object') Object.freeze(value)
  for (const globs of Object.values(config.schema)) Object.freeze(globs)
  return Object.freeze(config)
}

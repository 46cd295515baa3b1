import type { ClientConfig, ResolvedClient } from './client.js'
import type { LintConfig } from './lint.js'
import type { DatabaseSetting } from '../server/server.js'
import type { Plugin } from '../plugin/plugin.js'
import type { PluginOption } from './plugins.js'

export type MigrationFormat = 'atlas' | 'goose' | 'golang-migrate' | 'dbmate' | 'flyway'

/** Schema files by phase, each globs relative to the config file. */
export interface PhasesConfig {
  pre?: string | string[]
  schema?: string | string[]
  post?: string | string[]
  /**
   * Which of `pre` and `post` are scripts that run around every apply instead of being written into migrations: `true` both,
   * or one by its name. They must be idempotent, which is proved on scratch.
   * @default false
   */
  repeatable?: boolean | RepeatablePhase
}

export type RepeatablePhase = 'pre' | 'post'

/** What a user writes in `savepoint.config.ts`. Everything is optional. */
export interface Config {
  /**
   * Globs of schema files, relative to the config file. An object puts files into phases:
   * `pre` runs before the schema (extensions, functions), `post` after it (triggers, row-level security).
   * @default 'schema/**' + '/*.sql'
   */
  schema?: string | string[] | PhasesConfig
  /**
   * The development database: `pglite:` (embedded, under `.savepoint/`), `pglite:PATH`, `pglite:memory`,
   * `postgres://…`, `docker://postgres/17/dev`, `native:` or `native:PATH`.
   * @default 'pglite:'
   */
  database?: string
  /** Allows a development database that is not on this machine; destroying steps stay refused there. @default false */
  allowRemote?: boolean
  /** Where Postgres elaborates the schema files: same forms as `database`. @default a fresh database of the same server */
  scratch?: string
  /** Migrations directory, or `false` for none. @default { directory: 'migrations', format: 'atlas' } */
  migrations?: string | false | { directory?: string; format?: MigrationFormat }
  /** Generated types and queries: the directory, or `false` for none. @default { directory: 'src/db' } */
  client?: string | false | ClientConfig
  /** Globs of seed files, `.sql`, `.ts` and `.js`, run in the order of their names by `savepoint seed`. @default 'seeds/*.{sql,ts,js,mjs}' */
  seeds?: string | string[]
  /** Postgres schemas that are ours. @default every schema that the server does not own */
  include?: string[]
  /**
   * Postgres schemas that are someone else's, and tables by `schema.name` with `*` and `?`, such as partitions that are made
   * at run time: never read, never dropped.
   */
  exclude?: string[]
  /** Fail instead of warning when a plan cannot be proved or an object kind is not modelled. @default false */
  strict?: boolean
  /** How long an apply waits for a lock, in milliseconds. @default 3000 */
  lockTimeout?: number
  /** How often `schema apply` and `migrate apply` try again what got no lock in time, after longer and longer pauses. @default 3 */
  lockRetries?: number
  /** What lint and plans say and how much it weighs, by code, family, or the name that Atlas or squawk has for it. @default {} */
  lint?: LintConfig
  /** The variable that is set for the app, unless it is set already; `false` sets none. @default 'DATABASE_URL' */
  databaseUrlVariable?: string | false
  plugins?: readonly PluginOption[]
  /** Overrides picked by `--env NAME`. `url` is the database that commands act on there, such as production's. */
  environments?: Record<string, EnvironmentConfig>
}

export type EnvironmentConfig = Omit<Config, 'environments' | 'plugins'> & { url?: string | undefined }

/** `Config` with every default filled in and every path absolute. Frozen. */
export interface ResolvedConfig {
  readonly root: string
  /** Absolute path of the config file, undefined when there is none. */
  readonly configFile?: string
  /** Every file whose change means that the config must be loaded anew: the config and what it imports. */
  readonly configDependencies: readonly string[]
  readonly schema: {
    readonly pre: readonly string[]
    readonly schema: readonly string[]
    readonly post: readonly string[]
  }
  /** Phases that run around every apply and stand in no migration. */
  readonly repeatable: readonly RepeatablePhase[]
  readonly database: DatabaseSetting
  /** The environment that `--env` picked. */
  readonly environment?: string
  /** The environment's `url`: what commands act on instead of the development database. May hold a password. */
  readonly url?: string
  readonly allowRemote: boolean
  readonly scratch?: DatabaseSetting
  readonly migrations?: { readonly directory: string; readonly format: MigrationFormat }
  readonly client?: ResolvedClient
  /** Absolute globs. */
  readonly seeds: readonly string[]
  readonly include?: readonly string[]
  readonly exclude: readonly string[]
  readonly strict: boolean
  readonly lockTimeout: number
  readonly lockRetries: number
  readonly lint: LintConfig
  readonly databaseUrlVariable?: string
  readonly plugins: readonly Plugin[]
  /** Absolute path of `.savepoint/`, our own state: data directory, caches, lock file. */
  readonly stateDirectory: string
}

/** Types the config for editors; returns what it was given. */
export function defineConfig(config: Config): Config {
  return config
}

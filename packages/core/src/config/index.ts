export {
  defineConfig,
  type Config,
  type EnvironmentConfig,
  type MigrationFormat,
  type PhasesConfig,
  type RepeatablePhase,
  type ResolvedConfig,
} from './config.js'
export type { LintConfig, LintSeveritySetting, NamingPattern, NamingRules } from './lint.js'
export { configFileNames, findConfigFile } from './find.js'
export { loadConfig, requireConfigFile, type LoadConfigOptions } from './load.js'
export { readMigrationFormat } from './migration-format.js'
export type { PluginOption } from './plugins.js'
export { defaultConfig, resolveConfig, type ConfigOrigin } from './resolve.js'

import { readFile, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Options } from './options.js'

/** What user code imports. */
export const migrationsId = 'unplugin-savepoint/migrations'
/** What it resolves to; no `#` or `virtual:`, which some bundlers cannot load. */
export const resolvedMigrationsId = '\0savepoint:migrations'
export const migrationsIdRE = /^unplugin-savepoint\/migrations$/
// oxlint-disable-next-line no-control-regex -- the NUL marks an id as ours, by the bundlers' own custom
export const resolvedMigrationsIdRE = /^\0savepoint:migrations$/

/** The module's code, and the files whose change makes it another. */
export interface EmbeddedModule {
  code: string
  files: readonly string[]
}

/**
 * The migrations directory as a module: every file's exact text (atlas.sum is over bytes), the drafts left out, and the
 * scripts of repeatable phases.
 *
 * @throws DiagnosticError of `loadConfig`; Error when the config turns migrations off
 */
export async function embedMigrations(options: Options, root: string): Promise<EmbeddedModule> {
  const { loadConfig, readRepeatableScripts } = await import('@savepoint/core')
  const config = await loadConfig({ cwd: root, configFile: options.configFile, environment: options.environment })
  if (!config.migrations)
    throw new Error(`[savepoint] ${migrationsId} is imported, and the config says \`migrations: false\``)
  const { directory, format } = config.migrations
  const names = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .split(sep)
        .join('/'),
    )
    .filter((name) => !name.startsWith('.') && /(?:\.sql|\.sum|\.conf)$/i.test(name))
    .sort()
  const files: Record<string, string> = {}
  for (const name of names) files[name] = await readFile(join(directory, name), 'utf8')
  const scripts = await readRepeatableScripts(config)
  const embed = (phase: 'pre' | 'post'): object =>
    scripts[phase].length === 0 ? {} : { [phase]: scripts[phase].map(({ name, sql }) => ({ name, sql })) }
  return {
    code: `export const migrations = Object.freeze(${JSON.stringify({ format, files, ...embed('pre'), ...embed('post') })})\n`,
    files: [
      ...names.map((name) => join(directory, name)),
      ...[...scripts.pre, ...scripts.post].map(({ path }) => path),
    ],
  }
}

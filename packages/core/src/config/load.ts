import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { createFrame, DiagnosticError, type Diagnostic, type SourceLocation } from '../diagnostics/index.js'
import { applyConfigHooks } from '../plugin/config-hook.js'
import { importConfigFile } from './bundle.js'
import { isConfig } from './check.js'
import type { ResolvedConfig } from './config.js'
import { configFileNames, findConfigFile } from './find.js'
import { resolvePlugins } from './plugins.js'
import { resolveConfig } from './resolve.js'

/** How a config is found. */
export interface LoadConfigOptions {
  /** Where the search begins. */
  cwd: string
  /** The config file itself, absolute or relative to `cwd`: then nothing is searched for. */
  configFile?: string | undefined
  /** Name in `environments`, as `--env` gives it. */
  environment?: string | undefined
}

/**
 * Loads the project's config. A project without a config file gets the defaults.
 *
 * @throws DiagnosticError SP5001 when the file does not load, SP5002 when it holds a wrong value (each with its place in
 *   the user's file), SP5003 when `configFile` does not exist, SP5004 when a plugin's `config` hook fails
 */
export async function loadConfig(options: LoadConfigOptions): Promise<ResolvedConfig> {
  const { file, root } = locate(options)
  if (file === undefined) return resolveConfig({}, { root, environment: options.environment })
  const { value, dependencies } = await importConfigFile(file)
  try {
    const config = isConfig(value) ? await applyConfigHooks(value, resolvePlugins(value.plugins ?? []), root) : value
    return resolveConfig(config, { root, configFile: file, dependencies, environment: options.environment })
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    const text = readFileSync(file, 'utf8')
    throw new DiagnosticError(
      error.diagnostics.map((diagnostic) => locateSetting(diagnostic, file, text)),
      { cause: error },
    )
  }
}

/**
 * The config's file, for a command that makes no sense without one.
 *
 * @throws DiagnosticError SP5003
 */
export function requireConfigFile(config: ResolvedConfig): string {
  if (config.configFile !== undefined) return config.configFile
  throw new DiagnosticError([missingConfig(`no config file was found in ${config.root}`)])
}

function locate({ cwd, configFile }: LoadConfigOptions): { file?: string; root: string } {
  if (configFile === undefined) return findConfigFile(cwd)
  const file = resolve(cwd, configFile)
  if (existsSync(file)) return { file, root: dirname(file) }
  throw new DiagnosticError([missingConfig(`there is no file ${relative(cwd, file) || file}`)])
}

function missingConfig(message: string): Diagnostic {
  return {
    code: 'SP5003',
    severity: 'error',
    message,
    why: `the names looked for are ${configFileNames.join(', ')}`,
    fix: 'Run `savepoint init`, which writes one, or name it with `--config`.',
  }
}

/** Adds the place of the setting that a message of `resolveConfig` begins with (`environments.prod.database: …`). */
function locateSetting(diagnostic: Diagnostic, file: string, text: string): Diagnostic {
  if (diagnostic.location || diagnostic.code !== 'SP5002') return diagnostic
  const location = findSetting(diagnostic.message.split(':', 1)[0] ?? '', file, text)
  const frame = createFrame(text, location)
  return { ...diagnostic, location, ...(frame ? { frame } : {}) }
}

// The value is known only after the file ran, so its place is looked for by name: each part of the path after the part
// before it. A setting that is not written literally is shown at the top of the file.
function findSetting(path: string, file: string, text: string): SourceLocation {
  let offset = 0
  for (const part of path.split('.')) {
    const name = part.replaceAll(/[^\w$-]/g, String.raw`\$&`)
    const match = new RegExp(String.raw`(?<![\w$.])(?:${name}|'${name}'|"${name}")\s*:`).exec(text.slice(offset))
    if (!match) break
    offset += match.index
  }
  const before = text.slice(0, offset).split('\n')
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

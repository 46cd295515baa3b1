import type { OpenDevelopment, ResolvedConfig, StateSpec } from '@savepoint/core'
import { list, text } from './command.js'
import type { Io } from './io.js'
import { loadProject, projectOptions } from './project.js'
import type { Talk } from './terminal/talk.js'
import { requireUrl } from './target.js'

/** Options of every command that compares or prints schemas. */
export const schemaOptions = {
  ...projectOptions,
  'dev-url': text('url', 'Where files are elaborated and plans proved (default: the embedded Postgres)'),
  schema: { ...list('name', 'Only this Postgres schema; may be given several times'), short: 's' },
  exclude: list('name', 'Not this Postgres schema; may be given several times'),
}

/** Options of those that plan. */
export const planOptions = {
  ...schemaOptions,
  strategy: text('name', 'dev (shortest), online (keeps tables usable) or atomic (one transaction whatever it costs)'),
}

export interface SchemaValues {
  readonly config: string | undefined
  readonly env: string | undefined
  readonly 'dev-url': string | undefined
  readonly schema: readonly string[]
  readonly exclude: readonly string[]
}

/** What the commands need of states: their specs, by default the config's, and what is open meanwhile. */
export interface States {
  /** The config with what the options say. */
  readonly config: ResolvedConfig
  /** Specs as they were typed, or without any the database that commands act on. */
  database(specs: readonly string[]): Promise<StateSpec>
  /** Specs as they were typed, or without any the schema files of the config. */
  desired(specs: readonly string[]): Promise<StateSpec>
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  close(): Promise<void>
}

/** Loads the config and lays the options over it. */
export async function openStates(options: SchemaValues, { io, talk }: { io: Io; talk: Talk }): Promise<States> {
  const { openDevelopment, parseDatabaseSetting, parseStateSpecs } = await import('@savepoint/core')
  const loaded = await loadProject(options, io)
  const devUrl = options['dev-url']
  const config: ResolvedConfig = {
    ...loaded,
    ...(devUrl === undefined ? {} : { scratch: parseDatabaseSetting(devUrl, { root: io.cwd, name: '--dev-url' }) }),
    ...(options.schema.length === 0 ? {} : { include: options.schema }),
    ...(options.exclude.length === 0 ? {} : { exclude: [...loaded.exclude, ...options.exclude] }),
  }
  const log: States['log'] = (level, message) => {
    if (level === 'warn' || level === 'error') talk.warn(message)
    else if (level === 'debug') talk.debug(message)
    else talk.say(message)
  }
  let development: Promise<OpenDevelopment> | undefined
  return {
    config,
    log,
    async database(specs) {
      if (specs.length > 0) return parseStateSpecs(specs, io.cwd)
      if (config.url !== undefined) return { kind: 'database', url: requireUrl(config.url) }
      development ??= openDevelopment({ config, log })
      return { kind: 'database', url: (await development).url }
    },
    desired: async (specs) =>
      specs.length > 0 ? parseStateSpecs(specs, io.cwd) : { kind: 'phases', schema: config.schema },
    async close() {
      const open = await development?.catch(() => undefined)
      await open?.close()
    },
  }
}

import type { OwnedConnection, TableOptions } from '@savepoint/migrate'
import { text } from './command.js'
import { parseDuration } from './duration.js'
import type { Io } from './io.js'
import { directoryOptions, findDirectory, type DirectoryValues, type FoundDirectory } from './migrations.js'
import { obeyWaitOption, requireUrl, waitOption } from './target.js'
import type { Talk } from './terminal/talk.js'
import { UsageError } from './usage.js'

/** Options of every command that works on a database's migration history. */
export const historyOptions = {
  ...directoryOptions,
  ...waitOption,
  url: {
    ...text('url', 'The database (default: `url` of the environment, else the development database)'),
    short: 'u',
  },
  'revisions-schema': text('name', "Schema of the history's table (default: the tool's own)"),
}

/** Options of those that also write. */
export const runOptions = {
  ...historyOptions,
  'lock-timeout': text('time', 'How long to wait for another run to end (default: 10s)'),
}

export interface HistoryValues extends DirectoryValues {
  readonly url: string | undefined
  readonly wait: string | undefined
  readonly 'revisions-schema': string | undefined
}

/** A migrations directory, a session on the database that it belongs to, and how the history's table is named. */
export interface MigrationTarget extends FoundDirectory {
  connection: OwnedConnection
  /** Where the history's table is, and what else the URL says of a run. */
  settings: TableOptions & { statementTimeout?: number }
  /** Connection string; may hold a password. */
  url: string
  /** `host:port/name`, for messages. */
  name: string
  /** The project's own development database: nobody named another one. */
  isDevelopment: boolean
  close(): Promise<void>
}

/** Opens what a command on the history needs. The caller closes it. */
export async function openMigrationTarget(
  options: HistoryValues,
  { io, talk }: { io: Io; talk: Talk },
): Promise<MigrationTarget> {
  const found = await findDirectory(options, io)
  const named = options.url ?? found.config.url
  const { describeTarget, openDevelopment } = await import('@savepoint/core')
  const { connect, parseConnectionString } = await import('@savepoint/migrate')
  const log = (level: string, message: string): void => (level === 'debug' ? talk.debug(message) : talk.say(message))
  const development = named === undefined ? await openDevelopment({ config: found.config, log }) : undefined
  try {
    const url = development?.url ?? requireUrl(named ?? '')
    await obeyWaitOption(url, options.wait, { io, talk })
    const settings = parseConnectionString(url)
    const connection = await connect(settings.connectionString)
    return {
      ...found,
      connection,
      url,
      name: describeTarget(url),
      isDevelopment: development !== undefined,
      settings: {
        revisionsSchema: options['revisions-schema'],
        boundSchema: settings.searchPath,
        table: settings.table,
        ...(settings.statementTimeout === undefined ? {} : { statementTimeout: settings.statementTimeout }),
      },
      async close() {
        await connection.close()
        await development?.close()
      },
    }
  } catch (error) {
    await development?.close()
    throw error
  }
}

/** Milliseconds of `--lock-timeout`, for options of the migrate package. */
export function readLockTimeout(value: string | undefined): { lockTimeout?: number } {
  return value === undefined ? {} : { lockTimeout: parseDuration(value, 'lock-timeout') }
}

/**
 * `--format` of a report for scripts: JSON, given by name or as Atlas's template.
 *
 * @throws UsageError for another template, which would be printed by nobody
 */
export function wantsJson(format: string | undefined, json: boolean): boolean {
  if (format === undefined) return json
  if (/^\s*(?:json|\{\{-?\s*json(?:_merge)?\s.*\}\})\s*$/.test(format)) return true
  throw new UsageError(`--format takes json, also as "{{ json . }}", not ${format}`)
}

import type { MigrationDirectory } from '@savepoint/migrate'
import type { ResolvedConfig } from '@savepoint/core'
import { isAbsolute, relative, resolve } from 'node:path'
import { text } from './command.js'
import type { Io } from './io.js'
import { loadProject, projectOptions } from './project.js'
import { UsageError } from './usage.js'

/** Options of every command that works on a migrations directory. */
export const directoryOptions = {
  ...projectOptions,
  dir: text('url', 'Migrations directory, such as file://migrations?format=goose (default: of the config)'),
  'dir-format': text('format', 'atlas, goose, golang-migrate, dbmate or flyway'),
}

export interface DirectoryValues {
  readonly config: string | undefined
  readonly env: string | undefined
  readonly dir: string | undefined
  readonly 'dir-format': string | undefined
}

/** A migrations directory, and the config that named it. */
export interface FoundDirectory {
  directory: MigrationDirectory
  /** Absolute path. */
  path: string
  config: ResolvedConfig
}

/** Reads the directory that the options name, or the config's. */
export async function findDirectory(options: DirectoryValues, io: Io): Promise<FoundDirectory> {
  const config = await loadProject(options, io)
  const { path, format } = await locateDirectory(options, config, io)
  const { readDirectory } = await import('@savepoint/migrate')
  return { directory: readDirectory(path, { format }), path, config }
}

/** Where the directory is, whether it exists or not. */
export async function locateDirectory(
  options: DirectoryValues,
  config: ResolvedConfig,
  io: Io,
): Promise<{ path: string; format: string }> {
  if (options.dir === undefined) {
    if (!config.migrations) throw new UsageError('the config says `migrations: false`; name a directory with --dir')
    return { path: config.migrations.directory, format: options['dir-format'] ?? config.migrations.format }
  }
  const { parseDirectoryLocation } = await import('@savepoint/migrate')
  const { path, format } = parseDirectoryLocation(options.dir)
  return {
    path: isAbsolute(path) ? path : resolve(io.cwd, path),
    format: options['dir-format'] ?? format ?? config.migrations?.format ?? 'atlas',
  }
}

/** A path as a person in `cwd` would type it. */
export function showPath(path: string, io: Io): string {
  const shown = relative(io.cwd, path)
  return shown === '' ? '.' : shown.startsWith('..') ? path : shown
}

/** The argument or `--name`, which Atlas's scripts use for the same thing. */
export function pickName(argument: string | undefined, option: string | undefined): string {
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UsageError(`two names were given: ${argument} and ${option}`)
  return argument ?? option ?? ''
}

import { dirname, join, resolve } from 'node:path'
import type { Diagnostic } from '@savepoint/core'
import { DiagnosticError } from '@savepoint/core'
import type { PluginContext } from '@savepoint/core/plugin'
import { bundleConfig, writePreload, type BundledConfig } from './capture/bundle.js'
import {
  AuthCommandError,
  findAuthCommand,
  generateByCommand,
  isSameRelease,
  withEmptyDatabase,
} from './capture/command.js'
import type { Loader } from './capture/loader.js'
import type { CapturedSchema } from './capture/protocol.js'
import { findAuthConfig } from './config-file.js'
import { environmentFiles, readEnvironment } from './environment.js'
import { describeError, describeRejection, isForTheCommand } from './failure.js'
import { findManifest } from './find-package.js'
import { betterAuthVersion } from './generate/kysely.js'
import { orderStatements } from './generate/order.js'
import { qualifyStatements } from './generate/qualify.js'
import { joinStatements } from './generate/statements.js'
import { missingConfig } from './missing-config.js'
import type { BetterAuthOptions } from './options.js'

/** The tables of a config, and what it takes to read it again. */
export interface Captured {
  schema: CapturedSchema
  /** Absolute path of the config. */
  file: string
  imports: readonly string[]
  environment: NodeJS.ProcessEnv
}

/**
 * Reads the config in a worker and asks Better Auth for its tables; where that fails because of the place, and the project has
 * Better Auth's own command, asks that.
 *
 * @throws DiagnosticError SP5101 when the config cannot be loaded, SP5102 when no tables can be made from it
 */
export async function captureSchema(
  options: BetterAuthOptions,
  context: Pick<PluginContext, 'root' | 'watch'>,
  loader: Loader,
): Promise<Captured> {
  const { root } = context
  const file = options.config === undefined ? findAuthConfig(root) : resolve(root, options.config)
  if (file === undefined) throw missingConfig(root)
  context.watch(file)
  for (const name of environmentFiles) context.watch(join(root, name))
  const bundle = await bundleConfig(file, root)
  for (const input of filesOf(bundle, file, root)) context.watch(input)
  const environment = readEnvironment(root)
  try {
    const schema = await load(options, bundle, { root, file, environment }, loader)
    return { schema, file, imports: bundle.imports, environment }
  } finally {
    bundle.remove()
  }
}

interface Place {
  root: string
  file: string
  environment: NodeJS.ProcessEnv
}

const defaultTimeout = 10_000

/** In the worker, or by Better Auth's command where that may do better. */
async function load(
  options: BetterAuthOptions,
  bundle: BundledConfig,
  place: Place,
  loader: Loader,
): Promise<CapturedSchema> {
  const { root, file, environment } = place
  const request = { url: bundle.url, schema: options.schema, defaults: options.defaults ?? {} }
  const timeout = options.timeout ?? defaultTimeout
  const response = await loader
    .load(request, { timeout, environment, taints: bundle.taints })
    .catch((error: unknown) => {
      throw describeRejection(error, file, root)
    })
  if (!('error' in response)) return response.schema
  const failure = describeError(response, file, root)
  if (!isForTheCommand(response)) throw failure
  return askCommand(options, place, failure)
}

/** @throws DiagnosticError the failure that led here, when there is no command or it fails too */
async function askCommand(
  options: BetterAuthOptions,
  { root, file, environment }: Place,
  failure: DiagnosticError,
): Promise<CapturedSchema> {
  const version = betterAuthVersion(root)
  const command = options.command === false ? undefined : findAuthCommand(root, version)
  if (!command) throw failure
  const timeout = options.timeout ?? defaultTimeout
  let sql: string
  try {
    sql = await withEmptyDatabase(root, (databaseUrl) =>
      generateByCommand(command, { root, file, environment, databaseUrl, timeout }),
    )
  } catch (error) {
    if (!(error instanceof AuthCommandError)) throw error
    throw new DiagnosticError(
      failure.diagnostics.map((one) => addReason(one, command.name, error.message)),
      { cause: error },
    )
  }
  const schema = options.schema ?? 'auth'
  const [reason] = failure.diagnostics
  return {
    version: command.version,
    schema,
    sql: joinStatements(orderStatements(qualifyStatements(sql, schema))),
    findings: [
      {
        rule: 'command',
        severity: 'warning',
        message: `the tables are what ${command.name} ${command.version} writes, because ${reason?.message ?? 'the config did not load'}`,
        why: isSameRelease(command.version, version)
          ? 'defaults and warnings about the config need the config itself, which could not be read here'
          : `${command.name} brings a Better Auth of its own, ${command.version}, and the project has ${version}: their tables may differ`,
        fix: 'keep what only works in a process of its own out of the file that exports `auth`',
      },
    ],
  }
}

function addReason(diagnostic: Diagnostic, command: string, reason: string): Diagnostic {
  const why = [diagnostic.why, `${command} was asked as well, and failed: ${reason}`].filter(Boolean).join('\n')
  return { ...diagnostic, why }
}

/** Everything whose change may change the tables: sources, what resolves their imports, releases of the packages. */
function filesOf({ files, imports }: BundledConfig, file: string, root: string): string[] {
  const names = new Set([
    'better-auth',
    ...imports.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  ])
  const manifests = [...names].flatMap((name) => findManifest(name, root) ?? [])
  const resolvers = [...new Set([root, dirname(file)])].flatMap((folder) => [
    join(folder, 'tsconfig.json'),
    join(folder, 'jsconfig.json'),
  ])
  return [...files, ...resolvers, ...manifests]
}

/** Away from the hot path: the next save of the config finds Better Auth imported already. */
export function prepareNext(
  loader: Loader,
  root: string,
  { imports, environment }: Pick<Captured, 'imports' | 'environment'>,
): void {
  const module = writePreload(root, imports)
  void loader.prepare(module.url, environment).finally(module.remove)
}

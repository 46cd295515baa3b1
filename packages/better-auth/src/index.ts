import { join, relative, resolve } from 'node:path'
import {
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginDiagnostic,
  type SchemaText,
} from '@savepoint/core/plugin'
import { bundleConfig, writePreload } from './capture/bundle.js'
import { createLoader, type Loader } from './capture/loader.js'
import type { CapturedSchema } from './capture/protocol.js'
import { findAuthConfig } from './config-file.js'
import { renderFile } from './emit.js'
import { environmentFiles, readEnvironment } from './environment.js'
import { describeError, describeRejection } from './failure.js'
import { missingConfig } from './missing-config.js'
import type { BetterAuthOptions } from './options.js'

export type { BetterAuthOptions } from './options.js'
export type { CapturedSchema, Finding } from './capture/protocol.js'

/**
 * Better Auth's tables as schema text, generated from the auth config whenever it or something it imports is saved.
 * Nothing is connected to, and the project's own better-auth (1.4 or newer) says what the tables are.
 */
export function betterAuth(options: BetterAuthOptions = {}): Plugin {
  const loader = createLoader()
  let findings: readonly PluginDiagnostic[] = []
  return definePlugin({
    name: 'better-auth:schema',
    async sources(context): Promise<SchemaText> {
      const captured = await captureSchema(options, context, loader)
      const { schema, file } = captured
      prepareNext(loader, context.root, captured)
      context.log(
        'debug',
        `tables of better-auth ${schema.version} in schema "${schema.schema}", from ${relative(context.root, file)}`,
      )
      findings = schema.findings.map((finding) => ({ ...finding, location: { file, line: 1, column: 1 } }))
      return options.emit === undefined
        ? { id: 'schema', sql: schema.sql }
        : { id: 'schema', sql: renderFile(schema), file: options.emit }
    },
    catalog: () => findings,
  })
}

interface Captured {
  schema: CapturedSchema
  /** Absolute path of the config. */
  file: string
  imports: readonly string[]
  environment: NodeJS.ProcessEnv
}

async function captureSchema(
  options: BetterAuthOptions,
  context: Pick<PluginContext, 'root' | 'watch'>,
  loader: Loader,
): Promise<Captured> {
  const file = options.config === undefined ? findAuthConfig(context.root) : resolve(context.root, options.config)
  if (file === undefined) throw missingConfig(context.root)
  context.watch(file)
  for (const name of environmentFiles) context.watch(join(context.root, name))
  const bundle = await bundleConfig(file, context.root)
  for (const input of bundle.files) context.watch(input)
  const environment = readEnvironment(context.root)
  try {
    const response = await loader
      .load(
        { url: bundle.url, schema: options.schema, defaults: options.defaults ?? {} },
        { timeout: options.timeout ?? 10_000, environment, taints: bundle.taints },
      )
      .catch((error: unknown) => {
        throw describeRejection(error, file, context.root)
      })
    if ('error' in response) throw describeError(response, file, context.root)
    return { schema: response.schema, file, imports: bundle.imports, environment }
  } finally {
    bundle.remove()
  }
}

/** Away from the hot path: the next save of the config finds Better Auth imported already. */
function prepareNext(loader: Loader, root: string, { imports, environment }: Captured): void {
  const module = writePreload(root, imports)
  void loader.prepare(module.url, environment).finally(module.remove)
}

/**
 * The same without an engine: for scripts and tests.
 *
 * @param root absolute path of the project whose better-auth is used
 * @throws DiagnosticError SP5101 when the config cannot be loaded, SP5102 when no tables can be made from it
 */
export async function generateAuthSchema(root: string, options: BetterAuthOptions = {}): Promise<CapturedSchema> {
  const loader = createLoader()
  try {
    const context = { root, watch() {} }
    const { schema } = await captureSchema(options, context, loader)
    return schema
  } finally {
    await loader.close()
  }
}

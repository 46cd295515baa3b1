import { join, relative, resolve } from 'node:path'
import {
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginDiagnostic,
  type SchemaText,
} from '@savepoint/core/plugin'
import { bundleConfig } from './capture/bundle.js'
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
      const { schema, file } = await captureSchema(options, context, loader)
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

async function captureSchema(
  options: BetterAuthOptions,
  context: Pick<PluginContext, 'root' | 'watch'>,
  loader: Loader,
): Promise<{ schema: CapturedSchema; file: string }> {
  const file = options.config === undefined ? findAuthConfig(context.root) : resolve(context.root, options.config)
  if (file === undefined) throw missingConfig(context.root)
  context.watch(file)
  for (const name of environmentFiles) context.watch(join(context.root, name))
  const bundle = await bundleConfig(file, context.root)
  for (const input of bundle.files) context.watch(input)
  try {
    const response = await loader
      .load(
        { url: bundle.url, schema: options.schema, defaults: options.defaults ?? {} },
        { timeout: options.timeout ?? 10_000, environment: readEnvironment(context.root) },
      )
      .catch((error: unknown) => {
        throw describeRejection(error, file, context.root)
      })
    if ('error' in response) throw describeError(response, file, context.root)
    return { schema: response.schema, file }
  } finally {
    bundle.remove()
  }
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

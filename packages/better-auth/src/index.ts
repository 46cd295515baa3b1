import { relative } from 'node:path'
import { definePlugin, type Plugin, type SchemaText } from '@savepoint/core/plugin'
import { cacheKey } from './cache-key.js'
import { createLoader } from './capture/loader.js'
import type { CapturedSchema } from './capture/protocol.js'
import { captureSchema, prepareNext } from './captured-schema.js'
import { renderFile } from './emit.js'
import { readEnvironment } from './environment.js'
import type { BetterAuthOptions } from './options.js'

export type { BetterAuthOptions } from './options.js'
export type { CapturedSchema, Finding } from './capture/protocol.js'

/**
 * Better Auth's tables as schema text, generated from the auth config whenever it or something it imports is saved.
 * Nothing is connected to, and the project's own better-auth (1.4 or newer) says what the tables are.
 */
export function betterAuth(options: BetterAuthOptions = {}): Plugin {
  const loader = createLoader()
  let isWarm = false
  return definePlugin({
    name: 'better-auth:schema',
    cacheKey: cacheKey(options, process.env),
    async sources(context): Promise<SchemaText> {
      const captured = await captureSchema(options, context, loader)
      const { schema, file } = captured
      isWarm = true
      prepareNext(loader, context.root, captured)
      context.log(
        'debug',
        `tables of better-auth ${schema.version} in schema "${schema.schema}", from ${relative(context.root, file)}`,
      )
      const diagnostics = schema.findings.map((finding) => ({ ...finding, location: { file, line: 1, column: 1 } }))
      return options.emit === undefined
        ? { id: 'schema', sql: schema.sql, diagnostics }
        : { id: 'schema', sql: renderFile(schema), file: options.emit, diagnostics }
    },
    // A start that took the tables of the one before has loaded nothing; the first save of the config is to be quick all the same.
    applied(_report, { root }) {
      if (isWarm) return
      isWarm = true
      prepareNext(loader, root, { imports: ['better-auth', 'better-auth/plugins'], environment: readEnvironment(root) })
    },
    close: () => loader.close(),
  })
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

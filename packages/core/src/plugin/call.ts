import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import type { Plugin } from './plugin.js'

/** A hook took longer than it may. */
export class HookTimeoutError extends Error {
  override readonly name = 'HookTimeoutError'
}

/** What a hook returned, or its failure when that does not come in time. Nothing can stop a hook that never lets go of the thread. */
export async function withinTime<Value>(
  hook: string,
  result: Value | Promise<Value>,
  timeout = 10_000,
): Promise<Awaited<Value>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new HookTimeoutError(`${hook} did not end within ${timeout} ms`)), timeout)
  })
  try {
    return await Promise.race([result, late])
  } finally {
    clearTimeout(timer)
  }
}

export function handlerOf<Handler>(hook: Handler | { handler: Handler } | undefined): Handler | undefined {
  if (hook === undefined || typeof hook === 'function') return hook as Handler | undefined
  return (hook as { handler: Handler }).handler
}

/** A plugin that throws our own diagnostics keeps them; whatever else it throws becomes one. */
export function pluginFailure(plugin: Pick<Plugin, 'name'>, hook: string, error: unknown): Diagnostic[] {
  if (error instanceof DiagnosticError)
    return error.diagnostics.map((diagnostic) => ({ ...diagnostic, plugin: plugin.name }))
  const message = error instanceof Error ? error.message : String(error)
  return [
    {
      code: 'SP5004',
      severity: 'error',
      plugin: plugin.name,
      message: `the plugin ${plugin.name} failed in ${hook}: ${message}`,
      ...(error instanceof Error && error.stack ? { why: error.stack } : {}),
      fix: `look at the plugin's options, or take ${plugin.name} out of the config until it is mended`,
    },
  ]
}

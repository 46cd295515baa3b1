import type { Catalog, Plan } from '@savepoint/catalog'
import type { Config } from '../config/config.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import type { SaveReport } from '../engine/report.js'
import type { PluginContext } from './context.js'
import { freezeDeep } from './freeze.js'
import { readPanelContent } from './panel-content.js'
import type { RenderedPanel } from './panel.js'
import type { HookMap, Plugin, TransformFilter } from './plugin.js'
import type { GeneratedFile, GeneratedReport, PluginDiagnostic, SchemaText, TransformStatement } from './values.js'

/** What the container needs of the engine to give plugins their context. */
export interface ContainerOptions {
  plugins: readonly Plugin[]
  root: string
  stateDirectory: string
  log(level: 'info' | 'warn' | 'debug', message: string): void
  /** The last good desired state. */
  catalog(): Catalog | undefined
  locate: PluginContext['locate']
  annotations: PluginContext['annotations']
  /** A plugin asked for a file to be watched. */
  watch(file: string): void
  edit: PluginContext['edit']
  /** Milliseconds that one hook call may take. @default 10000; 120000 for `generated`, which runs other programs */
  timeout?: number
}

/** What one plugin gave, with its name. */
export interface FromPlugin<Value> {
  plugin: string
  value: Value
}

/** What the hooks gave, and what went wrong in them. Plugins that failed are left out of `values`; the others count. */
export interface HookResult<Value> {
  values: readonly FromPlugin<Value>[]
  diagnostics: readonly Diagnostic[]
}

/** One look at the statements. */
export interface TransformPass {
  /**
   * Shows one statement to every plugin that wants to see it.
   *
   * @param judge what is wrong with the text that a plugin left, in words, for after the plugin's name
   * @returns SP5004 for what went wrong, and the names of those that changed the text
   */
  transform(
    statement: TransformStatement,
    judge: (text: string) => string | undefined,
  ): Promise<{ diagnostics: readonly Diagnostic[]; editors: readonly string[] }>
}

export interface PluginContainer {
  readonly plugins: readonly Plugin[]
  /** Names every plugin and its `cacheKey`; a plugin without one makes it undefined: its output cannot be taken from a cache. */
  readonly cacheKey: string | undefined
  /** True when a plugin has that hook, so that the engine can skip what only hooks need. */
  has(hook: keyof HookMap): boolean
  /** True when `transform` of some plugin wants to see a statement of that kind, name and file. */
  transforms(statement: Pick<TransformStatement, 'kind' | 'name' | 'file' | 'sql'>): boolean
  sources(): Promise<HookResult<SchemaText>>
  /** Begins to show statements to `transform`; a plugin that does not answer is not asked again before the next beginning. */
  startTransforms(): TransformPass
  catalog(catalog: Catalog): Promise<HookResult<PluginDiagnostic>>
  pre(): Promise<HookResult<string>>
  post(catalog: Catalog): Promise<HookResult<string>>
  plan(plan: Plan): Promise<HookResult<PluginDiagnostic>>
  generate(catalog: Catalog): Promise<HookResult<GeneratedFile>>
  generated(files: GeneratedReport): Promise<readonly Diagnostic[]>
  applied(report: SaveReport): Promise<readonly Diagnostic[]>
  /** What the plugins show on the dev page now. A panel that fails says so in its place. */
  panels(): Promise<readonly RenderedPanel[]>
  /** Milliseconds spent in each plugin since the last call, for `--debug`. */
  takeTimings(): Readonly<Record<string, number>>
  /** Aborts what runs, and lets the plugins end what they started. */
  close(): Promise<void>
}

/**
 * Calls the plugins' hooks in order, each with its own context and time limit. Nothing that a plugin does
 * (throw, hang, change its arguments) reaches beyond a diagnostic with its name.
 */
export function createPluginContainer(options: ContainerOptions): PluginContainer {
  const { plugins } = options
  const closing = new AbortController()
  const timings = new Map<string, number>()

  const createContext = (plugin: Plugin, signal: AbortSignal): PluginContext => ({
    root: options.root,
    stateDirectory: options.stateDirectory,
    get catalog() {
      return options.catalog()
    },
    signal,
    watch: options.watch,
    edit: options.edit,
    log: (level, message) => options.log(level, `${plugin.name}: ${message}`),
    locate: options.locate,
    annotations: options.annotations,
    api: (name) => plugins.find((one) => one.name === name)?.api,
  })

  async function call<Value>(
    plugin: Plugin,
    hook: string,
    run: (context: PluginContext) => Value | Promise<Value>,
  ): Promise<Awaited<Value>> {
    const limit = new AbortController()
    const signal = AbortSignal.any([closing.signal, limit.signal])
    const started = performance.now()
    try {
      return await withinTime(hook, run(createContext(plugin, signal)), options.timeout ?? hookTimeouts[hook])
    } finally {
      limit.abort()
      timings.set(plugin.name, (timings.get(plugin.name) ?? 0) + performance.now() - started)
    }
  }

  async function callAll<Value>(
    hook: Exclude<keyof HookMap, 'config'>,
    run: (plugin: Plugin, context: PluginContext) => unknown,
  ): Promise<HookResult<Value>> {
    const values: FromPlugin<Value>[] = []
    const diagnostics: Diagnostic[] = []
    for (const plugin of plugins) {
      if (plugin[hook] === undefined) continue
      try {
        const result = await call(plugin, hook, (context) => run(plugin, context))
        if (result === undefined || result === null) continue
        for (const value of Array.isArray(result) ? (result as Value[]) : [result as Value])
          values.push({ plugin: plugin.name, value })
      } catch (error) {
        diagnostics.push(...pluginFailure(plugin, hook, error))
      }
    }
    return { values, diagnostics }
  }

  return {
    plugins,
    cacheKey: plugins.every(({ cacheKey }) => cacheKey !== undefined)
      ? JSON.stringify(plugins.map(({ name, cacheKey }) => [name, cacheKey]))
      : undefined,
    has: (hook) => plugins.some((plugin) => plugin[hook] !== undefined),
    transforms: (statement) => plugins.some((plugin) => plugin.transform && fits(transformFilter(plugin), statement)),
    sources: () => callAll('sources', (plugin, context) => handlerOf(plugin.sources)?.(context)),
    startTransforms() {
      const silent = new Set<Plugin>()
      return {
        async transform(statement, judge) {
          const diagnostics: Diagnostic[] = []
          const editors: string[] = []
          const { edit } = statement
          const frozen = Object.freeze({ ...statement, tree: freezeDeep(statement.tree) })
          for (const plugin of plugins) {
            const handler = handlerOf(plugin.transform)
            if (!handler || silent.has(plugin) || !fits(transformFilter(plugin), statement)) continue
            const before = edit.toString()
            try {
              await call(plugin, 'transform', (context) => handler(frozen, context))
            } catch (error) {
              if (error instanceof HookTimeoutError) silent.add(plugin)
              diagnostics.push(...pluginFailure(plugin, 'transform', error))
            }
            const after = edit.toString()
            if (after === before) continue
            editors.push(plugin.name)
            const problem = judge(after)
            if (problem !== undefined) diagnostics.push(...pluginFailure(plugin, 'transform', problem))
          }
          return { diagnostics, editors }
        },
      }
    },
    catalog: (catalog) =>
      callAll('catalog', (plugin, context) => handlerOf(plugin.catalog)?.(freezeDeep(catalog), context)),
    pre: () => callAll('pre', (plugin, context) => handlerOf(plugin.pre)?.(context)),
    post: (catalog) => callAll('post', (plugin, context) => handlerOf(plugin.post)?.(freezeDeep(catalog), context)),
    plan: (plan) => callAll('plan', (plugin, context) => handlerOf(plugin.plan)?.(freezeDeep(plan), context)),
    generate: (catalog) =>
      callAll('generate', (plugin, context) => handlerOf(plugin.generate)?.(freezeDeep(catalog), context)),
    async generated(files) {
      const { diagnostics } = await callAll('generated', (plugin, context) =>
        handlerOf(plugin.generated)?.(freezeDeep(files), context),
      )
      return diagnostics
    },
    async applied(report) {
      const { diagnostics } = await callAll('applied', (plugin, context) =>
        handlerOf(plugin.applied)?.(freezeDeep(report), context),
      )
      return diagnostics
    },
    takeTimings() {
      const taken = Object.fromEntries(timings)
      timings.clear()
      return taken
    },
    async panels() {
      const rendered: RenderedPanel[] = []
      for (const plugin of plugins) {
        for (const { title, render } of plugin.panels ?? []) {
          try {
            const content = await call(plugin, `the panel ${title}`, async (context) =>
              readPanelContent(await render(context)),
            )
            if (content !== undefined) rendered.push({ plugin: plugin.name, title, content })
          } catch (error) {
            const [failure] = pluginFailure(plugin, `the panel ${title}`, error)
            rendered.push({ plugin: plugin.name, title, content: { text: failure?.message ?? '' } })
          }
        }
      }
      return rendered
    },
    async close() {
      closing.abort()
      for (const plugin of plugins) {
        try {
          await withinTime('close', plugin.close?.(), options.timeout)
        } catch (error) {
          options.log('warn', pluginFailure(plugin, 'close', error)[0]?.message ?? '')
        }
      }
    },
  }
}

/**
 * Lets the plugins change the config before it is resolved, each seeing what the ones before it returned.
 *
 * @throws DiagnosticError SP5004 when a plugin fails: a config that is half changed is not one to work with
 */
export async function applyConfigHooks(config: Config, plugins: readonly Plugin[], root: string): Promise<Config> {
  let current = config
  for (const plugin of plugins) {
    const handler = handlerOf(plugin.config)
    if (!handler) continue
    try {
      const part = await withinTime('config', handler(Object.freeze({ ...current }), { root }))
      current = { ...current, ...part }
    } catch (error) {
      throw new DiagnosticError(pluginFailure(plugin, 'config', error), { cause: error })
    }
  }
  return current
}

/** Milliseconds, where it is not the same as for all others. */
const hookTimeouts: Readonly<Record<string, number>> = { generated: 120_000 }

/** A hook took longer than it may. */
class HookTimeoutError extends Error {
  override readonly name = 'HookTimeoutError'
}

/** What a hook returned, or its failure when that does not come in time. Nothing can stop a hook that never lets go of the thread. */
async function withinTime<Value>(
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

function handlerOf<Handler>(hook: Handler | { handler: Handler } | undefined): Handler | undefined {
  if (hook === undefined || typeof hook === 'function') return hook as Handler | undefined
  return (hook as { handler: Handler }).handler
}

function transformFilter(plugin: Plugin): TransformFilter {
  return typeof plugin.transform === 'object' ? plugin.transform.filter : {}
}

function fits(filter: TransformFilter, statement: Pick<TransformStatement, 'kind' | 'name' | 'file' | 'sql'>): boolean {
  const { kind, name, file, sql } = filter
  if (kind !== undefined && !(typeof kind === 'string' ? [kind] : kind).includes(statement.kind)) return false
  if (name && !(statement.name !== undefined && name.test(statement.name))) return false
  if (file && !file.test(statement.file)) return false
  return !sql || sql.test(statement.sql)
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

import { resolve } from 'node:path'
import type { Catalog, Plan } from '@savepoint/catalog'
import type { Diagnostic } from '../diagnostics/index.js'
import type { SaveReport } from '../engine/report.js'
import type { Answer, AnswerStore, Question } from './answers.js'
import { handlerOf, pluginFailure, withinTime } from './call.js'
import { readDiagnostic, readGeneratedFile, readList, readPanelContent, readSchemaText, readSql } from './check.js'
import type { PluginContext } from './context.js'
import { freezeDeep } from './freeze.js'
import { guardKind, type PluginKind } from './guarded-kind.js'
import type { RenderedPanel } from './panel.js'
import type { HookMap, Plugin } from './plugin.js'
import { createTransformPass, wantsToSee, type FilteredStatement, type TransformPass } from './transform-pass.js'
import type { GeneratedFile, GeneratedReport, PluginDiagnostic, SchemaText } from './values.js'

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
  /** Answers of plugins with a `cacheKey`, from the last start. */
  answers?: AnswerStore
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

export interface PluginContainer {
  readonly plugins: readonly Plugin[]
  /** Object kinds of all plugins. */
  readonly kinds: readonly PluginKind[]
  /** Names every plugin and its `cacheKey`; a plugin without one makes it undefined: its output cannot be taken from a cache. */
  readonly cacheKey: string | undefined
  /** True when a plugin has that hook, so that the engine can skip what only hooks need. */
  has(hook: keyof HookMap): boolean
  /** True when `transform` of some plugin wants to see a statement of that kind, name and file. */
  transforms(statement: FilteredStatement): boolean
  sources(): Promise<HookResult<SchemaText>>
  /** Begins to show statements to `transform`; a plugin that does not answer is not asked again before the next beginning. */
  startTransforms(): TransformPass
  catalog(catalog: Catalog): Promise<HookResult<PluginDiagnostic>>
  pre(): Promise<HookResult<string>>
  /** @param input names the statements that the catalog was elaborated from; without it no answer is taken from the last start */
  post(catalog: Catalog, input?: string): Promise<HookResult<string>>
  plan(plan: Plan): Promise<HookResult<PluginDiagnostic>>
  generate(catalog: Catalog): Promise<HookResult<GeneratedFile>>
  generated(files: GeneratedReport): Promise<readonly Diagnostic[]>
  applied(report: SaveReport): Promise<readonly Diagnostic[]>
  /** What the plugins show on the dev page now. A panel that fails says so in its place. */
  panels(): Promise<readonly RenderedPanel[]>
  /** Milliseconds spent in each plugin since the last call, for `--debug`. */
  takeTimings(): Readonly<Record<string, number>>
  /** Away from the hot path: keeps what plugins with a `cacheKey` answered for the next start. */
  store(): Promise<void>
  /** Aborts what runs, keeps the answers, and lets the plugins end what they started. */
  close(): Promise<void>
}

type HookName = Exclude<keyof HookMap, 'config' | 'transform'>

/**
 * Calls the plugins' hooks in order, each with its own context and time limit. Nothing that a plugin does
 * (throw, hang, change its arguments) reaches beyond a diagnostic with its name.
 */
export function createPluginContainer(options: ContainerOptions): PluginContainer {
  const { plugins, root } = options
  const watchFile = (file: string): void => options.watch(resolve(root, file))
  const closing = new AbortController()
  const timings = new Map<string, number>()
  // Of each plugin and hook the latest only.
  const unsaved = new Map<string, { question: Question; answer: Answer }>()

  const createContext = (plugin: Plugin, signal: AbortSignal, watch: PluginContext['watch']): PluginContext => ({
    root,
    stateDirectory: options.stateDirectory,
    get catalog() {
      return options.catalog()
    },
    signal,
    watch,
    edit: (file, change) => options.edit(resolve(root, file), change),
    log: (level, message) => options.log(level, `${plugin.name}: ${message}`),
    locate: options.locate,
    annotations: options.annotations,
    api: (name) => plugins.find((one) => one.name === name)?.api,
  })

  async function call<Value>(
    plugin: Plugin,
    hook: string,
    run: (context: PluginContext) => Value | Promise<Value>,
    watch: PluginContext['watch'] = watchFile,
  ): Promise<Awaited<Value>> {
    const limit = new AbortController()
    const signal = AbortSignal.any([closing.signal, limit.signal])
    const started = performance.now()
    try {
      return await withinTime(hook, run(createContext(plugin, signal, watch)), options.timeout ?? hookTimeouts[hook])
    } finally {
      limit.abort()
      timings.set(plugin.name, (timings.get(plugin.name) ?? 0) + performance.now() - started)
    }
  }

  /** Asks a plugin, or takes what it answered in an earlier start when nothing that this depends on has changed. */
  async function askOnce<Value>(
    plugin: Plugin,
    hook: HookName,
    input: string,
    ask: (watch: PluginContext['watch']) => Promise<Value[]>,
  ): Promise<readonly Value[]> {
    const { answers } = options
    if (!answers || plugin.cacheKey === undefined) return ask(watchFile)
    // A convention may stand in a config twice, for different schemas.
    const name = `${plugin.name} ${plugins.filter((one) => one.name === plugin.name).indexOf(plugin)}`
    const question = { plugin: name, hook, cacheKey: plugin.cacheKey, input }
    const kept = await answers.load(question)
    if (kept) {
      for (const file of kept.files) options.watch(file)
      return kept.values as Value[]
    }
    const files = new Set<string>()
    const values = await ask((file) => {
      files.add(resolve(root, file))
      watchFile(file)
    })
    unsaved.set(`${hook} ${name}`, { question, answer: { values, files: [...files] } })
    return values
  }

  /**
   * @param read takes one value that a plugin returned as it is, and throws TypeError when it is none
   * @param input names what the plugins are given; undefined where the answer cannot be one of an earlier start
   */
  async function callAll<Value>(
    hook: HookName,
    run: (plugin: Plugin, context: PluginContext) => unknown,
    read: (value: unknown) => Value,
    input?: string,
  ): Promise<HookResult<Value>> {
    const values: FromPlugin<Value>[] = []
    const diagnostics: Diagnostic[] = []
    for (const plugin of plugins) {
      if (plugin[hook] === undefined) continue
      const ask = async (watch: PluginContext['watch']): Promise<Value[]> =>
        call(plugin, hook, async (context) => readList(await run(plugin, context)).map(read), watch)
      try {
        const answer = input === undefined ? await ask(watchFile) : await askOnce(plugin, hook, input, ask)
        for (const value of answer) values.push({ plugin: plugin.name, value })
      } catch (error) {
        diagnostics.push(...pluginFailure(plugin, hook, error))
      }
    }
    return { values, diagnostics }
  }

  /** For hooks that return nothing. */
  async function tell(
    hook: HookName,
    run: (plugin: Plugin, context: PluginContext) => unknown,
  ): Promise<readonly Diagnostic[]> {
    const { diagnostics } = await callAll(hook, run, () => undefined)
    return diagnostics
  }

  async function store(): Promise<void> {
    const waiting = [...unsaved.values()]
    unsaved.clear()
    for (const { question, answer } of waiting) await options.answers?.save(question, answer)
  }

  return {
    plugins,
    kinds: plugins.flatMap((plugin) => (plugin.kinds ?? []).map((kind) => guardKind(plugin, kind, call))),
    cacheKey: plugins.every(({ cacheKey }) => cacheKey !== undefined)
      ? JSON.stringify(plugins.map(({ name, cacheKey }) => [name, cacheKey]))
      : undefined,
    has: (hook) => plugins.some((plugin) => plugin[hook] !== undefined),
    transforms: (statement) => plugins.some((plugin) => wantsToSee(plugin, statement)),
    sources: () => callAll('sources', (plugin, context) => handlerOf(plugin.sources)?.(context), readSchemaText, ''),
    startTransforms: () =>
      createTransformPass(plugins, (plugin, run) => call(plugin, 'transform', async (context) => run(context))),
    catalog: (catalog) =>
      callAll(
        'catalog',
        (plugin, context) => handlerOf(plugin.catalog)?.(freezeDeep(catalog), context),
        readDiagnostic,
      ),
    pre: () => callAll('pre', (plugin, context) => handlerOf(plugin.pre)?.(context), readSql, ''),
    post: (catalog, input) =>
      callAll('post', (plugin, context) => handlerOf(plugin.post)?.(freezeDeep(catalog), context), readSql, input),
    plan: (plan) =>
      callAll('plan', (plugin, context) => handlerOf(plugin.plan)?.(freezeDeep(plan), context), readDiagnostic),
    generate: (catalog) =>
      callAll(
        'generate',
        (plugin, context) => handlerOf(plugin.generate)?.(freezeDeep(catalog), context),
        readGeneratedFile,
      ),
    generated: (files) =>
      tell('generated', (plugin, context) => handlerOf(plugin.generated)?.(freezeDeep(files), context)),
    applied: (report) => tell('applied', (plugin, context) => handlerOf(plugin.applied)?.(freezeDeep(report), context)),
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
    store,
    async close() {
      closing.abort()
      await store()
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

/** Milliseconds, where it is not the same as for all others. */
const hookTimeouts: Readonly<Record<string, number>> = { generated: 120_000 }

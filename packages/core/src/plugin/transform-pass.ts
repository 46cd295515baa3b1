import type { Diagnostic } from '../diagnostics/index.js'
import { handlerOf, HookTimeoutError, pluginFailure } from './call.js'
import type { PluginContext } from './context.js'
import { freezeDeep } from './freeze.js'
import type { Plugin, TransformFilter } from './plugin.js'
import type { TransformStatement } from './values.js'

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

/** What a filter looks at. */
export type FilteredStatement = Pick<TransformStatement, 'kind' | 'name' | 'file' | 'sql'>

/** @param call calls one plugin with a context of its own, within its time */
export function createTransformPass(
  plugins: readonly Plugin[],
  call: (plugin: Plugin, run: (context: PluginContext) => void | Promise<void>) => Promise<void>,
): TransformPass {
  // One that does not answer is not asked about every other statement too.
  const silent = new Set<Plugin>()
  return {
    async transform(statement, judge) {
      const diagnostics: Diagnostic[] = []
      const editors: string[] = []
      const { edit } = statement
      const frozen = Object.freeze({ ...statement, tree: freezeDeep(statement.tree) })
      for (const plugin of plugins) {
        const handler = handlerOf(plugin.transform)
        if (!handler || silent.has(plugin) || !wantsToSee(plugin, statement)) continue
        const before = edit.toString()
        try {
          await call(plugin, (context) => handler(frozen, context))
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
}

/** Whether the plugin transforms statements like this one. */
export function wantsToSee(plugin: Plugin, statement: FilteredStatement): boolean {
  if (plugin.transform === undefined) return false
  const { kind, name, file, sql }: TransformFilter = typeof plugin.transform === 'object' ? plugin.transform.filter : {}
  if (kind !== undefined && !(typeof kind === 'string' ? [kind] : kind).includes(statement.kind)) return false
  if (name && !(statement.name !== undefined && matches(name, statement.name))) return false
  if (file && !matches(file, statement.file)) return false
  return !sql || matches(sql, statement.sql)
}

/** `test` of a pattern with the flag g or y goes on from where it matched last. */
function matches(pattern: RegExp, text: string): boolean {
  return text.search(pattern) >= 0
}

import type { Plugin } from '../plugin/plugin.js'

/** What may stand in `plugins`: plugins, lists of them to any depth, and falsy values for `condition && plugin()`. */
export type PluginOption = Plugin | false | null | undefined | readonly PluginOption[]

/** Flattens the list, drops what is falsy, and puts `enforce: 'pre'` first and `'post'` last; otherwise the order stays. */
export function resolvePlugins(options: readonly PluginOption[]): Plugin[] {
  const plugins = flatten(options)
  const rank = { pre: 0, normal: 1, post: 2 }
  return plugins.sort((a, b) => rank[a.enforce ?? 'normal'] - rank[b.enforce ?? 'normal'])
}

function flatten(options: readonly PluginOption[]): Plugin[] {
  return options.flatMap((option) => {
    if (!option) return []
    return isList(option) ? flatten(option) : [option]
  })
}

function isList(option: Plugin | readonly PluginOption[]): option is readonly PluginOption[] {
  return Array.isArray(option)
}

export { definePlugin, type Hook, type HookMap, type Plugin, type TransformFilter } from './plugin.js'
export type { PluginContext } from './context.js'
export type { GeneratedFile, PluginDiagnostic, SchemaText, TransformStatement } from './values.js'

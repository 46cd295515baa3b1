// From where it stands: the whole catalog package would cost every config with a plugin 60 ms.
export { quoteIdentifier, quoteLiteral, quoteQualified } from '@savepoint/catalog/identifier'
export { definePlugin, type Hook, type HookMap, type Plugin, type TransformFilter } from './plugin.js'
export type { PluginContext } from './context.js'
export type { GeneratedFile, GeneratedReport, PluginDiagnostic, SchemaText, TransformStatement } from './values.js'
export {
  definePluginCommand,
  type CommandInput,
  type OptionDefinition,
  type OptionDefinitions,
  type OptionValues,
  type PluginCommand,
} from './command.js'
export type { Panel, PanelContent, RenderedPanel } from './panel.js'
export { defineObjectKind, type KindObject, type ObjectKind } from './object-kind.js'

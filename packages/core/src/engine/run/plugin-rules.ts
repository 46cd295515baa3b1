import type { Diagnostic, SourceLocation } from '../../diagnostics/index.js'
import type { HookResult } from '../../plugin/container.js'
import type { PluginDiagnostic } from '../../plugin/values.js'
import type { Elaboration } from './elaborator.js'

/** What plugins find wrong, with the place that the user is shown. */
export function describeRules(found: HookResult<PluginDiagnostic>, elaboration: Elaboration): Diagnostic[] {
  return [
    ...found.diagnostics,
    ...found.values.map(({ plugin, value }) => {
      const { location, object } = value
      return describeRule(plugin, value, location ?? (object === undefined ? undefined : elaboration.locate(object)))
    }),
  ]
}

export function describeRule(
  plugin: string,
  { severity, message, why, fix, rule }: PluginDiagnostic,
  location: SourceLocation | undefined,
): Diagnostic {
  return {
    code: 'SP5005',
    severity,
    message: rule === undefined ? message : `${message} (${rule})`,
    plugin,
    ...(location ? { location } : {}),
    ...(why === undefined ? {} : { why }),
    ...(fix === undefined ? {} : { fix }),
  }
}

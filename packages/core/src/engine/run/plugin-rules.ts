import type { Diagnostic, SourceLocation } from '../../diagnostics/index.js'
import { createFrame } from '../../diagnostics/index.js'
import type { HookResult } from '../../plugin/container.js'
import type { PluginDiagnostic } from '../../plugin/values.js'
import type { SourceSet } from '../../sources/reader.js'
import type { Elaboration } from './elaborator.js'

/** What plugins find wrong, with the place and the frame that the user is shown. */
export function describeRules(
  found: HookResult<PluginDiagnostic>,
  elaboration: Elaboration,
  sources?: SourceSet,
): Diagnostic[] {
  return [
    ...found.diagnostics,
    ...found.values.map(({ plugin, value }) => {
      const { severity, message, object, why, fix, rule } = value
      const location = value.location ?? (object === undefined ? undefined : elaboration.locate(object))
      const frame = location && sources && frameOf(location, sources)
      return {
        code: 'SP5005',
        severity,
        message: rule === undefined ? message : `${message} (${rule})`,
        plugin,
        ...(location ? { location } : {}),
        ...(frame ? { frame } : {}),
        ...(why === undefined ? {} : { why }),
        ...(fix === undefined ? {} : { fix }),
      } as const
    }),
  ]
}

function frameOf(location: SourceLocation, { files }: SourceSet): string | undefined {
  const file = files.find(({ path }) => path === location.file)
  return file && createFrame(file.text, location)
}

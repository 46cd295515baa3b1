import { relative } from 'node:path'
import type { Diagnostic } from './diagnostic.js'

/** How parts of a diagnostic are marked; a terminal passes colours, everything else leaves the text as it is. */
export interface DiagnosticStyle {
  error(text: string): string
  warning(text: string): string
  /** Places and labels. */
  dim(text: string): string
}

const same = (text: string): string => text
const plain: DiagnosticStyle = { error: same, warning: same, dim: same }

export interface RenderOptions {
  /** Paths are shown relative to it. @default paths stay absolute */
  root?: string
  style?: DiagnosticStyle
}

/**
 * One diagnostic as text for a terminal or a bundler's error: what, where, the frame, why, and what to do.
 *
 * @returns lines without a final newline
 */
export function renderDiagnostic(diagnostic: Diagnostic, { root, style = plain }: RenderOptions = {}): string {
  const { severity, code, message, location, frame, why, fix, plugin } = diagnostic
  const mark = severity === 'error' ? style.error : style.warning
  const lines = [`${mark(`${severity} ${code}`)}${plugin ? ` (plugin ${plugin})` : ''}: ${message}`]
  if (location) lines.push(style.dim(`  at ${showPath(location.file, root)}:${location.line}:${location.column}`))
  if (frame) lines.push(frame.trimEnd().replaceAll(/^/gm, '  '))
  if (why && why !== message) lines.push(`  ${style.dim('why:')} ${indent(why)}`)
  if (fix) lines.push(`  ${style.dim('fix:')} ${indent(fix)}`)
  return lines.join('\n')
}

/** All of them, with an empty line between two. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join('\n\n')
}

/** What `--json` prints for a failure: the diagnostics as they are, paths relative to the root. */
export function toJson(diagnostics: readonly Diagnostic[], root?: string): { diagnostics: Diagnostic[] } {
  return {
    diagnostics: diagnostics.map((diagnostic) =>
      diagnostic.location
        ? { ...diagnostic, location: { ...diagnostic.location, file: showPath(diagnostic.location.file, root) } }
        : diagnostic,
    ),
  }
}

// What lies outside the project keeps its whole path: `../../../` says less.
function showPath(file: string, root: string | undefined): string {
  if (root === undefined) return file
  const path = relative(root, file)
  return path.startsWith('..') ? file : path
}

function indent(text: string): string {
  return text.trim().replaceAll('\n', '\n       ')
}

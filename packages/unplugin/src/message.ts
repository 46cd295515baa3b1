import { relative } from 'node:path'
import type { Diagnostic } from '@savepoint/core'

/**
 * One diagnostic as the text of a bundler's error. Place and frame stand inside the text, because webpack and Rspack
 * drop a structured position and Bun drops everything but the message.
 *
 * @param root paths are shown relative to it
 */
export function formatDiagnostic(diagnostic: Diagnostic, root: string): string {
  const { location } = diagnostic
  const place = location ? `${relative(root, location.file)}:${location.line}:${location.column}` : undefined
  const plugin = diagnostic.plugin ? ` (plugin ${diagnostic.plugin})` : ''
  const lines = [`[savepoint] ${diagnostic.code}${plugin}: ${diagnostic.message}`]
  if (place) lines.push(`  at ${place}`)
  if (diagnostic.why && diagnostic.why !== diagnostic.message) lines.push(`  why: ${diagnostic.why}`)
  if (diagnostic.fix) lines.push(`  fix: ${diagnostic.fix}`)
  // A blank line sets the frame apart; Vite's overlay takes a frame out of the message when it is given one of its own.
  return diagnostic.frame ? `${lines.join('\n')}\n\n${diagnostic.frame}` : lines.join('\n')
}

/** All of them, the first one first; what a failing build prints. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], root: string): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, root)).join('\n\n')
}

/** The error object that Rollup, Rolldown, Vite and esbuild understand: message, file, position and frame. */
export function createBuildError(diagnostics: readonly Diagnostic[], root: string): Error & BuildErrorFields {
  const first = diagnostics[0]
  const error: Error & BuildErrorFields = new Error(formatDiagnostics(diagnostics, root))
  error.name = 'SavepointError'
  error.plugin = 'savepoint'
  if (first?.location) {
    const { file, line, column } = first.location
    error.id = file
    // Bundlers count columns from 0.
    error.loc = { file, line, column: column - 1 }
  }
  if (first?.frame) error.frame = first.frame
  // A stack of ours says nothing about the user's schema file.
  error.stack = ''
  return error
}

export interface BuildErrorFields {
  plugin?: string
  id?: string
  loc?: { file: string; line: number; column: number }
  frame?: string
}

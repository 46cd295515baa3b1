import type { DiagnosticCode } from './catalogue.js'

export type Severity = 'error' | 'warning'

/** A place in a file that the user wrote. */
export interface SourceLocation {
  /** Absolute path. */
  file: string
  /** From 1. */
  line: number
  /** From 1, in UTF-16 code units, as editors count. */
  column: number
}

/**
 * One thing that went wrong, said so that the reader can act on it.
 * Everything a person sees about a failure (terminal, overlay, `--json`) is made from this.
 */
export interface Diagnostic {
  /** Permanent, such as `SP1001`; one entry in the catalogue, one page in `docs/errors/`. */
  code: DiagnosticCode
  severity: Severity
  /** What happened, in one sentence, with the names involved. */
  message: string
  location?: SourceLocation
  /** Lines around the location in the form that Vite's overlay accepts; see `createFrame`. */
  frame?: string
  /** Why it is a problem: the server's own words, or the rule that was broken. */
  why?: string
  /** What to write or run instead. */
  fix?: string
  /** Name of the plugin that raised it, when one did. */
  plugin?: string
}

/** An `Error` that carries diagnostics. The first one gives the message; `cause` is kept. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError'
  readonly diagnostics: readonly Diagnostic[]

  /** By shape: a config may load a copy of this package that is not the one of the command that reads it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'DiagnosticError' && 'diagnostics' in value
  }

  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics[0]?.message ?? 'unknown failure', options)
    this.diagnostics = diagnostics
  }
}

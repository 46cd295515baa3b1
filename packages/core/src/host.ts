import type { Diagnostic } from './diagnostics/index.js'
import type { SaveReport } from './engine/report.js'

/**
 * The engine's whole knowledge of where it runs. Vite, the other bundlers and the command line each implement it;
 * the engine never imports one of them.
 */
export interface Host {
  /** One line for a person. `detail` only with `--debug`. */
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** The state is red: show these until `clearDiagnostics`. Called again with a new list when it changes. */
  showDiagnostics(diagnostics: readonly Diagnostic[]): void
  /** The state is green again. */
  clearDiagnostics(): void
  /** The development database or generated files changed, or something new waits for a decision: see the report's warnings. */
  saved(report: SaveReport): void
}

import type { ResolvedConfig } from '../config/config.js'
import type { EngineState } from './engine.js'
import type { SaveReport } from './report.js'

/** What does an engine's work: the loop in this process, or a connection to the loop of another. */
export interface Backend {
  /** Resolves when the first run has ended. */
  start(): Promise<void>
  run(): Promise<EngineState>
  settled(): Promise<EngineState>
  accept(ids: readonly string[] | 'all'): Promise<EngineState>
  close(): Promise<void>
}

/** Whom a backend tells what happens, in the order in which it happens. */
export interface BackendListener {
  state(state: EngineState): void
  saved(report: SaveReport): void
  /** Absolute paths of the files whose change is a save. */
  watchedFiles(paths: readonly string[]): void
  /** The config was loaded, or loaded anew. */
  config(config: ResolvedConfig): void
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
}

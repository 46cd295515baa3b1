export interface WorkerInput {
  /** Absolute path; undefined for memory. */
  directory?: string | undefined
  imageDirectory: string
  /** See `BootOptions`. */
  disposable: boolean
  /** The project, from where extension packages are resolved. */
  root: string
  /** Names of extensions to have ready. */
  extensions: string[]
  /** Preferred port, 0 for any. */
  port: number
  /** Milliseconds, see `SessionServerOptions`. */
  idleTransactionWarning: number
  idleTransactionLimit: number
}

export type WorkerMessage =
  | { kind: 'ready'; port: number; version: number }
  | { kind: 'progress' | 'warning' | 'failed' | 'crashed'; text: string }
  | { kind: 'closing' }

export type WorkerRequest = { kind: 'close' }

/** An extension as the worker loads it: PGlite's modules cannot be sent between threads, their addresses can. */
export interface ExtensionModule {
  /** Name in `CREATE EXTENSION`. */
  name: string
  /** `file:` URL of a module that exports it, or, without `exportName`, of the bundle itself. */
  url: string
  exportName?: string
}

export interface WorkerInput {
  /** Absolute path; undefined for memory. */
  directory?: string | undefined
  imageDirectory: string
  extensions: ExtensionModule[]
  /** Preferred port, 0 for any. */
  port: number
}

export type WorkerMessage =
  | { kind: 'ready'; port: number; version: number }
  | { kind: 'progress' | 'warning' | 'failed' | 'crashed'; text: string }
  | { kind: 'closed' }

export type WorkerRequest = { kind: 'close' }

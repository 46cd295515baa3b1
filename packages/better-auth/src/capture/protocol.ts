import type { BetterAuthOptions } from '../options.js'

/** What the worker is asked for. Plain data: it crosses threads. */
export interface CaptureRequest {
  kind: 'capture'
  id: number
  /** URL of the bundled config. */
  url: string
  schema: string | undefined
  defaults: NonNullable<BetterAuthOptions['defaults']>
}

/** Modules to have imported before a config needs them; those that fail are left for the config to fail at. */
export interface PreloadRequest {
  kind: 'preload'
  /** URL of a module that exports `preload()`. */
  url: string
}

/** Everything is imported, or has failed to be. */
export interface PreloadResponse {
  preloaded: string
}

/** Something about the config that its author should know. */
export interface Finding {
  rule: string
  severity: 'error' | 'warning'
  message: string
  why?: string
  fix?: string
}

export interface CapturedSchema {
  /** Version of the project's own better-auth. */
  version: string
  /** Postgres schema that the tables are in. */
  schema: string
  /** Statements joined by `;` and a blank line, as Better Auth writes them. */
  sql: string
  findings: Finding[]
}

export type CaptureResponse =
  | { id: number; schema: CapturedSchema }
  /** `stack` names the user's files by their source maps. */
  | { id: number; error: { message: string; stack: string; finding?: Finding } }

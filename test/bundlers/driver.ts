/** How one build ended. */
export interface BuildResult {
  ok: boolean
  /** Everything that the bundler says about the failure; empty when it went well. */
  message: string
}

/** Where the bundle runs. Node unless a test says otherwise. */
export type Platform = 'node' | 'browser'

/** One bundler, driven through its JavaScript API (Bun: through its binary). */
export interface Driver {
  name: string
  /** Builds once, the plugin checking. For production. */
  build(root: string, platform?: Platform): Promise<BuildResult>
  /**
   * Builds and goes on watching, the plugin's loop running. `onBuild` gets each result.
   * Absent where the bundler cannot watch.
   */
  watch?(root: string, onBuild: (result: BuildResult) => void): Promise<{ close(): Promise<void> }>
}

/** Text of an error as a person would see it, with the errors nested in it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { errors } = error as { errors?: unknown[] }
  return [
    error.message,
    ...(errors ?? []).map((one) =>
      typeof one === 'object' && one !== null && 'text' in one ? String(one.text) : describeError(one),
    ),
  ].join('\n')
}

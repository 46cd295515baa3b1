import { dirname } from 'node:path'
import type { Engine } from '@savepoint/core'

/** Files and folders whose change is a save, for bundlers that rebuild only for what they were told to watch. */
export function watchedPaths(engine: Engine | undefined): { files: readonly string[]; directories: readonly string[] } {
  const files = engine?.watchedFiles() ?? []
  return { files, directories: [...new Set(files.map((file) => dirname(file)))] }
}

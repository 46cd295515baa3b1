import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { readText } from './read-text.js'

/** The files that configs expect to be loaded, the later ones over the earlier; what is set already wins over all. */
export const environmentFiles = ['.env', '.env.local'] as const

export function readEnvironment(root: string): NodeJS.ProcessEnv {
  const fromFiles = environmentFiles.map((name) => parseEnv(readText(join(root, name))))
  return Object.assign({}, ...fromFiles, process.env)
}

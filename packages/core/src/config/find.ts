import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The names that are looked for in each folder, in this order. */
export const configFileNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `savepoint.config.${extension}`)

/**
 * Looks for the config file in `cwd` and upwards, as far as the nearest package root (the folder with a `package.json`).
 * Without any package the search goes up to the top of the file system.
 *
 * @returns the config file, undefined when there is none, and the folder that relative paths start from: the config
 *   file's own, else the package root, else `cwd`
 */
export function findConfigFile(cwd: string): { file?: string; root: string } {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    for (const name of configFileNames) {
      const file = join(folder, name)
      if (existsSync(file)) return { file, root: folder }
    }
    if (existsSync(join(folder, 'package.json'))) return { root: folder }
    if (folder === dirname(folder)) return { root: resolve(cwd) }
  }
}

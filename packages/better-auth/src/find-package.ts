import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Real folder of an installed package, looked up as Node does from `start` upwards. */
export function findPackage(name: string, start: string): string | undefined {
  const manifest = findManifest(name, start)
  return manifest === undefined ? undefined : realpathSync(dirname(manifest))
}

/** Absolute path of an installed package's `package.json`, below the `node_modules` that has it. */
export function findManifest(name: string, start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

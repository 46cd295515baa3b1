import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ourVersion } from '../engine/version.js'

/**
 * What the last good check saw. Everything by content, because a checkout sets the times of files as it likes.
 * This module reads it without loading the config, a parser or a database driver: that is what makes a build with
 * nothing changed cheap.
 */
export interface Stamp {
  /** Of Node and of our packages. */
  versions: string
  /** Content hash of every file that was looked at, by absolute path. */
  files: Record<string, string>
  /** Names of all files in the folders that schema files, migrations and generated files come from, by folder. */
  folders: Record<string, string[]>
  /** What the config said. Only to be asked where it can say something else with the same text. */
  config?: string
}

/** Folders that are huge, or ours. */
const passedOver = new Set(['node_modules', '.git', '.savepoint', '.draft'])

// A config that reads its environment, or plugins that say what their output depends on, must be run to know what it says.
const impureRE = /\benv\b|plugins/

/** Whether files and versions are those of the stamp, and if so whether the config has to be asked as well. */
export function compareStamp(path: string): 'different' | 'same' | { asConfigured: string } {
  const stamp = readStamp(path)
  if (!stamp || stamp.versions !== describeVersions()) return 'different'
  for (const [folder, names] of Object.entries(stamp.folders))
    if (listFolder(folder).join('\0') !== names.join('\0')) return 'different'
  for (const [file, hash] of Object.entries(stamp.files)) if (hashFile(file) !== hash) return 'different'
  return stamp.config === undefined ? 'same' : { asConfigured: stamp.config }
}

/**
 * @param files absolute paths of the config file, what it imports, and every other file that counts
 * @param folders absolute paths
 */
export function createStamp(
  files: Iterable<string>,
  folders: Iterable<string>,
  configFiles: readonly string[],
  config: string,
): Stamp {
  const listed = [...folders].map((folder): [string, string[]] => [folder, listFolder(folder)])
  const all = new Set([
    ...files,
    ...configFiles,
    ...listed.flatMap(([folder, names]) => names.map((name) => join(folder, name))),
  ])
  return {
    versions: describeVersions(),
    files: Object.fromEntries([...all].sort().map((file) => [file, hashFile(file)])),
    folders: Object.fromEntries(listed),
    ...(configFiles.some((file) => impureRE.test(readText(file))) ? { config } : {}),
  }
}

/** Where nothing can be written, as in some build containers, the next check just looks again. */
export function writeStamp(path: string, stamp: Stamp): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(temporary, JSON.stringify(stamp))
    renameSync(temporary, path)
  } catch {
    // See above.
  }
}

/** Each environment of a config is a project of its own. */
export function stampPath(
  stateDirectory: string,
  configFile: string | undefined,
  environment: string | undefined,
): string {
  const parts = [configFile === undefined ? '' : basename(configFile), environment ?? '']
  return join(
    stateDirectory,
    `check${parts.map((part) => (part === '' ? '' : `.${part.replaceAll(/\W+/g, '-')}`)).join('')}.stamp`,
  )
}

function readStamp(path: string): Stamp | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Stamp
  } catch {
    return undefined
  }
}

function listFolder(folder: string): string[] {
  const names: string[] = []
  const visit = (below: string): void => {
    let entries
    try {
      entries = readdirSync(join(folder, below), { withFileTypes: true })
    } catch {
      return
    }
    for (const entry of entries) {
      if (passedOver.has(entry.name)) continue
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) visit(name)
      else names.push(name)
    }
  }
  visit('')
  return names.sort()
}

function hashFile(path: string): string {
  try {
    return createHash('sha1').update(readFileSync(path)).digest('base64url')
  } catch {
    return 'missing'
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function describeVersions(): string {
  return `${process.version} ${ourVersion()}`
}

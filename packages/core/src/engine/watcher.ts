import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, sep } from 'node:path'
import { watch } from 'chokidar'
import type { ResolvedConfig } from '../config/config.js'

/** What is looked at, and what of it counts. Paths are absolute. */
export interface WatchTargets {
  /** Folders in which files come and go; they need not exist yet. */
  directories: readonly string[]
  /** Single files outside of them. */
  files: readonly string[]
  /** Whether a path inside the folders matters. */
  matters(path: string): boolean
}

export interface Watcher {
  /** Resolves when changes from now on will be noticed, and when the watcher is closed before. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

// Folders that can be huge or that we write to ourselves.
const ignoredFolders = ['node_modules', '.git', '.savepoint', '.draft']

/**
 * Reports paths whose file may have changed: created, written, renamed, deleted. More often than needed rather than not:
 * whoever listens reads the files and judges by their content.
 */
export function createWatcher(
  targets: WatchTargets,
  onChange: (path: string) => void,
  onError: (error: Error) => void,
): Watcher {
  const files = new Set(targets.files)
  const isInside = (path: string): boolean => targets.directories.some((folder) => contains(folder, path))
  const isOnTheWay = (path: string): boolean =>
    targets.directories.some((folder) => contains(path, folder)) || targets.files.some((file) => contains(path, file))
  const notice = (path: string): void => {
    if (files.has(path) || (!isIgnored(path) && isInside(path) && targets.matters(path))) onChange(path)
  }
  // What does not exist yet is waited for in the nearest folder that does; chokidar can do that too, but says that it is
  // ready before it is. A file is watched through its folder, because an editor may put another file into its place.
  const roots = [...targets.directories, ...targets.files.map((file) => dirname(file))].map(nearestFolder)
  const watcher = watch([...new Set(roots)], {
    ignoreInitial: true,
    ignored: (path) => !isOnTheWay(path) && (isIgnored(path) || !isInside(path)),
    ignorePermissionErrors: true,
  })
  watcher.on('all', (_event, path) => notice(path))
  // chokidar drops a change that follows another within 50 ms, and holds a deletion back for 100 ms. Its raw events are
  // neither dropped nor late, but they can be missing for a file that was just replaced, so both are listened to.
  watcher.on('raw', (_event, name, details: unknown) => {
    const watched = readWatchedPath(details)
    if (watched === undefined || !name) return
    const isItself = basename(watched) === basename(name) && (files.has(watched) || extname(watched) !== '')
    notice(isItself ? watched : join(watched, name))
  })
  watcher.on('error', (error) => onError(error instanceof Error ? error : new Error(String(error))))
  let readied = (): void => undefined
  const ready = new Promise<void>((resolve) => {
    readied = resolve
    watcher.once('ready', resolve)
  })
  return {
    ready,
    async close() {
      await watcher.close()
      // Closed before it was ready, chokidar never says so, and whoever waits for that would wait for ever.
      readied()
    },
  }
}

/**
 * Everything whose change starts a run: schema and query files, the config with its imports, migrations.
 *
 * @param others further files, such as those that plugins watch
 */
export function createTargets(config: ResolvedConfig, others: Iterable<string>): WatchTargets {
  const { pre, schema, post } = config.schema
  const globs = [...pre, ...schema, ...post, ...(config.client?.queries ?? [])].filter((glob) => !glob.startsWith('!'))
  const migrations = config.migrations?.directory
  const extensions = new Set(globs.map((glob) => /\.\w+$/.exec(glob)?.[0] ?? ''))
  const files = [...new Set([...config.configDependencies, ...others])]
  return {
    directories: [...new Set([...globs.map(globBase), ...(migrations === undefined ? [] : [migrations])])],
    files,
    matters(path) {
      if (migrations !== undefined && path.startsWith(`${migrations}${sep}`)) return extname(path) !== ''
      return extensions.has('') || extensions.has(extname(path))
    },
  }
}

/** The folder that everything a glob can match lies in. */
export function globBase(glob: string): string {
  const segments = glob.split('/')
  const magic = segments.findIndex((segment) => /[*?[\]{}()!+@]/.test(segment.replaceAll(/\\./g, '')))
  const fixed = magic === -1 ? segments.slice(0, -1) : segments.slice(0, magic)
  return fixed.join('/').replaceAll(/\\(.)/g, '$1') || '/'
}

function isIgnored(path: string): boolean {
  let folder = path
  while (folder !== dirname(folder)) {
    if (ignoredFolders.includes(basename(folder))) return true
    folder = dirname(folder)
  }
  return false
}

function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function nearestFolder(path: string): string {
  let folder = path
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

function readWatchedPath(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined
}

import { join, relative, sep } from 'node:path'
import fastGlob from 'fast-glob'
import type { ResolvedConfig } from '../config/config.js'
import { nodeFileSystem, type FileSystem } from '../emit/file-system.js'
import { isGenerated } from '../emit/ownership.js'

/** What may have been generated for a query file. Paths relative to the root, with `/`. */
function generatedFor(query: string, declarations: string): string[] {
  const declaration = `${declarations}${query.replace(/\.sql$/, '.d.sql.ts')}`
  return [declaration, `${declaration}.map`, `${query}.ts`]
}

/** Where declarations stand, relative to the root: nothing, or a folder and `/`. */
function declarationPrefix({ client, root }: ResolvedConfig): string {
  if (client?.declarations === undefined) return ''
  return `${relative(root, client.declarations).split(sep).join('/')}/`
}

/**
 * Generated modules whose query file is gone: of those that were there before, or at the first look, of all that lie where the globs look.
 *
 * @param present query files, relative to the root
 * @param before the same at the last look; undefined at the first
 */
export async function findOrphans(
  config: ResolvedConfig,
  present: ReadonlySet<string>,
  before: ReadonlySet<string> | undefined,
): Promise<string[]> {
  const prefix = declarationPrefix(config)
  if (before) return [...before].filter((path) => !present.has(path)).flatMap((path) => generatedFor(path, prefix))
  const globs = (config.client?.queries ?? []).filter((glob) => !glob.startsWith('!') && glob.endsWith('.sql'))
  const found = await fastGlob(
    globs.flatMap((glob) => [glob.replace(/\.sql$/, '.d.sql.ts'), `${glob}.ts`]),
    { absolute: true, ignore: ['**/node_modules/**'] },
  )
  return found
    .map((path) => relative(config.root, path).split(sep).join('/'))
    .map((path) => path.replace(/\.d\.sql\.ts$/, '.sql').replace(/\.sql\.ts$/, '.sql'))
    .filter((path) => !present.has(path))
    .flatMap((path) => generatedFor(path, prefix))
}

/**
 * Removes those of the files that we have written; a file of somebody else stays.
 * @returns absolute paths of what was removed
 */
export async function removeOrphans(
  orphans: readonly string[],
  root: string,
  files: FileSystem = nodeFileSystem,
): Promise<string[]> {
  const removed: string[] = []
  for (const orphan of orphans) {
    const path = join(root, orphan)
    const text = await files.read(path).catch(() => undefined)
    if (text === undefined || !isGenerated(text)) continue
    // What cannot be removed now is found again at the next start.
    await files.remove(path).then(
      () => removed.push(path),
      () => undefined,
    )
  }
  return removed
}

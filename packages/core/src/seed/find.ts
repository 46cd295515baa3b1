import { basename, extname } from 'node:path'
import fastGlob from 'fast-glob'
import { DiagnosticError } from '../diagnostics/index.js'
import { suggestNearest } from '../diagnostics/suggestion.js'

/** A seed file. */
export interface SeedFile {
  /** Absolute path. */
  path: string
  /** What it is called by: the file's name without number and ending, `users` for `01_users.sql`. */
  name: string
}

/**
 * Finds the seed files in the order of their names.
 *
 * @param globs absolute
 * @param names only these, in the given order
 * @throws DiagnosticError SP1007 for a name that no file has
 */
export async function findSeeds(globs: readonly string[], names: readonly string[] = []): Promise<SeedFile[]> {
  const paths = await fastGlob([...globs], { absolute: true, unique: true })
  const seeds = paths
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .map((path): SeedFile => ({ path, name: basename(path, extname(path)).replace(/^\d+[_-]/, '') }))
  if (names.length === 0) return seeds
  return names.map((name) => {
    const seed = seeds.find((known) => known.name === name || basename(known.path) === name)
    if (seed) return seed
    const known = seeds.map((one) => one.name)
    const nearest = suggestNearest(name, known)
    throw new DiagnosticError([
      {
        code: 'SP1007',
        severity: 'error',
        message: `there is no seed "${name}"`,
        fix:
          known.length === 0
            ? `Write one: seeds/${name}.sql`
            : `${nearest ? `Did you mean ${nearest}? ` : ''}There are: ${known.join(', ')}.`,
      },
    ])
  })
}

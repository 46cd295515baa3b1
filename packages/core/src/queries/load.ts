import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { emitQueryModule, generateQueries } from '@savepoint/client'
import type { ResolvedConfig } from '../config/config.js'
import type { Diagnostic } from '../diagnostics/index.js'
import { queryOptions, readCache, readQueryFiles } from './queries.js'

export interface LoadedQueries {
  /** JavaScript; absent after an error. */
  code?: string
  diagnostics: readonly Diagnostic[]
}

/**
 * A query file as a JavaScript module, from the committed answers and without a database: whether they are those of the schema is what the
 * check of a build looks at.
 *
 * @param path absolute
 * @param production leave comments and space out of the SQL; otherwise each statement says where it comes from
 * @returns undefined for a file that the config does not name as one of queries
 */
export async function loadQueryModule(
  config: ResolvedConfig,
  path: string,
  production: boolean,
): Promise<LoadedQueries | undefined> {
  const wanted = relative(config.root, path).split(sep).join('/')
  const file = (await readQueryFiles(config)).find((each) => each.path === wanted)
  if (!file) return undefined
  const options = { ...queryOptions(config), minify: production, development: !production }
  const result = await generateQueries([{ path: file.path, text: await readFile(path, 'utf8') }], {
    ...options,
    cache: await readCache(config),
  })
  const [module] = result.modules
  const diagnostics = result.diagnostics.map(({ location, ...diagnostic }) => ({
    ...diagnostic,
    ...(location && { location: { ...location, file: join(config.root, location.file) } }),
  }))
  return { diagnostics, ...(module?.complete && { code: emitQueryModule(module, options) }) }
}

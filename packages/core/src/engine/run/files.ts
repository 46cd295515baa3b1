import { relative, resolve } from 'node:path'
import type { Catalog } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import { emitFiles } from '../../emit/emit.js'
import type { Project } from '../project.js'
import { generateClient } from './types.js'

/** Writes what follows from the desired state: the client's types, and the files of plugins. Paths are absolute. */
export async function writeFiles(
  { config, plugins }: Project,
  catalog: Catalog,
): Promise<{ paths: string[]; diagnostics: readonly Diagnostic[] }> {
  const { client, root } = config
  const { written, removed, diagnostics } = client
    ? await emitFiles(generateClient(catalog, config), { directory: client.directory, root })
    : { written: [], removed: [], diagnostics: [] }
  if (!plugins.has('generate')) return { paths: [...written, ...removed], diagnostics }
  const generated = await plugins.generate(catalog)
  const others = await emitFiles(
    generated.values.map(({ value }) => ({ path: relative(root, resolve(root, value.path)), content: value.content })),
    { directory: root, root, keepStale: true },
  )
  return {
    paths: [...written, ...removed, ...others.written],
    diagnostics: [...diagnostics, ...generated.diagnostics, ...others.diagnostics],
  }
}

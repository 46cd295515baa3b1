import { relative, resolve } from 'node:path'
import type { Catalog } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import { emitFiles, type EmittedFile } from '../../emit/emit.js'
import type { Project } from '../project.js'
import { removeOrphans } from '../../queries/orphans.js'
import type { GeneratedReport } from '../../plugin/values.js'
import type { QueryFiles } from '../../queries/queries.js'
import { generateClient } from './types.js'

/** What follows from the desired state, not yet on disk. */
export interface PreparedFiles {
  /** Relative to the client's directory. */
  client: readonly EmittedFile[]
  /** Of queries and plugins, relative to the root. */
  others: readonly EmittedFile[]
  /** To be removed where they are ours; relative to the root. */
  orphans: readonly string[]
  diagnostics: readonly Diagnostic[]
}

/** What is known before anything is generated: the queries' files, and texts of plugins that are kept as files. */
export interface KnownFiles extends QueryFiles {
  emitted: readonly EmittedFile[]
}

/** The client's types, the queries' modules, and the files of plugins. */
export async function prepareFiles(
  { config, plugins, queries, elaborator }: Project,
  catalog: Catalog,
  known: KnownFiles,
): Promise<PreparedFiles> {
  const { orphans } = known
  const client = [...known.client]
  const own = [...known.others, ...known.emitted]
  if (config.client)
    client.push(...generateClient(catalog, config, await queries.viewColumnsNotNull(catalog, elaborator.use)))
  if (!plugins.has('generate')) return { client, others: own, orphans, diagnostics: [] }
  const { values, diagnostics } = await plugins.generate(catalog)
  const others = values.map(({ value: { path, content } }) => ({
    path: relative(config.root, resolve(config.root, path)),
    content,
  }))
  return { client, others: [...own, ...others], orphans, diagnostics }
}

/** Writes what is not on disk already, and lets plugins run what reads it. Paths are absolute. */
export async function writeFiles(
  { config: { client, root }, plugins }: Project,
  prepared: PreparedFiles,
  reason: GeneratedReport['reason'],
): Promise<{ paths: string[]; diagnostics: readonly Diagnostic[] }> {
  const results = [
    ...(client ? [await emitFiles(prepared.client, { directory: client.directory, root })] : []),
    ...(prepared.others.length > 0
      ? [await emitFiles(prepared.others, { directory: root, root, keepStale: true })]
      : []),
  ]
  const paths = [
    ...results.flatMap(({ written, removed }) => [...written, ...removed]),
    ...(await removeOrphans(prepared.orphans, root)),
  ]
  const diagnostics = [...prepared.diagnostics, ...results.flatMap((result) => result.diagnostics)]
  if (plugins.has('generated'))
    diagnostics.push(...(await plugins.generated({ written: paths.map((path) => relative(root, path)), reason })))
  return { paths, diagnostics }
}

import { readExtensionNames } from '../../sources/extensions.js'
import type { SourceSet } from '../../sources/reader.js'
import type { Project } from '../project.js'

/** The schema files as they are now. Before anything is started, so that PGlite knows which extensions to load. */
export async function readSources(project: Project, changed: readonly string[] | undefined): Promise<SourceSet> {
  const sources = await project.reader.read(changed)
  await project.useExtensions(readExtensionNames(sources.statements))
  return sources
}

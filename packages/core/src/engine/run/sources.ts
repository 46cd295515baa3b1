import type { SourceSet } from '../../sources/reader.js'
import type { Project } from '../project.js'
import { readExtensions } from '../servers.js'

/** The schema files as they are now. Before anything is started, so that PGlite knows which extensions to load. */
export async function readSources(project: Project, changed: readonly string[] | undefined): Promise<SourceSet> {
  const sources = await project.reader.read(changed)
  await project.useExtensions(readExtensions(sources.statements))
  return sources
}

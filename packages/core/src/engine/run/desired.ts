import type { Catalog } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import { withFrame } from '../../sources/file-statements.js'
import type { SourceSet } from '../../sources/reader.js'
import type { Project } from '../project.js'
import type { Elaboration } from './elaborator.js'
import { describeRules } from './plugin-rules.js'
import { namePlugin } from './plugin-text.js'
import type { Stopwatch } from './stopwatch.js'

/** What the schema files and plugins say at one moment. */
export interface Desired {
  /** Absolute paths of the schema files. */
  files: readonly string[]
  /** With an error among them `elaboration` is absent. */
  diagnostics: readonly Diagnostic[]
  elaboration?: Elaboration & { catalog: Catalog }
  /** Gives a diagnostic the lines around its place. */
  frame(diagnostic: Diagnostic): Diagnostic
}

/**
 * From files to the desired catalog: read, plugins' texts, plugins' transforms, elaborate, plugins' `post`, plugins' rules.
 *
 * @param changed absolute paths that may have changed; undefined looks at everything
 */
export async function readDesired(
  project: Project,
  changed: readonly string[] | undefined,
  stopwatch?: Stopwatch,
): Promise<Desired> {
  const { reader, texts, transformer, elaborator, plugins, pluginFiles } = project
  stopwatch?.stage('read')
  const read = await reader.read(changed)
  const files = read.files.map(({ path }) => path)
  const before = await texts.before(!changed || changed.some((path) => pluginFiles.has(path)))
  const transformed = await transformer.transform([...before.statements, ...read.statements])
  const sources: SourceSet = {
    files: [...before.files, ...read.files],
    statements: transformed.statements,
    diagnostics: [
      // A project whose schema comes from plugins alone has no files, and that is no mistake.
      ...read.diagnostics.filter(({ code }) => code !== 'SP1008' || before.files.length === 0),
      ...before.diagnostics,
      ...transformed.diagnostics,
    ],
  }
  const frame = (diagnostic: Diagnostic): Diagnostic =>
    diagnostic.frame === undefined
      ? withFrame(diagnostic, sources.files.find(({ path }) => path === diagnostic.location?.file)?.text)
      : diagnostic
  if (hasErrors(sources.diagnostics)) return { files, diagnostics: sources.diagnostics, frame }

  stopwatch?.stage('elaborate')
  let elaboration = await elaborator.elaborate(sources)
  let diagnostics = [...sources.diagnostics, ...elaboration.diagnostics.map(namePlugin)]
  if (!isElaborated(elaboration)) return { files, diagnostics, frame }
  // The hooks ask it where things are.
  project.elaboration = elaboration

  const after = await texts.after(elaboration.catalog)
  diagnostics = [...diagnostics, ...after.diagnostics]
  if (after.statements.length > 0 && !hasErrors(after.diagnostics)) {
    const all = {
      ...sources,
      files: [...sources.files, ...after.files],
      statements: [...sources.statements, ...after.statements],
    }
    elaboration = await elaborator.elaborate(all)
    diagnostics = [...sources.diagnostics, ...after.diagnostics, ...elaboration.diagnostics.map(namePlugin)]
    if (!isElaborated(elaboration)) return { files, diagnostics, frame }
    project.elaboration = elaboration
  }
  if (plugins.has('catalog')) {
    const found = await plugins.catalog(elaboration.catalog)
    diagnostics = [...diagnostics, ...describeRules(found, elaboration).map(frame)]
  }
  return hasErrors(diagnostics) ? { files, diagnostics, frame } : { files, diagnostics, elaboration, frame }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

function isElaborated(elaboration: Elaboration): elaboration is Elaboration & { catalog: Catalog } {
  return elaboration.catalog !== undefined && !hasErrors(elaboration.diagnostics)
}

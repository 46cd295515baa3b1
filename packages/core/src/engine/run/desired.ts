import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Catalog } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import type { EmittedFile } from '../../emit/emit.js'
import { withFrame } from '../../sources/file-statements.js'
import type { SourceSet } from '../../sources/reader.js'
import type { Project } from '../project.js'
import type { Elaboration } from './elaborator.js'
import { describeRules } from './plugin-rules.js'
import { namePlugin } from './plugin-text.js'
import type { SchemaInput } from './schema-input.js'
import type { Stopwatch } from './stopwatch.js'
import type { Transformed } from './transform.js'

/** What the schema files and plugins say at one moment. */
export interface Desired {
  /** Absolute paths of the schema files. */
  files: readonly string[]
  /** Texts of plugins that are kept as files too; relative to the root. */
  emitted: readonly EmittedFile[]
  /** With an error among them `elaboration` is absent. */
  diagnostics: readonly Diagnostic[]
  elaboration?: ElaboratedSchema
  /** What was elaborated. */
  sources: SourceSet
  /** Gives a diagnostic the lines around its place. */
  frame(diagnostic: Diagnostic): Diagnostic
}

export type ElaboratedSchema = Elaboration & { catalog: Catalog }

/** The statements that Postgres is to elaborate. */
export interface ReadSources extends Pick<Transformed, 'nameEditors'>, Pick<Desired, 'files' | 'emitted'> {
  /** Its diagnostics include those of plugins; with an error among them it is not complete. */
  sources: SourceSet
}

// A plugin that edits the files anew each time that it sees them would keep everybody waiting.
const mostEdits = 5

/**
 * From files to the desired catalog: read, plugins' texts, plugins' transforms, elaborate, plugins' `post`, plugins' rules.
 * Begins anew when a plugin has edited a file, so that nothing is made of a text that is on its way to another one.
 *
 * @param changed absolute paths that may have changed; undefined looks at everything
 */
export async function readDesired(
  { input, elaborator }: Pick<Project, 'input' | 'elaborator'>,
  changed: readonly string[] | undefined,
  stopwatch?: Stopwatch,
): Promise<Desired> {
  let stale = changed
  for (let round = 0; ; round++) {
    stopwatch?.stage('read')
    const read = await readSources(input, stale)
    const { files, emitted } = read
    const frame = createFrames(read.sources)
    if (hasErrors(read.sources.diagnostics)) return { ...read, diagnostics: read.sources.diagnostics, frame }
    stopwatch?.stage('elaborate')
    const desired = await elaborateSources(input, read, elaborator.elaborate)
    const edited = input.takeEdited()
    if (edited.length === 0) return { files, emitted, frame, ...desired, diagnostics: desired.diagnostics.map(frame) }
    if (round === mostEdits)
      return { ...read, frame, diagnostics: [...desired.diagnostics.map(frame), endlessEdits(edited)] }
    stale = edited
  }
}

/** Reads the files, adds what plugins give, and lets plugins edit the statements. */
export async function readSources(input: SchemaInput, changed: readonly string[] | undefined): Promise<ReadSources> {
  const { reader, texts, transformer, pluginFiles } = input
  // First, because what a plugin reads it may also have caused to be there.
  const before = await texts.before(!changed || changed.some((path) => pluginFiles.has(path)))
  const read = await reader.read(changed)
  input.files = read.files
  // A text that is kept as a file is taken from the plugin, which is always as new as the file or newer.
  const kept = new Set(before.files.map(({ path }) => path))
  const isOwn = ({ path }: { path: string }): boolean => !kept.has(path)
  const transformed = await transformer.transform([
    ...before.statements,
    ...read.statements.filter(({ file }) => !kept.has(file)),
  ])
  return {
    nameEditors: transformed.nameEditors,
    files: read.files.filter(isOwn).map(({ path }) => path),
    emitted: before.emitted,
    sources: {
      files: [...before.files, ...read.files.filter(isOwn)],
      statements: transformed.statements,
      diagnostics: [
        // A project whose schema comes from plugins alone has no files, and that is no mistake.
        ...read.diagnostics.filter(
          ({ code, location }) =>
            (code !== 'SP1008' || before.files.length === 0) && !(location && kept.has(location.file)),
        ),
        ...before.diagnostics,
        ...transformed.diagnostics,
      ],
    },
  }
}

/**
 * Lets Postgres elaborate what was read, then once more with what the plugins' `post` adds to that, and asks the
 * plugins' rules.
 *
 * @param read without errors
 * @param elaborate called once or twice
 */
export async function elaborateSources(
  input: SchemaInput,
  { sources, nameEditors }: Pick<ReadSources, 'sources' | 'nameEditors'>,
  elaborate: (sources: SourceSet) => Promise<Elaboration>,
): Promise<{ diagnostics: readonly Diagnostic[]; elaboration?: ElaboratedSchema; sources: SourceSet }> {
  const { texts, plugins } = input
  const name = (diagnostic: Diagnostic): Diagnostic => nameEditors(namePlugin(diagnostic))
  let all = sources
  let elaboration = await elaborate(all)
  let diagnostics = [...sources.diagnostics, ...elaboration.diagnostics.map(name)]
  if (!isElaborated(elaboration)) return { diagnostics, sources }
  // The hooks ask it where things are.
  input.elaboration = elaboration

  const after = await texts.after(elaboration.catalog, all.statements)
  diagnostics = [...diagnostics, ...after.diagnostics]
  if (after.statements.length > 0 && !hasErrors(after.diagnostics)) {
    all = {
      ...sources,
      files: [...sources.files, ...after.files],
      statements: [...sources.statements, ...after.statements],
    }
    elaboration = await elaborate(all)
    diagnostics = [...sources.diagnostics, ...after.diagnostics, ...elaboration.diagnostics.map(name)]
    if (!isElaborated(elaboration)) return { diagnostics, sources: all }
    input.elaboration = elaboration
  }
  if (plugins.has('catalog'))
    diagnostics = [...diagnostics, ...describeRules(await plugins.catalog(elaboration.catalog), elaboration)]
  return hasErrors(diagnostics) ? { diagnostics, sources: all } : { diagnostics, elaboration, sources: all }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

function createFrames({ files }: SourceSet): Desired['frame'] {
  return (diagnostic) =>
    diagnostic.frame === undefined
      ? withFrame(
          diagnostic,
          files.find(({ path }) => path === diagnostic.location?.file)?.text ?? readText(diagnostic),
        )
      : diagnostic
}

/** Of a file that is no schema file: one that a plugin's text was made from. */
function readText({ location }: Diagnostic): string | undefined {
  if (location === undefined || !isAbsolute(location.file)) return undefined
  try {
    return readFileSync(location.file, 'utf8')
  } catch {
    return undefined
  }
}

function isElaborated(elaboration: Elaboration): elaboration is ElaboratedSchema {
  return elaboration.catalog !== undefined && !hasErrors(elaboration.diagnostics)
}

function endlessEdits(files: readonly string[]): Diagnostic {
  return {
    code: 'SP5004',
    severity: 'error',
    message: `plugins go on editing ${files.join(', ')}`,
    why: `after ${mostEdits} edits one after the other they still find something to change in what they wrote`,
    fix: 'Two plugins may want the opposite of each other: take one out of the config, or let one only report.',
  }
}

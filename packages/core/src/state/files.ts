import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { analyse } from '../elaborate/analysis.js'
import { readSources, type ReadSources } from '../engine/run/desired.js'
import { createSchemaInput, type SchemaInput, type SchemaInputOptions } from '../engine/run/schema-input.js'
import { readExtensionNames } from '../sources/extensions.js'
import { leaveOut } from '../repeatable/leave-out.js'
import { quoteRE } from '../sources/quote.js'
import type { SourceSet } from '../sources/reader.js'

/** Schema files as they were read, with what plugins add and edit, before a server has seen them. */
export interface SchemaFiles extends Pick<ReadSources, 'sources' | 'nameEditors'> {
  input: SchemaInput
  /** Texts by path, for frames. */
  texts: ReadonlyMap<string, string>
  /** Extensions that the statements create. */
  extensions: readonly string[]
  /** Roles that the statements create. */
  roles: readonly string[]
}

/**
 * Reads schema files and asks the plugins. What is wrong inside of them is in `sources.diagnostics`; no file at all, or one
 * that cannot be read, is thrown as SP1008 and SP1007.
 *
 * @param leftOut absolute paths of files that do not count
 */
export async function readPhases(
  config: Parameters<typeof createSchemaInput>[0],
  { log, leftOut = new Set() }: Pick<SchemaInputOptions, 'log'> & { leftOut?: ReadonlySet<string> },
): Promise<SchemaFiles> {
  const input = createSchemaInput(config, { log, mayEdit: false })
  const read = await readSources(input, undefined)
  const sources = leaveOut(read.sources, leftOut)
  const missing = sources.diagnostics.filter(({ code }) => code === 'SP1008' || code === 'SP1007')
  if (missing.length > 0) throw new DiagnosticError(missing)
  return {
    input,
    sources,
    nameEditors: read.nameEditors,
    texts: new Map(sources.files.map(({ path, text }) => [path, text])),
    extensions: readExtensionNames(sources.statements),
    roles: readRoles(sources),
  }
}

// Also those in a DO block, which is how a script makes a role that may be there already.
const createRoleRE = /\bcreate\s+(?:role|user|group)\b/i

function readRoles({ statements }: SourceSet): string[] {
  return statements
    .filter(({ sql }) => createRoleRE.test(sql))
    .flatMap(({ sql }) => analyse(sql).defines)
    .filter(({ space }) => space === 'role')
    .map(({ name }) => name)
}

const tablespaceRE = new RegExp(String.raw`\btablespace\s*(?:=\s*)?'?(${quoteRE.source}|\w+)`, 'gi')

/** Tablespaces that texts name, as a guess: a word too many costs an empty folder on a server that is thrown away. */
export function readTablespaces(texts: Iterable<string>): string[] {
  const names = [...texts].flatMap((text) =>
    [...text.matchAll(tablespaceRE)].map(([, name = '']) =>
      name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
    ),
  )
  return [...new Set(names)].filter((name) => name !== '' && !name.startsWith('pg_'))
}

export function errorsOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error')
}

export function warningsOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'warning')
}

import type { ResolvedConfig } from '../config/config.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { analyse } from '../elaborate/analysis.js'
import { readExtensionNames } from '../sources/extensions.js'
import { leaveOut } from '../repeatable/leave-out.js'
import { quoteRE } from '../sources/quote.js'
import { createSourceReader, type PhaseGlobs, type SourceSet } from '../sources/reader.js'

/** Schema files as they were read, before a server has seen them. */
export interface SchemaFiles {
  sources: SourceSet
  /** Texts by path, for frames. */
  texts: ReadonlyMap<string, string>
  /** Extensions that the statements create. */
  extensions: readonly string[]
  /** Roles that the statements create. */
  roles: readonly string[]
}

/**
 * Reads schema files. What is wrong inside of them is in `sources.diagnostics`; no file at all, or one that cannot be read, is
 * thrown as SP1008 and SP1007.
 *
 * @param leftOut absolute paths of files that do not count
 */
export async function readPhases(
  schema: PhaseGlobs,
  { root, repeatable }: Pick<ResolvedConfig, 'root' | 'repeatable'>,
  leftOut: ReadonlySet<string> = new Set(),
): Promise<SchemaFiles> {
  const sources = leaveOut(await createSourceReader({ root, schema, repeatable }).read(), leftOut)
  const missing = sources.diagnostics.filter(({ code }) => code === 'SP1008' || code === 'SP1007')
  if (missing.length > 0) throw new DiagnosticError(missing)
  return {
    sources,
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

import { relative } from 'node:path'
import type { ResolvedConfig } from '../config/config.js'
import { openForChecking } from '../check/full-check.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { hasErrors, readDesired } from './run/desired.js'
import { prepareFiles, writeFiles } from './run/files.js'

export interface GenerateResult {
  /** Files that were written or removed, relative to the root; empty when all were right already. */
  written: readonly string[]
  /** Warnings, and SP6002 for files that could not be written. */
  diagnostics: readonly Diagnostic[]
}

/**
 * Writes the generated files for what the schema files say, without a development database.
 *
 * @throws DiagnosticError when the schema files do not elaborate, or a query does not fit them
 */
export async function generateProject(config: ResolvedConfig): Promise<GenerateResult> {
  const project = openForChecking(config, { mayEdit: true })
  try {
    const { diagnostics, elaboration, emitted } = await readDesired(project, undefined)
    if (!elaboration) throw new DiagnosticError(diagnostics)
    const queries = await project.queries.generate(elaboration.catalog, project.elaborator.use)
    if (hasErrors(queries.diagnostics)) throw new DiagnosticError(queries.diagnostics)
    const prepared = await prepareFiles(project, elaboration.catalog, { ...queries, emitted })
    const files = await writeFiles(project, prepared, 'command')
    return {
      written: files.paths.map((path) => relative(config.root, path)),
      diagnostics: [...diagnostics, ...queries.diagnostics, ...files.diagnostics],
    }
  } finally {
    await project.close()
  }
}

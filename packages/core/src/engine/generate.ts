import { relative } from 'node:path'
import type { ResolvedConfig } from '../config/config.js'
import { openForChecking } from '../check/check.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { writeFiles } from './run/files.js'

export interface GenerateResult {
  /** Files that were written or removed, relative to the root; empty when all were right already. */
  written: readonly string[]
  /** Warnings, and SP6002 for files that could not be written. */
  diagnostics: readonly Diagnostic[]
}

/**
 * Writes the generated files for what the schema files say, without a development database.
 *
 * @throws DiagnosticError when the schema files do not elaborate
 */
export async function generateProject(config: ResolvedConfig): Promise<GenerateResult> {
  const project = openForChecking(config)
  try {
    const sources = await project.reader.read()
    failOnErrors(sources.diagnostics)
    const elaboration = await project.elaborator.elaborate(sources)
    failOnErrors(elaboration.diagnostics)
    if (!elaboration.catalog) throw new DiagnosticError(elaboration.diagnostics)
    project.elaboration = elaboration
    const { paths, diagnostics } = await writeFiles(project, elaboration.catalog)
    return {
      written: paths.map((path) => relative(config.root, path)),
      diagnostics: [...sources.diagnostics, ...elaboration.diagnostics, ...diagnostics],
    }
  } finally {
    await project.close()
  }
}

function failOnErrors(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new DiagnosticError(diagnostics)
}

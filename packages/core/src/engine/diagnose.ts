import { MigrateError } from '@savepoint/migrate'
import { catalogue, type DiagnosticCode } from '../diagnostics/catalogue.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'

/** What a person is shown for anything that was thrown. */
export function toDiagnostics(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics
  if (error instanceof MigrateError && isCode(error.code)) {
    const { code, message, file, line = 1, column = 1, why, fix } = error
    return [
      {
        code,
        severity: 'error',
        message,
        ...(file === undefined ? {} : { location: { file, line, column } }),
        ...(why === undefined ? {} : { why }),
        ...(fix === undefined ? {} : { fix }),
      },
    ]
  }
  return [
    {
      code: 'SP9001',
      severity: 'error',
      message: `Savepoint failed: ${error instanceof Error ? error.message : String(error)}`,
      ...(error instanceof Error && error.stack ? { why: error.stack } : {}),
      fix: 'This is a mistake of ours: please report it with the lines above. Saving again starts a new run.',
    },
  ]
}

function isCode(code: string): code is DiagnosticCode {
  return Object.hasOwn(catalogue, code)
}

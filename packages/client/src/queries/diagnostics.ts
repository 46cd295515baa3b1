import { lineColumn } from '../sql/lexer.js'

/** Codes of the engine's catalogue that query files can raise; the texts stand in `docs/errors/`. */
export type QueryCode =
  | 'SP6003'
  | 'SP6004'
  | 'SP6005'
  | 'SP6006'
  | 'SP6007'
  | 'SP6008'
  | 'SP6009'
  | 'SP6010'
  | 'SP6011'
  | 'SP6012'
  | 'SP6013'
  | 'SP6014'

/** Of the same shape as the engine's diagnostics, so that it can hand them on. */
export interface QueryDiagnostic {
  code: QueryCode
  severity: 'error' | 'warning'
  message: string
  location?: { file: string; line: number; column: number }
  /** Lines around the place, as Vite's overlay draws them. */
  frame?: string
  why?: string
  fix?: string
}

/** Carries diagnostics where nothing can be returned. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code: QueryCode
  readonly diagnostics: readonly QueryDiagnostic[]

  constructor(diagnostics: readonly [QueryDiagnostic, ...QueryDiagnostic[]], options?: ErrorOptions) {
    super(diagnostics[0].message, options)
    this.code = diagnostics[0].code
    this.diagnostics = diagnostics
  }
}

export interface Problem {
  code: QueryCode
  severity?: 'error' | 'warning'
  message: string
  why?: string
  fix?: string
}

/** @param offset UTF-16 offset in `text`, the whole file */
export function diagnosticAt(file: string, text: string, offset: number, problem: Problem): QueryDiagnostic {
  const { line, column } = lineColumn(text, offset)
  return {
    code: problem.code,
    severity: problem.severity ?? 'error',
    message: problem.message,
    location: { file, line, column },
    frame: frameOf(text, line, column),
    ...(problem.why !== undefined && { why: problem.why }),
    ...(problem.fix !== undefined && { fix: problem.fix }),
  }
}

// The form that Vite's overlay accepts: `N |  code`, the caret below, each line ended.
function frameOf(text: string, line: number, column: number): string {
  const lines = text.split(/\r\n|\n|\r/)
  const last = Math.min(lines.length, line + 2)
  const width = String(last).length
  let frame = ''
  for (let number = Math.max(1, line - 2); number <= last; number++) {
    frame += `${String(number).padStart(width)} |  ${(lines[number - 1] ?? '').replaceAll('\t', ' ')}\n`
    if (number === line) frame += `${' '.repeat(width)} |  ${' '.repeat(Math.max(0, column - 1))}^\n`
  }
  return frame
}

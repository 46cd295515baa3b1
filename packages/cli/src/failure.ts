import { isServerError, type ServerError } from '@savepoint/catalog'
import { describeMigrateError, DiagnosticError, renderDiagnostics, toJson, type Diagnostic } from '@savepoint/core'
import { MigrateError, renderMismatch } from '@savepoint/migrate'
import type { Io } from './io.js'
import { redactPasswords } from './terminal/redact.js'
import type { Talk } from './terminal/talk.js'

/** Says why a command failed: diagnostics as text on standard error, or with `--json` as JSON on standard output. */
export function reportFailure(
  error: unknown,
  { io, talk, debug, json }: { io: Io; talk: Talk; debug: boolean; json: boolean },
): void {
  const diagnostics = describe(error)
  if (json) io.stdout(`${redactPasswords(JSON.stringify(toJson(diagnostics, io.cwd), null, 2))}\n`)
  else {
    // Atlas's own words, where its users' scripts look for them.
    if (error instanceof MigrateError && error.mismatch) io.stdout(renderMismatch(error.mismatch))
    talk.say(renderDiagnostics(diagnostics, { root: io.cwd, style: talk.style }))
  }
  if (debug)
    for (let cause = error; cause instanceof Error; cause = cause.cause) talk.debug(cause.stack ?? cause.message)
}

function describe(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics
  if (error instanceof MigrateError) return [describeMigrateError(error)]
  if (isServerError(error)) return [describeServerError(error)]
  return [
    {
      code: 'SP9001',
      severity: 'error',
      message: error instanceof Error ? error.message : String(error),
      fix: 'Run the command again with `--debug` and report what it prints.',
    },
  ]
}

function describeServerError({ code, message, detail, hint }: ServerError): Diagnostic {
  return {
    code: 'SP2007',
    severity: 'error',
    message,
    why: [`The server refused it with SQLSTATE ${code}.`, detail].filter(Boolean).join(' '),
    ...(hint === undefined ? {} : { fix: hint }),
  }
}

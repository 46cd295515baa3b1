import { relative } from 'node:path'
import { createFrame, DiagnosticError, type Diagnostic, type SourceLocation } from '@savepoint/core'
import { CaptureExitError, CaptureTimeoutError } from './capture/loader.js'
import type { CaptureResponse } from './capture/protocol.js'
import { readText } from './read-text.js'

/** The config threw, or is one that no tables can be made from. */
export function describeError(
  response: Extract<CaptureResponse, { error: unknown }>,
  file: string,
  root: string,
): DiagnosticError {
  const { message, stack, finding } = response.error
  const name = relative(root, file)
  const location = (finding ? undefined : findOrigin(stack)) ?? { file, line: 1, column: 1 }
  return new DiagnosticError([
    withFrame(
      finding
        ? {
            code: 'SP5102',
            severity: 'error',
            message: `${name}: ${finding.message}`,
            ...(finding.why ? { why: finding.why } : {}),
            ...(finding.fix ? { fix: finding.fix } : {}),
          }
        : { code: 'SP5101', severity: 'error', message: `${name} cannot be loaded: ${message}`, ...fixFor(message) },
      location,
    ),
  ])
}

/** The config did not end, or ended the process. */
export function describeRejection(error: unknown, file: string, root: string): unknown {
  const name = relative(root, file)
  if (error instanceof CaptureTimeoutError) {
    return new DiagnosticError(
      [
        withFrame(
          {
            code: 'SP5101',
            severity: 'error',
            message: `${name} did not load in time: ${error.message}`,
            why: 'something at the top of the file, or in what it imports, waits or loops',
            fix: 'move the work into a function, or raise `timeout` of this plugin',
          },
          { file, line: 1, column: 1 },
        ),
      ],
      { cause: error },
    )
  }
  if (error instanceof CaptureExitError) {
    return new DiagnosticError(
      [
        withFrame(
          {
            code: 'SP5101',
            severity: 'error',
            message: `${name} ended the process while it was loaded`,
            why: error.message,
            fix: 'look for `process.exit` in it and in what it imports',
          },
          { file, line: 1, column: 1 },
        ),
      ],
      { cause: error },
    )
  }
  return error
}

/** Whether the command, which loads the config in a process of its own and by other means, may do better. */
export function isForTheCommand({ error }: Extract<CaptureResponse, { error: unknown }>): boolean {
  return !error.finding && !missingPackageRE.test(error.message)
}

// The first frame that is in a file of the user's; source maps have put the names of those files in.
function findOrigin(stack: string): SourceLocation | undefined {
  for (const line of stack.split('\n')) {
    const match = /(?:\(|at )(?:file:\/\/)?(\/[^()]+?|[A-Za-z]:[^()]+?):(\d+):(\d+)\)?$/.exec(line.trim())
    const [, file, row, column] = match ?? []
    if (file && !file.includes('/node_modules/') && !file.includes('savepoint-entry'))
      return { file, line: Number(row), column: Number(column) }
  }
  return undefined
}

const missingPackageRE = /Cannot find (?:package|module) '([^']+)'/

function fixFor(message: string): { fix?: string } {
  const missing = missingPackageRE.exec(message)?.[1]
  return missing ? { fix: `install ${missing}, or take its import out of the config` } : {}
}

function withFrame(diagnostic: Diagnostic, location: SourceLocation): Diagnostic {
  const frame = createFrame(readText(location.file), location)
  return { ...diagnostic, location, ...(frame ? { frame } : {}) }
}

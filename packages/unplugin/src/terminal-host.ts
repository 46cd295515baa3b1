import { relative } from 'node:path'
import type { Host, SaveReport } from '@savepoint/core'
import colors from 'picocolors'
import { formatDiagnostic } from './message.js'

/**
 * The host of bundlers that have no page to show an error on. Errors are the failing build's own message,
 * so only what the loop did is printed here.
 */
export function createTerminalHost(print: (line: string) => void = (line) => console.error(line)): Host {
  return {
    log(level, message) {
      if (level !== 'debug') print(`${prefix()} ${message}`)
    },
    showDiagnostics() {},
    clearDiagnostics() {},
    saved(report) {
      const line = formatReport(report)
      if (line) print(`${prefix()} ${line}`)
      for (const warning of report.warnings) print(formatDiagnostic(warning, process.cwd()))
    },
  }
}

/** `10:21:03 [savepoint]`, in the shape of Vite's own lines. */
export const prefix = (): string =>
  `${colors.dim(new Date().toLocaleTimeString('en-GB'))} ${colors.cyan('[savepoint]')}`

/** One line per save, such as `users.sql → 3 statements applied, 38ms`; `undefined` when nothing happened worth a line. */
export function formatReport(report: SaveReport): string | undefined {
  if (report.applied.length === 0 && report.written.length === 0) return undefined
  const [first, ...others] = report.changed
  const from =
    first === undefined ? 'start' : `${relative('.', first)}${others.length > 0 ? ` and ${others.length} more` : ''}`
  const did: string[] = []
  if (report.applied.length > 0)
    did.push(`${report.applied.length} ${report.applied.length === 1 ? 'statement' : 'statements'} applied`)
  if (report.draft) did.push(`draft ${report.draft}`)
  if (report.written.length > 0)
    did.push(`${report.written.length} ${report.written.length === 1 ? 'file' : 'files'} written`)
  return `${from} ${colors.dim('→')} ${did.join(', ')} ${colors.dim(`${Math.round(report.milliseconds)}ms`)}`
}

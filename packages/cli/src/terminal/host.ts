import { renderDiagnostics, type Host } from '@savepoint/core'
import { renderDecision, renderSave } from './report.js'
import type { Talk } from './talk.js'

export interface TerminalHostOptions {
  talk: Talk
  /** Paths are shown relative to it. */
  root: string
  now(): Date
}

/** The engine's host on a terminal: one line for each save in the form of Vite's own, diagnostics with their frames. */
export function createTerminalHost({ talk, root, now }: TerminalHostOptions): Host {
  const { style } = talk
  const say = (line: string): void => talk.say(`${style.dim(formatTime(now()))} ${style.bold('[savepoint]')} ${line}`)
  let red = false
  return {
    log(level, message) {
      switch (level) {
        case 'debug':
          return talk.debug(message)
        case 'info':
          return say(message)
        case 'warn':
          return say(style.warning(message))
        case 'error':
          return say(style.error(message))
      }
    },
    showDiagnostics(diagnostics) {
      red = true
      talk.say(renderDiagnostics(diagnostics, { root, style }))
    },
    clearDiagnostics() {
      if (red) say(style.success('mended'))
      red = false
    },
    saved(report) {
      say(renderSave(report, style))
      if (report.warnings.length > 0) talk.say(renderDiagnostics(report.warnings, { root, style }))
      for (const decision of report.pending) talk.say(renderDecision(decision, style))
    },
  }
}

function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

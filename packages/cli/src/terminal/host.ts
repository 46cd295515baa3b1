import { renderDiagnostics, type Host, type PendingDecision, type SaveReport } from '@savepoint/core'
import type { Talk, TextStyle } from './talk.js'

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

/** `users.sql → 0004_add_email.sql  2 statements applied  38 ms` */
export function renderSave(report: SaveReport, style: TextStyle): string {
  const { changed, draft, applied, pending, written, milliseconds, proved } = report
  const parts = [
    changed.length === 0 ? 'start' : shorten(changed),
    ...(draft ? [`${style.dim('→')} ${draft}`] : []),
    style.success(applied.length === 0 ? 'nothing to apply' : `${count(applied.length, 'statement')} applied`),
    ...(pending.length === 0 ? [] : [style.warning(`${count(pending.length, 'decision')} waiting`)]),
    ...(written.length === 0 ? [] : [`${count(written.length, 'file')} written`]),
    ...(proved ? [] : [style.warning('not proved')]),
    style.dim(`${Math.round(milliseconds)} ms`),
  ]
  return parts.join('  ')
}

/** What waits, what it would cost, and how to say yes. */
export function renderDecision({ id, message, sql }: PendingDecision, style: TextStyle): string {
  return [
    `  ${style.warning('waits')} ${message}`,
    style.dim(`    ${sql}`),
    style.dim(`    a accepts, or: savepoint accept "${id}"`),
  ].join('\n')
}

function shorten(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(', ')
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

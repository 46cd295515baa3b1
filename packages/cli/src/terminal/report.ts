import type { PendingDecision, SaveReport } from '@savepoint/core'
import type { TextStyle } from './talk.js'

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

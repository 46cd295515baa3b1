import type { Io } from '../io.js'
import { redactPasswords } from './redact.js'

/** One piece of work that takes a while. */
export interface Progress {
  /** What is going on now. */
  update(detail: string): void
  /** Takes the line away for a moment, so that something else can be said. */
  hide(): void
  /** Takes the line away; what came of it is said by the caller. Safe to call twice. */
  stop(): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * On a terminal one moving line that leaves nothing behind, shown only when the work takes longer than a moment, with its time
 * when it takes seconds; plain lines elsewhere.
 */
export function createProgress(title: string, io: Io): Progress {
  if (!io.terminal) {
    return {
      update: (detail) => io.stderr(`${title}: ${redactPasswords(detail)}\n`),
      hide: () => {},
      stop: () => {},
    }
  }
  let detail = ''
  let frame = 0
  let drawn = false
  const started = performance.now()
  const draw = (): void => {
    frame = (frame + 1) % frames.length
    drawn = true
    const seconds = Math.floor((performance.now() - started) / 1000)
    const time = seconds > 0 ? ` ${formatSeconds(seconds)}` : ''
    // A line that wraps could not be taken away again.
    const text = cutTo(`${title}${detail ? `: ${detail}` : ''}`, io.columns() - time.length - 3)
    io.stderr(`\r\u001B[2K${frames[frame]} ${text}${time}`)
  }
  const hide = (): void => {
    if (drawn) io.stderr('\r\u001B[2K')
    drawn = false
  }
  const timer = setInterval(draw, 120)
  timer.unref()
  return {
    update: (next) => {
      detail = redactPasswords(next)
    },
    hide,
    stop: () => {
      clearInterval(timer)
      hide()
    },
  }
}

const cutTo = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text

/** `59s`, `1m05s`. */
function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}

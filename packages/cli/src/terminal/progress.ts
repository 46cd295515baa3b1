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

/** On a terminal one moving line that leaves nothing behind, shown only when the work takes longer than a moment; plain lines elsewhere. */
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
  const draw = (): void => {
    frame = (frame + 1) % frames.length
    drawn = true
    io.stderr(`\r\u001B[2K${frames[frame]} ${title}${detail ? `: ${detail}` : ''}`)
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

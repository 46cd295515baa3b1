import type { DiagnosticStyle } from '@savepoint/core'
import type { Io } from '../io.js'
import { createProgress, type Progress } from './progress.js'
import { redactPasswords } from './redact.js'

/** What commands say to a person, on standard error. */
export interface Talk {
  /** One line. */
  say(line: string): void
  success(line: string): void
  warn(line: string): void
  fail(line: string): void
  /** Only with `--debug`. */
  debug(line: string): void
  /** Starts a piece of work: a moving line on a terminal, plain lines elsewhere. End it before anything else is said. */
  progress(title: string): Progress
  /** Ends the moving line, before a question. */
  quiet(): void
  /** A piece of work that says nothing by itself, with its line on a terminal. */
  during<Result>(title: string, work: () => Promise<Result>): Promise<Result>
  readonly style: TextStyle
}

export interface TextStyle extends DiagnosticStyle {
  success(text: string): string
  bold(text: string): string
}

/** The colours of Vite: green, yellow and red, the rest dimmed. */
export async function createTalk(io: Io, options: { debug: boolean }): Promise<Talk> {
  const { createColors } = (await import('picocolors')).default
  const colours = createColors(io.colours)
  const style: TextStyle = {
    error: colours.red,
    warning: colours.yellow,
    success: colours.green,
    dim: colours.dim,
    bold: colours.bold,
  }
  let progress: Progress | undefined
  const begin = (title: string): Progress => {
    progress?.stop()
    progress = createProgress(title, io)
    return progress
  }
  const say = (line: string): void => {
    progress?.hide()
    io.stderr(`${redactPasswords(line)}\n`)
  }
  return {
    say,
    success: (line) => say(style.success(line)),
    warn: (line) => say(style.warning(line)),
    fail: (line) => say(style.error(line)),
    debug: (line) => {
      if (options.debug) say(style.dim(line))
    },
    progress: begin,
    quiet: () => progress?.stop(),
    async during(title, work) {
      const running = begin(title)
      try {
        return await work()
      } finally {
        running.stop()
      }
    },
    style,
  }
}

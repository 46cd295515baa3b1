import { run } from '../run.js'
import type { Io } from '../io.js'

/** What a command line did, as the person or script that typed it sees it. */
export interface Outcome {
  exitCode: number
  stdout: string
  stderr: string
}

export interface TerminalOptions {
  cwd: string
  env?: Record<string, string>
  /** Answers to the questions that are asked, in order; without them there is nobody to ask. A text is one of several choices. */
  answers?: (boolean | string)[]
  signal?: AbortSignal
  onKey?: (listener: (key: string) => void) => () => void
  /** Called with everything that was said so far, whenever something is said. */
  onSaid?: (stderr: string) => void
}

/** Runs a command line in this process, with captured output. */
export async function type(line: string | readonly string[], options: TerminalOptions): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const answers = [...(options.answers ?? [])]
  const io: Io = {
    stdout: (text) => void (stdout += text),
    stderr(text) {
      stderr += text
      options.onSaid?.(stderr)
    },
    interactive: options.answers !== undefined,
    terminal: false,
    colours: false,
    resultColours: false,
    columns: () => 80,
    env: options.env ?? {},
    cwd: options.cwd,
    signal: options.signal ?? new AbortController().signal,
    async confirm(question) {
      stderr += `${question}\n`
      const answer = answers.shift()
      if (typeof answer !== 'boolean') throw new Error(`nobody expected the question: ${question}`)
      return answer
    },
    async choose(question, choices) {
      stderr += `${question}\n${choices.map((choice) => `  ${choice}\n`).join('')}`
      const answer = answers.shift()
      if (typeof answer === 'boolean') throw new Error(`nobody expected the question: ${question}`)
      return answer
    },
    onKey: options.onKey ?? (() => () => {}),
  }
  const exitCode = await run(typeof line === 'string' ? splitWords(line) : line, io)
  return { exitCode, stdout, stderr }
}

/** Words of a command line as a shell would hand them over: quotes hold words together. */
function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}

/** A command that runs until it is told to end. */
export interface Session {
  /** Resolves when a text has been said; what was said before the last `press` does not count. */
  hear(text: string | RegExp): Promise<void>
  press(key: string): void
  /** Ctrl-C. */
  interrupt(): void
  readonly outcome: Promise<Outcome>
}

/** Starts a command line whose keys and signals the test gives. */
export function start(line: string, options: TerminalOptions): Session {
  const interrupt = new AbortController()
  const keyListeners = new Set<(key: string) => void>()
  const ears = new Set<() => void>()
  let said = ''
  let heard = 0
  const outcome = type(line, {
    ...options,
    signal: interrupt.signal,
    onKey(listener) {
      keyListeners.add(listener)
      return () => keyListeners.delete(listener)
    },
    onSaid(stderr) {
      said = stderr
      for (const listen of ears) listen()
    },
  })
  return {
    outcome,
    interrupt: () => interrupt.abort(),
    press(key) {
      heard = said.length
      for (const listener of keyListeners) listener(key)
    },
    hear: (text) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          const rest = said.slice(heard)
          if (typeof text === 'string' ? !rest.includes(text) : !text.test(rest)) return
          ears.delete(listen)
          resolve()
        }
        ears.add(listen)
        listen()
        outcome.then(() => reject(new Error(`ended without saying ${text}:\n${said}`)), reject)
      }),
  }
}

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
  /** Answers to the questions that are asked, in order; without them there is nobody to ask. */
  answers?: boolean[]
  signal?: AbortSignal
  onKey?: (listener: (key: string) => void) => () => void
}

/** Runs a command line in this process, with captured output. */
export async function type(line: string | readonly string[], options: TerminalOptions): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const answers = [...(options.answers ?? [])]
  const io: Io = {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    interactive: options.answers !== undefined,
    terminal: false,
    colours: false,
    env: options.env ?? {},
    cwd: options.cwd,
    signal: options.signal ?? new AbortController().signal,
    async confirm(question) {
      stderr += `${question}\n`
      const answer = answers.shift()
      if (answer === undefined) throw new Error(`nobody expected the question: ${question}`)
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

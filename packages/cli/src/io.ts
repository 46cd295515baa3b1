/** Everything a command may use of the outside besides databases and files; tests pass their own. */
export interface Io {
  /** Results only: what a script reads. */
  stdout(text: string): void
  /** Everything said to a person. Passwords of URLs are taken out before it is called. */
  stderr(text: string): void
  /** A person can be asked: standard input and error are terminals, and this is no CI job. */
  readonly interactive: boolean
  /** Standard error is a terminal that can be drawn on. */
  readonly terminal: boolean
  readonly colours: boolean
  /** Standard output is a terminal that shows colours: a person reads the results. */
  readonly resultColours: boolean
  /** How many characters fit into a line of standard error. */
  columns(): number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Aborted by Ctrl-C and by `kill`. */
  readonly signal: AbortSignal
  /** Asks a yes-no question; only when `interactive`. Resolves to false when the person turns away (Ctrl-C, Esc). */
  confirm(question: string): Promise<boolean>
  /** Asks for one of several answers; only when `interactive`. Resolves to undefined when the person turns away. */
  choose(question: string, choices: readonly string[]): Promise<string | undefined>
  /** Calls `listener` with each key that is pressed, until the returned function is called. Does nothing without a terminal. */
  onKey(listener: (key: string) => void): () => void
}

/** The `Io` of this process. */
export function createProcessIo(): Io {
  const { env } = process
  const isCi = env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false'
  const terminal = process.stderr.isTTY === true && !isCi && env['TERM'] !== 'dumb'
  const noColour = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== ''
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  // `savepoint … | head` closes our output early, which is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    interactive: terminal && process.stdin.isTTY === true,
    terminal,
    colours: !noColour && (terminal || forced),
    resultColours: !noColour && process.stdout.isTTY && terminal,
    columns: () => process.stderr.columns ?? 80,
    env,
    cwd: process.cwd(),
    signal: abortOnSignals(),
    confirm: confirmOnTerminal,
    choose: chooseOnTerminal,
    onKey: listenToKeys,
  }
}

function abortOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(name))
  }
  return controller.signal
}

async function confirmOnTerminal(question: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
  return answer === true
}

async function chooseOnTerminal(question: string, choices: readonly string[]): Promise<string | undefined> {
  const { select } = await import('@clack/prompts')
  const options = choices.map((value) => ({ value, label: value }))
  const answer = await select({ message: question, options, output: process.stderr })
  return typeof answer === 'string' ? answer : undefined
}

function listenToKeys(listener: (key: string) => void): () => void {
  const { stdin } = process
  if (!stdin.isTTY) return () => {}
  const hear = (data: Buffer): void => {
    // In raw mode the terminal no longer turns Ctrl-C into a signal.
    if (data.includes(3)) process.kill(process.pid, 'SIGINT')
    else listener(data.toString('utf8'))
  }
  stdin.setRawMode(true)
  stdin.on('data', hear)
  stdin.resume()
  return () => {
    stdin.off('data', hear)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

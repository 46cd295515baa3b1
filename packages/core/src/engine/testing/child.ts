import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { EngineState } from '../engine.js'

/** Another process with an engine of a project. */
export interface EngineProcess {
  readonly child: ChildProcess
  /** Resolves with the first state that fits, the last one included. */
  until(fits: (state: EngineState) => boolean): Promise<EngineState>
  /** Ends it by a signal and resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>
}

const program = fileURLToPath(new URL('process.mjs', import.meta.url))

export function startProcess(root: string): EngineProcess {
  const child = fork(program, [root], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let last: EngineState | undefined
  const waiting = new Set<(state: EngineState) => void>()
  child.on('message', (state: EngineState) => {
    last = state
    for (const look of waiting) look(state)
  })
  return {
    child,
    until: (fits) =>
      new Promise((resolve, reject) => {
        if (last && fits(last)) return resolve(last)
        void exited.then(() => reject(new Error(`the process ended before, in state ${JSON.stringify(last)}`)))
        const look = (state: EngineState): void => {
          if (!fits(state)) return
          waiting.delete(look)
          resolve(state)
        }
        waiting.add(look)
      }),
    async kill(signal) {
      child.kill(signal)
      await exited
    },
  }
}

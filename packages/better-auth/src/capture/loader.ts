import { Worker } from 'node:worker_threads'
import type { CaptureRequest, CaptureResponse } from './protocol.js'

/** The config did not load in time. */
export class CaptureTimeoutError extends Error {
  override readonly name = 'CaptureTimeoutError'
}

/** The worker ended while it loaded the config, as after `process.exit()`. */
export class CaptureExitError extends Error {
  override readonly name = 'CaptureExitError'
}

export interface Loader {
  /** @throws CaptureTimeoutError, CaptureExitError */
  load(
    request: Omit<CaptureRequest, 'id'>,
    options: { timeout: number; environment: NodeJS.ProcessEnv },
  ): Promise<CaptureResponse>
  close(): Promise<void>
}

/** A worker keeps every module it ever imported; after so many configs it is replaced by a fresh one. */
const loadsPerWorker = 50

/**
 * Loads configs in a worker thread: what they do to the process (`process.exit`, an endless loop, open handles)
 * stays there. The worker is kept between loads, because loading Better Auth is what takes long.
 */
export function createLoader(): Loader {
  let worker: Worker | undefined
  let loads = 0
  let nextId = 1

  const discard = async () => {
    const old = worker
    worker = undefined
    loads = 0
    await old?.terminate()
  }
  const start = (environment: NodeJS.ProcessEnv): Worker => {
    // The same relative path from src/ and dist/: a thread runs JavaScript only.
    const created = new Worker(new URL('../../dist/capture/worker.js', import.meta.url), {
      env: environment,
      stdout: true,
      stderr: true,
    })
    // What a config prints is not what the user asked for here.
    created.stdout.resume()
    created.stderr.resume()
    created.unref()
    return created
  }

  return {
    async load(request, { timeout, environment }) {
      if (loads >= loadsPerWorker) await discard()
      const current = (worker ??= start(environment))
      loads++
      const id = nextId++
      try {
        return await new Promise<CaptureResponse>((resolve, reject) => {
          const timer = setTimeout(
            () => settle(() => reject(new CaptureTimeoutError(`no answer within ${timeout} ms`))),
            timeout,
          )
          const onMessage = (response: CaptureResponse) => {
            if (response.id === id) settle(() => resolve(response))
          }
          const onError = (error: unknown) => settle(() => reject(error))
          const onExit = (code: number) =>
            settle(() => reject(new CaptureExitError(`the process was ended with code ${code}`)))
          const settle = (act: () => void) => {
            clearTimeout(timer)
            current.off('message', onMessage)
            current.off('error', onError)
            current.off('exit', onExit)
            act()
          }
          current.on('message', onMessage)
          current.on('error', onError)
          current.on('exit', onExit)
          current.postMessage({ ...request, id } satisfies CaptureRequest)
        })
      } catch (error) {
        await discard()
        throw error
      }
    },
    close: discard,
  }
}

import { Worker } from 'node:worker_threads'
import type { CaptureRequest, CaptureResponse, PreloadRequest, PreloadResponse } from './protocol.js'

/** The config did not load in time. */
export class CaptureTimeoutError extends Error {
  override readonly name = 'CaptureTimeoutError'
}

/** The worker ended while it loaded the config, as after `process.exit()`. */
export class CaptureExitError extends Error {
  override readonly name = 'CaptureExitError'
}

export interface LoadOptions {
  /** Milliseconds. */
  timeout: number
  environment: NodeJS.ProcessEnv
  /**
   * The config renames something. Better Auth's plugins write renames into objects that all configs of a process share,
   * so nothing else may be loaded after it in the same worker.
   */
  taints: boolean
}

export interface Loader {
  /** @throws CaptureTimeoutError, CaptureExitError */
  load(request: Omit<CaptureRequest, 'id' | 'kind'>, options: LoadOptions): Promise<CaptureResponse>
  /**
   * Has a worker import what the next load will need, when none is ready that has.
   *
   * @param url of a module that exports `preload()`
   * @returns resolves when the module is no longer needed
   */
  prepare(url: string, environment: NodeJS.ProcessEnv): Promise<void>
  close(): Promise<void>
}

/** A worker keeps every module it ever imported; after so many configs it is replaced by a fresh one. */
const loadsPerWorker = 50

/**
 * Loads configs in a worker thread: what they do to the process (`process.exit`, an endless loop, open handles)
 * stays there. A worker is kept between loads, or made ready beforehand, because loading Better Auth is what takes long.
 */
export function createLoader(): Loader {
  let worker: Worker | undefined
  let startedWith = ''
  let loads = 0
  let nextId = 1

  const discard = async () => {
    const old = worker
    worker = undefined
    loads = 0
    await old?.terminate()
  }

  const start = (environment: NodeJS.ProcessEnv): Worker => {
    startedWith = JSON.stringify(environment)
    return startWorker(environment)
  }

  return {
    async load(request, { timeout, environment, taints }) {
      // The environment of a thread is fixed at its start, and an `.env` file may have been saved since.
      if (loads >= loadsPerWorker || startedWith !== JSON.stringify(environment)) await discard()
      const current = (worker ??= start(environment))
      loads++
      try {
        const id = nextId++
        const response = await ask(current, { ...request, kind: 'capture', id }, timeout)
        if (taints) await discard()
        return response
      } catch (error) {
        await discard()
        throw error
      }
    },
    async prepare(url, environment) {
      if (worker) return
      const fresh = start(environment)
      worker = fresh
      await new Promise<void>((resolve) => {
        fresh.on('message', (message: PreloadResponse | CaptureResponse) => {
          if ('preloaded' in message) resolve()
        })
        fresh.once('exit', () => resolve())
        fresh.postMessage({ kind: 'preload', url } satisfies PreloadRequest)
      })
    },
    close: discard,
  }
}

function startWorker(environment: NodeJS.ProcessEnv): Worker {
  // The same relative path from src/ and dist/: a thread runs JavaScript only.
  const worker = new Worker(new URL('../../dist/capture/worker.js', import.meta.url), {
    env: environment,
    stdout: true,
    stderr: true,
  })
  // What a config prints is not what the user asked for here.
  worker.stdout.resume()
  worker.stderr.resume()
  // A worker that fails before it is asked fails again when it is; until then nobody listens.
  worker.on('error', () => {})
  worker.unref()
  return worker
}

/** Asks a worker and waits for its answer, its failure or its end. */
function ask(worker: Worker, request: CaptureRequest, timeout: number): Promise<CaptureResponse> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(new CaptureTimeoutError(`no answer within ${timeout} ms`))),
      timeout,
    )
    const onMessage = (response: CaptureResponse | PreloadResponse) => {
      if ('id' in response && response.id === request.id) settle(() => resolve(response))
    }
    const onError = (error: unknown) => settle(() => reject(error))
    const onExit = (code: number) =>
      settle(() => reject(new CaptureExitError(`the process was ended with code ${code}`)))
    const settle = (act: () => void) => {
      clearTimeout(timer)
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
      act()
    }
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage(request)
  })
}
